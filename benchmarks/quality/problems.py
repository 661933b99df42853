# SPDX-License-Identifier: MIT
"""Objective functions, the same for every library: a problem is called with a trial (hone's or Optuna's, their methods
have the same names) and returns what came of it. Those of COCO are here, our own in synthetic.py.
"""

from __future__ import annotations

import dataclasses
import functools
import math
import os
import re
import tempfile
from typing import Optional, Sequence, Tuple

import cocoex
import numpy as np

# Functions of bbob-noisy: the bbob function that noise is added to, the noise, and whether it is severe.
NOISY = {
    101: (1, "gauss", False), 102: (1, "uniform", False), 103: (1, "cauchy", False),
    104: (8, "gauss", False), 105: (8, "uniform", False), 106: (8, "cauchy", False),
    107: (1, "gauss", True), 108: (1, "uniform", True), 109: (1, "cauchy", True),
    110: (8, "gauss", True), 111: (8, "uniform", True), 112: (8, "cauchy", True),
    113: (7, "gauss", True), 114: (7, "uniform", True), 115: (7, "cauchy", True),
    119: (14, "gauss", True), 120: (14, "uniform", True), 121: (14, "cauchy", True),
    122: (17, "gauss", True), 123: (17, "uniform", True), 124: (17, "cauchy", True),
    128: (21, "gauss", True), 129: (21, "uniform", True), 130: (21, "cauchy", True),
}


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What one evaluation gave: values to be minimised, violations (feasible when none is above 0), with noise the
    value without it, and whether it was pruned: its value is infinite then."""

    values: Tuple[float, ...]
    constraints: Tuple[float, ...] = ()
    true_value: Optional[float] = None
    pruned: bool = False

    @property
    def feasible(self) -> bool:
        return all(c <= 0 for c in self.constraints)


class Problem:
    """One instance of a function. `best` is the least value. With several objectives `ideal` and `reference` span the
    box whose dominated share is measured, and `best_share` is the share that the true Pareto front dominates, or 1
    where it is not known. Where trials report, `pruner` is the name of the rule that cuts them short."""

    name = ""
    dimension = 0
    objectives = 1
    best = 0.0
    ideal: Sequence[float] = ()
    reference: Sequence[float] = ()
    best_share = 1.0
    pruner = ""
    fingerprint_digits = 6

    def __call__(self, trial) -> Outcome:
        raise NotImplementedError


def instance_of(seed: int) -> int:
    """The instance (1 to 15) that is used with this seed."""
    return seed % 15 + 1


def make(name: str, dimension: int, instance: int) -> Problem:
    """The problem of this name, such as bbob-f1, mixint-f3, zdt1 or tree-nested."""
    import synthetic

    coco = re.fullmatch(r"(bbob|mixint|constrained|noisy|biobj)-f(\d+)", name)
    if coco:
        family, function = coco[1], int(coco[2])
        kinds = {"noisy": NoisyProblem, "biobj": BiobjectiveProblem}
        return kinds.get(family, CocoProblem)(name, family, function, dimension, instance)
    if name.startswith("learn-"):
        import learners  # noqa: F401  enters its problems
    if name.startswith("curve-"):
        import fidelity  # noqa: F401  likewise
    if name in synthetic.MAKERS:
        return synthetic.MAKERS[name](name, dimension, instance)
    raise SystemExit(f"there is no problem '{name}': it is one of {', '.join(sorted(synthetic.MAKERS))}, or bbob-f1, "
                     "mixint-f1, constrained-f1, noisy-f101 or biobj-f1 with any number that COCO has")


@functools.lru_cache(maxsize=None)
def coco_suite(family: str, dimension: int) -> cocoex.Suite:
    return cocoex.Suite(family if family == "bbob" else "bbob-" + family, "instances: 1-15", f"dimensions: {dimension}")


def coco_function(family: str, function: int, dimension: int, instance: int) -> cocoex.Problem:
    return coco_suite(family, dimension).get_problem_by_function_dimension_instance(function, dimension, instance)


def least_value(function: cocoex.Problem) -> float:
    """The value at COCO's own optimum, which its interface only writes to a file."""
    here = os.getcwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            function._best_parameter("print")
            return float(function(np.loadtxt("._bbob_problem_best_parameter.txt")))
        finally:
            os.chdir(here)


