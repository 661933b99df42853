# SPDX-License-Identifier: MIT
"""What is run: blocks of problems, as in the compact suite or in the long one."""

from __future__ import annotations

import dataclasses
from typing import List, Sequence, Tuple


@dataclasses.dataclass(frozen=True)
class Task:
    """Runs of one problem; they differ in the seed."""

    block: str
    problem: str
    dimension: int
    trials: int
    marks: Tuple[int, ...] = ()  # numbers of trials whose regrets are kept besides, and compared like the last one's

    @property
    def key(self) -> str:
        return f"{self.problem}/{self.dimension}/" + "+".join(map(str, [*self.marks, self.trials]))


@dataclasses.dataclass(frozen=True)
class Block:
    letter: str
    title: str
    tasks: Sequence[Task]
    seeds: int
    samplers: Sequence[str] = ("tpe",)
    peers: Sequence[str] = ("optuna:TPESampler", "optuna:RandomSampler")
    ranks: bool = False  # whether mean ranks are compared: of many problems with few seeds


BBOB = [f"bbob-f{n}" for n in range(1, 25)]
CONDITIONAL = [("tree-two", 11), ("tree-three", 13), ("tree-four", 15), ("tree-nested", 17)]
LEARNERS = [("learn-svr", 6), ("learn-boosting", 8), ("learn-mlp", 10), ("learn-choice", 13)]
CURVES = [f"curve-{trait}" for trait in ("crossing", "noisy", "late", "diverging")]
HPO = ["hpo-smooth", "hpo-plateau", "hpo-choices", "hpo-crash"]


def tasks(letter: str, problems: Sequence[Tuple[str, int, int]], marks: Tuple[int, ...] = ()) -> List[Task]:
    return [Task(letter, name, dimension, trials, marks) for name, dimension, trials in problems]


def compact() -> List[Block]:
    return [
        Block("A", "bbob, 20 d trials", tasks("A", [(f, d, 20 * d) for d in (5, 10) for f in BBOB]), 10),
        Block("D", "mixed: bbob-mixint and hyper-parameters, 100 trials", tasks(
            "D", [(f"mixint-f{n}", 10, 100) for n in (1, 3, 8, 10, 15, 21)] + [(name, 8, 100) for name in HPO]), 10),
        Block("E", "conditional trees, 100 trials", tasks("E", [(name, d, 100) for name, d in CONDITIONAL]), 10),
        Block("F", "two and three objectives, 100 trials", tasks(
            "F", [(f"zdt{n}", 6, 100) for n in (1, 2, 3, 6)]
            + [("dtlz2", 6, 100), ("dtlz7", 6, 100), ("wfg2", 6, 100), ("wfg4", 6, 100)]
            + [(f"biobj-f{n}", 5, 100) for n in (1, 11, 21, 46)]), 10),
        Block("G", "constraints, 100 trials", tasks(
            "G", [(f"constrained-f{n}", 5, 100) for n in (1, 10, 19, 28, 37, 46)]
            + [("welded-beam", 4, 100), ("pressure-vessel", 4, 100)]), 10),
        Block("H", "noise, 100 trials", tasks("H", [(f"noisy-f{n}", 5, 100) for n in (101, 107, 115, 122)]), 10),
        Block("I", "learning curves with median pruners, 100 trials", tasks("I", [(f, 5, 100) for f in CURVES]), 10),
        Block("L", "scikit-learn's models, 60 trials", tasks("L", [(name, d, 60) for name, d in LEARNERS]), 15),
        Block("S", "sphere and Rosenbrock, not shifted, 100 trials", tasks(
            "S", [("sphere", 10, 100), ("rosenbrock", 10, 100)]), 10),
    ]


