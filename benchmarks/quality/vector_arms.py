# SPDX-License-Identifier: MIT
"""Peers that know vectors and no studies: pycma and pymoo, with the options that their authors benchmark them with. Both
search the unit cube, to which each parameter's range is mapped."""

from __future__ import annotations

from typing import List

import numpy as np

from problems import Outcome, Problem


class UnitTrial:
    """Gives the coordinates of a point of the unit cube in turn; outside of it the range goes on."""

    def __init__(self, point):
        self.point = iter(point)

    def suggest_float(self, name, low, high, *, step=None, log=False):
        if step or log:
            raise ValueError("only plain floats are known here")
        return float(low + next(self.point) * (high - low))


class Enough(Exception):
    """All trials are spent."""


def bipop(evaluate, problem: Problem, seed: int) -> None:
    """As in COCO's archive: from a random point of the inner four fifths, a fifth of the range as first deviation, no
    bounds (bbob's functions go on outside)."""
    import cma

    random = np.random.default_rng(seed)
    options = {"verbose": -9, "maxfevals": np.inf, "seed": seed + 1}
    while True:
        cma.fmin2(lambda u: evaluate(u).values[0], lambda: 0.1 + 0.8 * random.random(problem.dimension), 0.2, options,
                  restarts=9, bipop=True)


def nsga2(evaluate, problem: Problem, seed: int) -> None:
    from pymoo.algorithms.moo.nsga2 import NSGA2
    from pymoo.core.problem import ElementwiseProblem
    from pymoo.optimize import minimize

    class Adapter(ElementwiseProblem):
        def __init__(self):
            super().__init__(n_var=problem.dimension, n_obj=problem.objectives, xl=0.0, xu=1.0)

        def _evaluate(self, x, out, *args, **kwargs):
            out["F"] = evaluate(x).values

    minimize(Adapter(), NSGA2(pop_size=100), ("n_eval", 10**9), seed=seed)


OPTIMIZERS = {"BIPOP": bipop, "NSGA2": nsga2}


def run(name: str, problem: Problem, outcomes: List[Outcome], trials: int, seed: int) -> None:
    """Appends so many outcomes."""

    def evaluate(point) -> Outcome:
        if len(outcomes) == trials:
            raise Enough
        outcomes.append(problem(UnitTrial(point)))
        return outcomes[-1]

    try:
        OPTIMIZERS[name](evaluate, problem, seed)
    except Enough:
        pass


RUN = {"pycma": run, "pymoo": run}
