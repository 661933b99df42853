#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes yeo_johnson_reference.json: SciPy's exponents of greatest likelihood, and the outputs they give.

    pip install scipy        (1.x)
    python3 make_yeo_johnson_reference.py > yeo_johnson_reference.json
"""
import json

import numpy as np
from scipy import stats

rng = np.random.default_rng(3)
rows = []
for y in (rng.normal(size=12), np.exp(rng.normal(size=15)), -rng.gamma(0.7, size=20), rng.uniform(size=9) ** 4):
    y = (y - y.mean()) / y.std()
    exponent = float(stats.yeojohnson_normmax(y))
    rows.append({"y": y.tolist(), "exponent": exponent, "z": stats.yeojohnson(y, exponent).tolist()})
print(json.dumps({"cases": rows}))
