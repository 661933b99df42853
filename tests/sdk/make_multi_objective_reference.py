# SPDX-License-Identifier: MIT
"""Writes multi_objective_reference.txt from Optuna 5.0.0's own functions.

    python make_multi_objective_reference.py > multi_objective_reference.txt
"""

import numpy as np
from optuna._hypervolume import compute_hypervolume
from optuna._hypervolume.hssp import _solve_hssp
from optuna.study._multi_objective import _fast_non_domination_rank


def line(values):
    print(" ".join(repr(float(v)) for v in np.asarray(values).ravel()))


random = np.random.RandomState(0)
for objectives in (2, 3, 4, 5):
    for count in (20, 60, 120):
        points = random.normal(size=(count, objectives)).round(3)
        ranks = _fast_non_domination_rank(points)
        front = points[ranks == 0]
        worst = front.max(axis=0)
        reference = np.maximum(1.1 * worst, 0.9 * worst)
        wanted = max(1, len(front) // 2)
        subset = _solve_hssp(front, np.arange(len(front)), wanted, reference)
        print(objectives, count, wanted)
        line(points)
        line(ranks)
        print(len(front))
        line(front)
        line(reference)
        line([compute_hypervolume(front, reference)])
        line(sorted(subset))