def long() -> List[Block]:
    return [
        Block("A", "bbob, 10 d and 50 d trials", tasks(
            "A", [(f, d, b * d) for b in (10, 50) for d in (2, 3, 5, 10, 20, 40) for f in BBOB]), 15),
        Block("D", "mixed: bbob-mixint and hyper-parameters", tasks(
            "D", [(f"mixint-f{n}", d, 20 * d) for d in (5, 10, 20) for n in range(1, 25)]
            + [(name, 8, trials) for trials in (100, 300) for name in HPO]), 20),
        Block("E", "conditional trees", tasks(
            "E", [(name, d, trials) for trials in (100, 300) for name, d in CONDITIONAL]), 20),
        Block("F", "two and three objectives", tasks(
            "F", [(name, d, 250) for d in (6, 12) for name in
                  ("zdt1", "zdt2", "zdt3", "zdt6", "dtlz2", "dtlz7", "wfg2", "wfg4")]
            + [(f"biobj-f{n}", d, 250) for d in (2, 5, 10) for n in range(1, 56)]), 15),
        Block("G", "constraints", tasks(
            "G", [(f"constrained-f{n}", d, 20 * d) for d in (5, 10) for n in range(1, 55)]
            + [("welded-beam", 4, 250), ("pressure-vessel", 4, 250)]), 15),
        Block("H", "noise", tasks(
            "H", [(f"noisy-f{n}", d, 30 * d) for d in (5, 10) for n in (101, 104, 107, 113, 115, 119, 122, 128)]), 20),
        Block("I", "learning curves with median pruners", tasks(
            "I", [(name, 5, trials) for trials in (100, 300) for name in CURVES]), 20),
        Block("L", "scikit-learn's models", tasks(
            "L", [(name, d, trials) for trials in (60, 200) for name, d in LEARNERS]), 15),
        Block("S", "sphere and Rosenbrock, not shifted", tasks(
            "S", [(name, 10, trials) for trials in (100, 300) for name in ("sphere", "rosenbrock")]), 30),
    ]


# Separable, ill-conditioned, multi-modal with and without structure.
SOME = (1, 3, 6, 8, 10, 12, 13, 15, 17, 20, 21, 24)
SOME_OF_BBOB = [f"bbob-f{n}" for n in SOME]


def evolution() -> List[Block]:
    """For evolution strategies and genetic algorithms, whose budgets are larger."""
    return [
        Block("C", "bbob, 1,000 d trials", tasks("C", [(f, d, 1000 * d) for d in (5, 20) for f in SOME_OF_BBOB]), 3,
              ["cmaes"], ["pycma:BIPOP"]),
        Block("K", "bbob, 200 d trials", tasks("K", [(f, 5, 1000) for f in SOME_OF_BBOB]), 3,
              ["cmaes"], ["optuna:CmaEsSampler"]),
        Block("M", "two and three objectives, 10,000 trials", tasks(
            "M", [("zdt1", 30, 10_000), ("zdt2", 30, 10_000), ("zdt3", 30, 10_000), ("zdt6", 10, 10_000),
                  ("dtlz2", 12, 10_000), ("dtlz7", 22, 10_000), ("wfg2", 12, 10_000), ("wfg4", 12, 10_000)]), 3,
              ["nsga2", "sms_emoa"], ["pymoo:NSGA2"]),
        Block("X", "bbob-mixint, 200 d trials", tasks(
            "X", [(f"mixint-f{n}", 5, 1000) for n in SOME]), 3, ["catcma"], ["optuna:TPESampler"]),
    ]


def gaussian_processes() -> List[Block]:
    """For few and expensive trials. The first 100 of 200 trials are compared too. A trial takes Ax 1 s and HEBO 2 s."""
    some = SOME_OF_BBOB + [f for f in BBOB if f not in SOME_OF_BBOB]
    mixed = [f"mixint-{f.removeprefix('bbob-')}" for f in SOME_OF_BBOB]
    optuna, slow = ["optuna:GPSampler"], ["ax:default", "hebo:HEBO"]
    return [
        Block("P", "bbob in 5 dimensions, 100 and 200 trials", tasks(
            "P", [(f, 5, 200) for f in some], (100,)), 2, ["gp"], optuna, True),
        Block("Q", "bbob in 10 dimensions, 100 and 200 trials", tasks(
            "Q", [(f, 10, 200) for f in some], (100,)), 2, ["gp"], optuna, True),
        Block("R", "bbob-mixint in 5 and 10 dimensions, 100 trials", tasks(
            "R", [(f, d, 100) for d in (5, 10) for f in mixed]), 2, ["gp"], optuna, True),
        Block("T", "bbob in 5 dimensions, 50 trials", tasks("T", [(f, 5, 50) for f in some]), 1, ["gp"], slow, True),
        Block("S", "sphere and Rosenbrock, not shifted, 100 trials", tasks(
            "S", [("sphere", 10, 100), ("rosenbrock", 10, 100)]), 10, ["gp"], [*optuna, *slow]),
    ]


SUITES = {"compact": compact, "long": long, "evolution": evolution, "gaussian-processes": gaussian_processes}
