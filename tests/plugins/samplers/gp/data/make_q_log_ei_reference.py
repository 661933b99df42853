#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes q_log_ei_reference.json: how much qEI grows by one more point, by numerical integration.

    pip install numpy scipy
    python3 make_q_log_ei_reference.py > q_log_ei_reference.json

qEI = E[max(0, max_j y_j - best)] of jointly normal outcomes, without samples: the integral over t of
P(max_j y_j > best + t), whose integrand is a multivariate normal probability. The expected value is the logarithm of
qEI(pending and point) - qEI(pending). The point comes last in mean and covariance.
"""
import json

import numpy as np
from scipy import integrate
from scipy.special import ndtr, owens_t


def both_below(h, k, r):
    """P(z1 <= h, z2 <= k) for standard normal numbers of correlation r (Owen 1956)."""
    root = np.sqrt(1 - r * r)
    apart = 0.0 if h * k > 0 or (h * k == 0 and h + k >= 0) else 0.5
    return (ndtr(h) + ndtr(k)) / 2 - owens_t(h, (k - r * h) / (h * root)) - owens_t(k, (h - r * k) / (k * root)) - apart


def below(mean, covariance, level):
    """P(all y_j <= level), of one to three."""
    d = np.sqrt(np.diag(covariance))
    if len(mean) == 1:
        return ndtr((level - mean[0]) / d[0])
    if len(mean) == 2:
        return both_below((level - mean[0]) / d[0], (level - mean[1]) / d[1], covariance[0, 1] / d[0] / d[1])

    def given_first(z):
        shift = covariance[1:, 0] / d[0]
        rest = covariance[1:, 1:] - np.outer(shift, shift)
        return below(mean[1:] + shift * z, rest, level) * np.exp(-z * z / 2) / np.sqrt(2 * np.pi)

    return integrate.quad(given_first, -9.0, (level - mean[0]) / d[0], epsabs=1e-12, epsrel=1e-11)[0]


def growth(mean, covariance, best):
    mean, covariance = np.array(mean), np.array(covariance)
    rest = slice(0, len(mean) - 1)

    def integrand(level):
        # P(max of all > level) - P(max of the pending > level)
        return below(mean[rest], covariance[rest, rest], level) - below(mean, covariance, level)

    top = max(mean + 10 * np.sqrt(np.diag(covariance)))
    value, error = integrate.quad(integrand, best, top, epsabs=1e-9, epsrel=1e-9, limit=200)
    assert error < 1e-7
    return float(np.log(value))


cases = []
rng = np.random.default_rng(3)
for size in (2, 2, 2, 3, 3):
    root = rng.normal(size=(size, size))
    covariance = np.round(root @ root.T * 0.2 + 0.05 * np.eye(size), 6)
    mean = np.round(rng.normal(size=size) * 0.4, 6)
    for best in (-0.5, 0.3):
        cases.append({"mean": mean.tolist(), "covariance": covariance.tolist(), "best": best,
                      "expected": growth(mean, covariance, best)})
print(json.dumps(cases).replace("}, {", "},\n{"))
