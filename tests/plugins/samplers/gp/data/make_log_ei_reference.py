#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes log_ei_reference.json: log expected improvement and log probability of feasibility with 400 bits.

    pip install mpmath==1.3.0
    python3 make_log_ei_reference.py > log_ei_reference.json

From the definitions as integrals in closed form, without any of the tricks of the code under test; 400 bits leave more
than 200 after the cancellation at the far left. A row: mean, deviation, best (or limit), then value, derivative in
the mean, derivative in the deviation.
"""
import json

from mpmath import erfc, exp, log, mp, mpf, pi, sqrt

mp.prec = 400


def Phi(z):
    return erfc(-z / sqrt(mpf(2))) / 2


def phi(z):
    return exp(-z * z / 2) / sqrt(2 * pi)


def log_ei(mean, deviation, best):
    z = (mean - best) / deviation
    ei = deviation * (phi(z) + z * Phi(z))
    return log(ei), Phi(z) / ei, phi(z) / ei


def log_pf(mean, deviation, limit):
    z = (limit - mean) / deviation
    return log(Phi(z)), -phi(z) / Phi(z) / deviation, -z * phi(z) / Phi(z) / deviation


def rows(function):
    magnitudes = [0.0, 1e-9, 0.01, 0.3, 0.7, 0.9, 1.0, 1.7, 2.5, 3.0, 3.9, 4.0, 4.1, 5.0, 6.5, 8.0, 11.0, 16.0, 17.0,
                  23.0, 37.0, 39.0, 60.0, 150.0, 1e3, 3e4, 1e6, 1e8, 1e12]
    table = []
    for scale in (1.0, 1e-7, 1e5):
        for best in (0.0, -0.75):
            for z in sorted({-m for m in magnitudes} | set(magnitudes)):
                mean = best + z * scale
                result = function(mpf(mean), mpf(scale), mpf(best))
                table.append([mean, scale, best] + [float(value) for value in result])
    return table


print(json.dumps({"log_ei": rows(log_ei), "log_pf": rows(log_pf)}).replace("], [", "],\n["))