class CocoProblem(Problem):
    """One objective of bbob, bbob-mixint or bbob-constrained. The first variables of mixint are integers."""

    def __init__(self, name: str, family: str, function: int, dimension: int, instance: int):
        self.name, self.dimension = name, dimension
        self.function = coco_function(family, function, dimension, instance)
        self.integers = self.function.number_of_integer_variables
        self.bounds = list(zip(self.function.lower_bounds.tolist(), self.function.upper_bounds.tolist()))
        self.set_goal()

    def set_goal(self) -> None:
        self.best = least_value(self.function)

    def point(self, trial) -> np.ndarray:
        return np.array([
            trial.suggest_int(f"x{i}", int(low), int(high)) if i < self.integers
            else trial.suggest_float(f"x{i}", low, high)
            for i, (low, high) in enumerate(self.bounds)
        ], dtype=float)

    def __call__(self, trial) -> Outcome:
        x = self.point(trial)
        constraints = self.function.constraint(x) if self.function.number_of_constraints else ()
        return Outcome((float(self.function(x)),), tuple(float(c) for c in constraints))


class NoisyProblem(CocoProblem):
    """A bbob function with the noise of bbob-noisy (Hansen, Finck, Ros, Auger: Real-Parameter Black-Box Optimization
    Benchmarking 2009, Noisy Functions Definitions, section 1.2). COCO's own noise is one stream for the whole process;
    this one is seeded, so that a run can be repeated alone: the k-th evaluation has the same noise on every side."""

    def __init__(self, name: str, family: str, function: int, dimension: int, instance: int):
        if function not in NOISY:
            raise SystemExit(f"there is no problem '{name}': of bbob-noisy there are {', '.join(map(str, NOISY))}")
        underlying, self.noise, self.severe = NOISY[function]
        super().__init__(name, "bbob", underlying, dimension, instance)
        self.random = np.random.default_rng([function, dimension, instance])

    def disturbed(self, regret: float) -> float:
        strength = 1.0 if self.severe else 0.01
        if self.noise == "gauss":
            noisy = regret * math.exp(strength * self.random.normal())
        elif self.noise == "uniform":
            alpha = strength * (0.49 + 1 / self.dimension)
            u, v = self.random.random(2)
            noisy = regret * u**strength * max(1.0, (1e9 / (regret + 1e-99)) ** (alpha * v))
        else:
            u, a, b = self.random.random(), *self.random.normal(size=2)
            hit = u < (0.2 if self.severe else 0.05)
            noisy = regret + strength * max(0.0, 1000 + (a / (abs(b) + 1e-199) if hit else 0.0))
        return noisy + 1.01e-8 if regret >= 1e-8 else regret

    def __call__(self, trial) -> Outcome:
        true = float(self.function(self.point(trial)))
        return Outcome((self.best + self.disturbed(true - self.best),), true_value=true)


class BiobjectiveProblem(CocoProblem):
    """bbob-biobj: two bbob functions, whose optima make the ideal point; COCO's nadir is the reference point. Its
    range is much wider than bbob's; trials stay in bbob's, where both optima lie."""

    objectives = 2

    def set_goal(self) -> None:
        parts = [tuple(map(int, part)) for part in re.findall(r"f(\d+)_i(\d+)_d(\d+)", self.function.name)]
        self.ideal = [cocoex.BareProblem("bbob", f, d, i).best_value() for f, i, d in parts]
        self.reference = [float(v) for v in self.function.largest_fvalues_of_interest]
        self.bounds = [(-5.0, 5.0)] * self.dimension

    def __call__(self, trial) -> Outcome:
        return Outcome(tuple(float(v) for v in self.function(self.point(trial))))


class RandomTrial:
    """Draws each parameter by itself, as a library's trial would be asked; remembers what it drew."""

    def __init__(self, seed: int):
        self.random = np.random.default_rng(seed)
        self.params: dict = {}

    def keep(self, name, value):
        return self.params.setdefault(name, value)

    def suggest_float(self, name, low, high, *, step=None, log=False):
        u = self.random.random()
        if step:
            return self.keep(name, low + step * int(u * (round((high - low) / step) + 1)))
        return self.keep(name, float(low * (high / low) ** u if log else low + (high - low) * u))

    def suggest_int(self, name, low, high, *, step=1, log=False):
        del log
        return self.keep(name, int(low + step * self.random.integers((high - low) // step + 1)))

    def suggest_categorical(self, name, choices):
        return self.keep(name, choices[self.random.integers(len(choices))])

    def report(self, _value, _step):
        pass

    def should_prune(self):
        return False


@functools.lru_cache(maxsize=None)
def fingerprint(name: str, dimension: int) -> str:
    """Three values of the first instance: cached results are those of the same function only if theirs are equal."""
    problem = make(name, dimension, instance_of(0))
    seen = [problem(RandomTrial(seed)) for seed in range(3)]
    digits = problem.fingerprint_digits
    return " ".join(f"{value:.{digits}g}" for outcome in seen for value in outcome.values + outcome.constraints[:2])
