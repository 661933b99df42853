# SPDX-License-Identifier: MIT
"""Our own problems: plain test functions, ZDT, DTLZ, WFG and two engineering designs by their formulas, and seeded
generators of hyper-parameter landscapes and conditional trees whose optimum is known by construction.
"""

from __future__ import annotations

import functools
import math
from typing import Callable, Dict, List

import numpy as np

from problems import Outcome, Problem
from scoring import dominated_share

MAKERS: Dict[str, Callable[[str, int, int], Problem]] = {}


def problem(*names: str):
    """Enters the class under these names."""

    def enter(kind):
        for name in names:
            MAKERS[name] = kind
        return kind

    return enter


def floats(trial, count: int, low=0.0, high=1.0) -> np.ndarray:
    return np.array([trial.suggest_float(f"x{i}", low, high) for i in range(count)])


# ---- plain test functions


@problem("sphere", "rosenbrock")
class Plain(Problem):
    """On [-5, 5] and not shifted, as in Optuna's issue 2871, so that its figures can be compared."""

    def __init__(self, name: str, dimension: int, instance: int):
        self.name, self.dimension = name, dimension

    def __call__(self, trial) -> Outcome:
        x = floats(trial, self.dimension, -5.0, 5.0)
        if self.name == "sphere":
            return Outcome((float(x @ x),))
        return Outcome((float(np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)),))


# ---- several objectives


class Analytic(Problem):
    """A function of [0, 1]^d with a known front."""

    def __init__(self, name: str, dimension: int, instance: int):
        self.name, self.dimension = name, dimension
        self.evaluate, self.reference, self.ideal, self.best_share = front(name)
        self.objectives = len(self.reference)

    def __call__(self, trial) -> Outcome:
        return Outcome(tuple(float(v) for v in self.evaluate(floats(trial, self.dimension))))


def zdt(number: int) -> Callable[[np.ndarray], tuple]:
    """Zitzler, Deb, Thiele: Comparison of Multiobjective Evolutionary Algorithms, Evol. Comput. 8(2), 2000."""

    def evaluate(x):
        mean = float(np.mean(x[1:]))
        g = 1 + 9 * (mean**0.25 if number == 6 else mean)
        f1 = 1 - math.exp(-4 * x[0]) * math.sin(6 * math.pi * x[0]) ** 6 if number == 6 else float(x[0])
        ratio = f1 / g
        h = {1: 1 - math.sqrt(ratio), 2: 1 - ratio**2, 6: 1 - ratio**2,
             3: 1 - math.sqrt(ratio) - ratio * math.sin(10 * math.pi * f1)}[number]
        return f1, g * h

    return evaluate


def dtlz2(x):
    """Deb, Thiele, Laumanns, Zitzler: Scalable Multi-Objective Optimization Test Problems, CEC 2002; 3 objectives."""
    radius = 1 + float(np.sum((x[2:] - 0.5) ** 2))
    a, b = x[0] * math.pi / 2, x[1] * math.pi / 2
    return radius * math.cos(a) * math.cos(b), radius * math.cos(a) * math.sin(b), radius * math.sin(a)


def dtlz7(x):
    """As above, 2 objectives."""
    g = 1 + 9 * float(np.mean(x[1:]))
    return float(x[0]), (1 + g) * (2 - x[0] / (1 + g) * (1 + math.sin(3 * math.pi * x[0])))


def wfg4(x):
    """Huband, Hingston, Barone, While: A Review of Multiobjective Test Problems, IEEE TEC 10(5), 2006; 2 objectives and
    2 position parameters; z_i = 2i x_i. Multi-modal (s_multi with A = 30, B = 10, C = 0.35), front an ellipse."""
    gap = np.abs(x - 0.35) / (2 * (np.floor(0.35 - x) + 0.35))
    t = (1 + np.cos((4 * 30 + 2) * math.pi * (0.5 - gap)) + 4 * 10 * gap**2) / (10 + 2)
    position, distance = float(np.mean(t[:2])), float(np.mean(t[2:]))
    return (distance + 2 * math.sin(position * math.pi / 2), distance + 4 * math.cos(position * math.pi / 2))


