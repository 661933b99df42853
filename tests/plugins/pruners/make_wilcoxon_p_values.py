#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes wilcoxon_p_values.txt: differences, and what SciPy's signed-rank test says of them.

    python3 make_wilcoxon_p_values.py >wilcoxon_p_values.txt      (needs scipy)

A line is the p-value of scipy.stats.wilcoxon(d, alternative="greater", zero_method="zsplit"), then the differences.
"""
import random

import scipy
from scipy.stats import wilcoxon

rng = random.Random(20261121)
print("# SciPy", scipy.__version__)
for n in [2, 3, 4, 5, 8, 12, 13, 14, 20, 49, 50, 51, 80] * 3:
    # 17 digits: no ties; 1 digit: ties and zeros; 0 digits: many.
    for digits in (17, 1, 0):
        shift = rng.uniform(-0.3, 0.6)
        d = [round(rng.uniform(-1, 1) + shift, digits) for _ in range(n)]
        print(repr(float(wilcoxon(d, alternative="greater", zero_method="zsplit").pvalue)), *map(repr, d))
