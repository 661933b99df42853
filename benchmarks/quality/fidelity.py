# SPDX-License-Identifier: MIT
"""Learning curves: trials that report after each epoch and are cut short by the library's own median pruner, which is
by the same rule in all of them.
"""

from __future__ import annotations

import math

from curve_problems import TRAITS, Generated
from problems import Outcome, Problem
from synthetic import problem


def least_last_loss(curve: Generated) -> float:
    """Of the last epoch without noise: by a pattern search from the curve's middle, near which it is."""
    point = [*curve.optimum, curve.best_kind]
    least, step = curve.loss(point, curve.epochs), 0.1
    while step > 1e-6:
        tried = [[*point[:i], min(max(point[i] + sign * step, 0.0), 1.0), *point[i + 1:]]
                 for i in range(4) for sign in (-1.0, 1.0)]
        best = min(tried, key=lambda other: curve.loss(other, curve.epochs))
        if curve.loss(best, curve.epochs) < least:
            point, least = best, curve.loss(best, curve.epochs)
        else:
            step /= 2.0
    return least


@problem(*(f"curve-{trait}" for trait in TRAITS))
class LearningCurve(Problem):
    """81 epochs. The regret is of the last loss of the best trial that came so far, by its loss without noise."""

    pruner = "median"

    def __init__(self, name: str, dimension: int, instance: int):
        self.name, self.dimension = name, dimension
        self.curve = Generated(4 * instance + TRAITS.index(name.removeprefix("curve-")))
        self.best = least_last_loss(self.curve)
        self.evaluations = 0

    def __call__(self, trial) -> Outcome:
        point = self.curve.point(trial)
        number, self.evaluations = self.evaluations, self.evaluations + 1
        for epoch in range(1, self.curve.epochs + 1):
            loss = self.curve.loss(point, epoch) + self.curve.noise(number, epoch)
            trial.report(loss, epoch)
            if trial.should_prune():
                return Outcome((math.inf,), pruned=True)
        return Outcome((loss,), true_value=self.curve.loss(point, self.curve.epochs))