def wfg2(x):
    """As above; the distance parameters depend on each other in pairs, the front is convex and has gaps. d is even."""
    t1 = x.copy()
    t1[2:] = np.abs(x[2:] - 0.35) / np.abs(np.floor(0.35 - x[2:]) + 0.35)  # s_linear
    a, b = t1[2::2], t1[3::2]
    t2 = (a + b + 2 * np.abs(a - b)) / 3  # r_nonsep of two
    position, distance = float(np.mean(t1[:2])), float(np.mean(t2))
    convex = 1 - math.cos(position * math.pi / 2)
    disconnected = 1 - position * math.cos(5 * position * math.pi) ** 2
    return distance + 2 * convex, distance + 4 * disconnected


def sampled_front(evaluate, points, reference):
    """The share that a dense sample of the front dominates. Points that others dominate do no harm."""
    ideal = [0.0] * len(reference)
    front = np.array([evaluate(np.asarray(x, dtype=float)) for x in points])
    if front.min() < 0:  # the front of ZDT3 reaches below 0
        ideal = list(np.minimum(front.min(axis=0), 0.0))
    return evaluate, reference, ideal, dominated_share(front, ideal, reference)


def line(rest: List[float]):
    return [[u, *rest] for u in np.linspace(0.0, 1.0, 4001)]


def wfg_line():
    return [[u, u, 0.35, 0.35] for u in np.linspace(0.0, 1.0, 4001)]


# What each returns: the function, the reference point, the ideal point, the share that the front dominates.
FRONTS = {
    **{f"zdt{n}": (lambda n=n: sampled_front(zdt(n), line([0.0]), [1.1, 11.0])) for n in (1, 2, 3, 6)},
    # An eighth of the unit ball is not dominated.
    "dtlz2": lambda: (dtlz2, [1.1] * 3, [0.0] * 3, 1 - math.pi / 6 / 1.1**3),
    "dtlz7": lambda: sampled_front(dtlz7, line([0.0]), [1.1, 22.0]),
    "wfg2": lambda: sampled_front(wfg2, wfg_line(), [3.0, 5.0]),
    # The ellipse's quarter, with half-axes 2 and 4, is not dominated.
    "wfg4": lambda: (wfg4, [3.0, 5.0], [0.0, 0.0], 1 - math.pi * 2 * 4 / 4 / 15),
}
MAKERS.update(dict.fromkeys(FRONTS, Analytic))


@functools.lru_cache(maxsize=None)
def front(name: str):
    return FRONTS[name]()


# ---- constrained engineering designs (Coello Coello, Computers in Industry 41, 2000)


@problem("welded-beam")
class WeldedBeam(Problem):
    best = 1.724852308  # best known

    def __init__(self, name: str, dimension: int, instance: int):
        self.name, self.dimension = name, 4

    def __call__(self, trial) -> Outcome:
        h, t = trial.suggest_float("h", 0.1, 2.0), trial.suggest_float("t", 0.1, 10.0)
        length, b = trial.suggest_float("l", 0.1, 10.0), trial.suggest_float("b", 0.1, 2.0)
        cost = 1.10471 * h * h * length + 0.04811 * t * b * (14 + length)
        primary = 6000 / (math.sqrt(2) * h * length)
        arm = math.sqrt(length**2 / 4 + ((h + t) / 2) ** 2)
        polar = 2 * math.sqrt(2) * h * length * (length**2 / 12 + ((h + t) / 2) ** 2)
        secondary = 6000 * (14 + length / 2) * arm / polar
        shear = math.sqrt(primary**2 + primary * secondary * length / arm + secondary**2)
        buckling = 4.013 * 30e6 * math.sqrt(t**2 * b**6 / 36) / 196 * (1 - t / 28 * math.sqrt(30e6 / (4 * 12e6)))
        return Outcome((cost,), (
            shear - 13600, 504000 / (b * t * t) - 30000, h - b, 0.10471 * h * h + 0.04811 * t * b * (14 + length) - 5,
            0.125 - h, 2.1952 / (b * t**3) - 0.25, 6000 - buckling))


