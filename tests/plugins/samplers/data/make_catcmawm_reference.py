#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes catcmawm_reference.json: integers in the package's CatCMA with margin, centered and corrected one by one.

    pip install cmaes==0.13.1 scipy
    python3 make_catcmawm_reference.py > catcmawm_reference.json

Each integer is one of -2 ... 2, so that its cell ends half a step on either side; the first and the last have no end,
which is null. A mean on the border of the first or last cell is left out: there the package divides an interval of no
length, and the scale becomes 0.
"""
import json

import cmaes
import numpy as np

LAST = 2

# Name, mean, deviation sigma sqrt(C_jj), scale A_jj, rate, whether the better half has left the cell.
STATES = [
    ("inner, wide", 0.1, 0.9, 1.0, 0.3, False),
    ("inner, wide, left", 0.1, 0.9, 1.0, 0.3, True),
    ("inner, narrow", -0.7, 0.01, 1.0, 0.3, False),
    ("inner, narrow, left", -0.7, 0.01, 1.0, 0.3, True),
    ("inner, one side below the margin", 0.4, 0.2, 1.3, 0.2, False),
    ("inner, one side below the margin, left", 0.4, 0.2, 1.3, 0.2, True),
    ("inner, probable enough", 1.1, 0.4, 0.8, 0.49, False),
    ("inner, on the border to the next", 0.5, 0.3, 1.0, 0.45, False),
    ("inner, on the border to the next, left", 0.5, 0.3, 1.0, 0.45, True),
    ("first, wide, the memory holds", -1.8, 0.7, 1.2, 0.25, False),
    ("first, wide, left", -1.8, 0.7, 1.2, 0.25, True),
    ("first, narrow: the scale's bound", -2.3, 0.02, 1.0, 0.25, False),
    ("first, far outside, left", -4.0, 0.6, 1.0, 0.1, True),
    ("last, wide, the memory holds", 1.6, 0.8, 0.9, 0.2, False),
    ("last, wide, left", 1.6, 0.8, 0.9, 0.2, True),
    ("last, narrow: the scale's bound, left", 2.4, 0.02, 1.0, 0.2, True),
    ("last, far outside", 5.0, 0.5, 2.0, 0.4, False),
]

# Name, mean, the better half of a generation.
POPULATIONS = [
    ("nobody leaves", 0.1, [0.2, -0.3, 0.4, 0.0, 0.1]),
    ("one leaves", 0.1, [0.2, -0.3, 1.4, 0.0, 0.3]),
    ("to both sides", -0.2, [-0.4, 0.8, -1.3, 0.2, -0.1]),
    ("the others cannot keep the average", 0.3, [0.05, 1.45, 1.4, 0.1, 0.9]),
    ("all leave", 0.45, [0.6, 1.2, 1.7, 0.9, -0.6]),
    ("two cells away, and beyond the last", 0.9, [2.7, 1.1, 0.6, -1.2, 1.3]),
    ("from the first", -1.9, [-3.1, -1.7, -1.2, -2.2, 0.2]),
]


def optimizer(mean, popsize=10):
    return cmaes.CatCMAwM(z_space=[list(range(-LAST, LAST + 1))] * len(mean), mean=np.array(mean, dtype=float),
                          population_size=popsize)


def corrected():
    names, means, deviations, scales, rates, left = zip(*STATES)
    es = optimizer(means)
    es._alpha = alpha = 1 - 0.73 ** (1 / 3)  # of three discrete variables
    es._sigma = 1.0
    es._C = np.diag(np.square(deviations))
    es._A, es._pmut, es._int_succ = np.array(scales), np.array(rates), np.array(left)
    cells = [int(z) for z in es._discretization(np.array(means))]
    es._margin_correction()
    for i, name in enumerate(names):
        yield {"kind": "margin", "name": name, "alpha": alpha, "mean": means[i], "deviation": deviations[i],
               "scale": scales[i], "rate": rates[i], "left": left[i], "middle": cells[i],
               "low": cells[i] - 0.5 if cells[i] > -LAST else None,
               "high": cells[i] + 0.5 if cells[i] < LAST else None,
               "after": [float(es._mean[i]), float(es._A[i]), float(es._pmut[i])]}


def centered():
    names, means, better = zip(*POPULATIONS)
    es = optimizer(means, 2 * len(better[0]))
    es._sigma = 1.0
    v = np.array(better).T
    worse = np.zeros_like(v)
    cells = es._discretization(np.array(means))
    middles = np.array([es._discretization(one) for one in v])
    after = es._integer_centering(np.concatenate([v, worse]))[:len(v)]
    for i, name in enumerate(names):
        yield {"kind": "centering", "name": name, "v": v[:, i].tolist(), "middles": middles[:, i].tolist(),
               "mean_middle": int(cells[i]), "after": after[:, i].tolist(), "left": bool(es._int_succ[i])}


print(json.dumps([*corrected(), *centered()], indent=0))
