# SPDX-License-Identifier: MIT
"""Writes normal_reference.txt: the normal distribution to 17 digits, by 60-digit arithmetic.

    python make_normal_reference.py > normal_reference.txt        (mpmath 1.3)

Lines: `log_cdf x value`, `cdf x value`, `log_mass a b value`.
"""

from mpmath import erfc, log, mp, mpf, ncdf, sqrt

mp.dps = 60


def show(*items):
    print(*(i if isinstance(i, str) else mp.nstr(i, 20) for i in items))


def cdf(x):
    return erfc(-x / sqrt(2)) / 2


POINTS = [-300, -100.5, -38.5, -37, -20, -8.25, -5, -2.5, -1, -0.3, -1e-9, 0, 1e-9, 0.3, 1, 2.5, 5, 6.5, 8.25]
for x in map(mpf, POINTS):
    show("log_cdf", x, log(cdf(x)))
    if x > -37.5:
        show("cdf", x, cdf(x))
INTERVALS = [(-1, 1), (-0.001, 0.001), (2, 3), (-3, -2), (8, 9), (-40, -39.5), (30, 30.000001), (-1e-7, 2e-7), (-5, 200),
             (0, 1e-12), (5, 5.5), (-300, -299), (12, 100), (-6, 6)]
for a, b in INTERVALS:
    a, b = mpf(a), mpf(b)
    # On the side where the probabilities are small.
    mass = cdf(b) - cdf(a) if a + b < 0 else cdf(-a) - cdf(-b)
    show("log_mass", a, b, log(mass))