@problem("pressure-vessel")
class PressureVessel(Problem):
    best = 6059.714335  # best known; both thicknesses are multiples of 1/16 inch

    def __init__(self, name: str, dimension: int, instance: int):
        self.name, self.dimension = name, 4

    def __call__(self, trial) -> Outcome:
        shell, head = (0.0625 * trial.suggest_int(name, 1, 99) for name in ("shell", "head"))
        radius, length = trial.suggest_float("radius", 10.0, 200.0), trial.suggest_float("length", 10.0, 200.0)
        cost = (0.6224 * shell * radius * length + 1.7781 * head * radius**2 + 3.1661 * shell**2 * length
                + 19.84 * shell**2 * radius)
        volume = math.pi * radius**2 * length + 4 / 3 * math.pi * radius**3
        return Outcome((cost,), (0.0193 * radius - shell, 0.00954 * radius - head, 1296000 - volume, length - 240))


# ---- hyper-parameter landscapes


class RandomField:
    """Smooth random functions of [0, 1]^d: random Fourier features of a squared-exponential kernel with a length scale
    for each coordinate (Rahimi, Recht, NeurIPS 2007), unit variance."""

    def __init__(self, random: np.random.Generator, dimension: int, count: int, features: int = 64):
        scales = np.exp(random.uniform(math.log(0.7), math.log(4.0), dimension))
        self.frequencies = random.normal(size=(count, features, dimension)) / scales
        self.phases = random.uniform(0, 2 * math.pi, (count, features))
        self.amplitude = math.sqrt(2 / features)

    def __call__(self, u: np.ndarray) -> np.ndarray:
        return self.amplitude * np.sin(self.frequencies @ u + self.phases).sum(axis=1)


OPTIMIZERS = ["sgd", "momentum", "adam", "rmsprop"]
ACTIVATIONS = ["relu", "tanh", "gelu"]


@problem("hpo-smooth", "hpo-plateau", "hpo-choices", "hpo-crash")
class HyperParameters(Problem):
    """The loss of a network that is trained with these settings, as a random landscape: squared differences of random
    fields to their values at the optimum (curved valleys), a ridge between learning rate and batch size, and a loss
    for each wrong choice. All terms are at least 0 and 0 at the optimum, so that the loss is the regret.
    plateau: no better than chance far from it; choices: choices shift where the rest is good; crash: no value where the
    learning rate is too high for the choice."""

    dimension = 8

    def __init__(self, name: str, dimension: int, instance: int):
        self.name = name
        # The same numbers on every machine: seeded by the name's letters and the instance.
        self.random = np.random.default_rng([instance, *name.encode()])
        self.shift = 0.35 * self.random.normal(size=(len(OPTIMIZERS) + len(ACTIVATIONS), 6))
        self.fields = RandomField(self.random, 6, 3)
        self.penalty = np.exp(self.random.uniform(math.log(0.02), math.log(0.5), 7))
        self.optimum = self.random.uniform(0.15, 0.85, 6)
        self.optimum[3] = round(self.optimum[3] * 7) / 7  # a power of two
        self.optimum[4] = round(self.optimum[4] * 496) / 496
        self.optimum[5] = round(self.optimum[5] * 10) / 10
        self.choice = int(self.random.integers(4)), int(self.random.integers(3))
        self.goal = self.fields(self.optimum)

    def __call__(self, trial) -> Outcome:
        u = np.array([
            math.log10(trial.suggest_float("learning_rate", 1e-5, 1.0, log=True)) / 5 + 1,
            math.log10(trial.suggest_float("weight_decay", 1e-8, 1e-1, log=True)) / 7 + 8 / 7,
            trial.suggest_float("momentum", 0.0, 1.0),
            (trial.suggest_int("log2_batch", 3, 10) - 3) / 7,
            (trial.suggest_int("units", 16, 512) - 16) / 496,
            trial.suggest_float("dropout", 0.0, 0.5, step=0.05) * 2,
        ])
        optimizer = OPTIMIZERS.index(trial.suggest_categorical("optimizer", OPTIMIZERS))
        activation = ACTIVATIONS.index(trial.suggest_categorical("activation", ACTIVATIONS))
        wrong = [k for k, best in ((optimizer, self.choice[0]), (4 + activation, 4 + self.choice[1])) if k != best]
        if self.name == "hpo-crash" and u[0] > self.optimum[0] + 0.1 + 0.1 * optimizer:
            return Outcome((math.nan,))
        moved = u + sum((self.shift[k] for k in wrong), np.zeros(6)) if self.name == "hpo-choices" else u
        ridge = (moved[0] - self.optimum[0]) - 0.5 * (moved[3] - self.optimum[3])
        loss = (float(np.mean((self.fields(moved) - self.goal) ** 2)) + 4 * ridge**2
                + 0.1 * float(np.sum((moved - self.optimum) ** 2)) + sum(float(self.penalty[k]) for k in wrong))
        return Outcome((1 - math.exp(-4 * loss) if self.name == "hpo-plateau" else loss,))


