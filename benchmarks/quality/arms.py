# SPDX-License-Identifier: MIT
"""Runs one sampler on one problem: hone's by its plugin's name or its table, a peer's as `optuna:TPESampler`,
`{"optuna": "TPESampler", "multivariate": false}`, `pycma:BIPOP`, `pymoo:NSGA2`, `ax:default` or `hebo:HEBO`.
"""

from __future__ import annotations

import importlib.metadata
import json
import math
import time
import warnings
from typing import Any, List, Sequence, Tuple

import numpy as np

import model_arms
import vector_arms
from problems import Outcome, Problem
from scoring import dominated_share


RUN = {**vector_arms.RUN, **model_arms.RUN}  # by the library: what knows no studies
PACKAGES = {"pycma": "cma", "ax": "ax-platform", "hebo": "HEBO"}


def parse(text: str) -> Tuple[str, Any]:
    """The library and what it is told."""
    if text.lstrip().startswith("{"):
        table = json.loads(text)
        return ("optuna", table) if "optuna" in table else ("hone", table)
    if text.startswith("optuna:"):
        return "optuna", {"optuna": text.removeprefix("optuna:")}
    library = text.partition(":")[0]
    return (library, text) if library in RUN else ("hone", text)


def version(library: str) -> str:
    return importlib.metadata.version(PACKAGES.get(library, library))


def study_of(text: str, seed: int, problem: Problem):
    """A study in memory that minimises, and what its objective raises when a trial is pruned."""
    library, told = parse(text)
    directions = ["minimize"] * problem.objectives
    if library == "hone":
        import hone

        hone.logging.set_verbosity(hone.logging.ERROR)
        study = hone.create_study(sampler=told, pruner=problem.pruner or "nop", seed=seed, directions=directions)
        return study, hone.TrialPruned
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.filterwarnings("ignore", module="optuna")
    options = {key: value for key, value in told.items() if key != "optuna"}
    sampler = getattr(optuna.samplers, told["optuna"])(seed=seed, **options)
    pruner = {"": optuna.pruners.NopPruner, "median": optuna.pruners.MedianPruner}[problem.pruner]()
    return optuna.create_study(sampler=sampler, pruner=pruner, directions=directions), optuna.TrialPruned


def checkpoints(trials: int, marks: Sequence[int] = ()) -> List[int]:
    """Up to six numbers of trials, evenly spaced in their logarithm, from 10 on, of long runs 31; and the marks."""
    return sorted({round(n) for n in np.geomspace(min(10, trials), trials, 6 if trials <= 500 else 31)} | set(marks))


def regret(problem: Problem, outcomes: List[Outcome]) -> float:
    """Of the best feasible trial, by its true value if there is noise; with several objectives the share of the box
    that is still missing. inf if no trial was feasible."""
    usable = [o for o in outcomes if o.feasible and all(math.isfinite(v) for v in o.values)]
    if problem.objectives > 1:
        share = dominated_share([o.values for o in usable], problem.ideal, problem.reference)
        return max(problem.best_share - share, 0.0)
    if not usable:
        return math.inf
    chosen = min(usable, key=lambda o: o.values[0])
    value = chosen.values[0] if chosen.true_value is None else chosen.true_value
    return max(value - problem.best, 0.0)


def run(text: str, problem: Problem, trials: int, seed: int, marks: Sequence[int] = ()) -> Tuple[List[float], float]:
    """The regret at each checkpoint, and the CPU seconds of the whole run."""
    outcomes: List[Outcome] = []

    def objective(trial):
        outcome = problem(trial)
        outcomes.append(outcome)
        for i, violation in enumerate(outcome.constraints):
            trial.set_constraint(f"c{i}", violation)
        if outcome.pruned:
            raise pruned
        return outcome.values[0] if len(outcome.values) == 1 else outcome.values

    library, told = parse(text)
    if library in RUN and problem.pruner:
        raise ValueError(f"{text} knows no pruning, which {problem.name} is about")
    if library in RUN:
        start = time.process_time()
        RUN[library](told.partition(":")[2], problem, outcomes, trials, seed)
    else:
        study, pruned = study_of(text, seed, problem)
        start = time.process_time()
        study.optimize(objective, n_trials=trials)
    seconds = time.process_time() - start
    if len(outcomes) != trials:
        raise RuntimeError(f"{text} ran {len(outcomes)} of {trials} trials of {problem.name}")
    return [regret(problem, outcomes[:n]) for n in checkpoints(trials, marks)], seconds