# ---- conditional trees


@problem("tree-two", "tree-three", "tree-four", "tree-nested")
class Tree(Problem):
    """Shared parameters and a choice of a branch, each with its own parameters. The value is a weighted sum of squared
    distances to an optimum that depends on the branch, plus each branch's own loss (0 for the best, whose valley is the
    narrowest). With nested the best branch chooses again. The least value is 0."""

    BRANCHES = {"tree-two": [3, 5], "tree-three": [2, 3, 5], "tree-four": [2, 3, 3, 4], "tree-nested": [3, 4, 4]}
    SHARED = 2

    def __init__(self, name: str, dimension: int, instance: int):
        random = np.random.default_rng([instance, *name.encode()])
        self.name, self.sizes, self.nested = name, self.BRANCHES[name], name == "tree-nested"
        self.dimension = self.SHARED + 1 + sum(self.sizes) + (3 if self.nested else 0)
        count = len(self.sizes)
        self.best_branch = int(random.integers(count))
        self.loss = np.exp(random.uniform(math.log(0.1), math.log(1.0), count))
        self.loss[self.best_branch] = 0.0
        self.center = random.uniform(0.1, 0.9, (count, self.SHARED + max(self.sizes)))
        self.weight = np.exp(random.uniform(math.log(0.5), math.log(4.0), (count, self.SHARED + max(self.sizes))))
        self.weight[self.best_branch] *= 3
        self.inner = random.uniform(0.1, 0.9, 2)

    def __call__(self, trial) -> Outcome:
        u = [trial.suggest_float(f"shared{i}", 0.0, 1.0) for i in range(self.SHARED)]
        names = [f"branch{k}" for k in range(len(self.sizes))]
        k = names.index(trial.suggest_categorical("branch", names))
        u += [trial.suggest_float(f"branch{k}_x{i}", 0.0, 1.0) for i in range(self.sizes[k])]
        here = slice(0, len(u))
        value = self.loss[k] + float(np.sum(self.weight[k][here] * (np.array(u) - self.center[k][here]) ** 2))
        if self.nested and k == self.best_branch:
            inner = trial.suggest_categorical("inner", ["a", "b"])
            x = trial.suggest_float(f"inner_{inner}", 0.0, 1.0)
            value += 2 * (x - self.inner["ab".index(inner)]) ** 2 + (0.2 if inner == "a" else 0.0)
        return Outcome((float(value),))
