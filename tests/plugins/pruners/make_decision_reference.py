#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes random histories, and what a pruner of Optuna decides about them.

    python3 make_decision_reference.py PRUNER >PRUNER_reference.txt      (needs optuna)

PRUNER is threshold, successive_halving, hyperband, patient or wilcoxon. A case is a line "case DIRECTION OPTIONS" with
hone's options as JSON, then one line an event, in order: "start NUMBER", "report NUMBER STEP VALUE DECISION" (the
decision 1, 0, or - where hone differs on purpose), "end NUMBER STATE [VALUE]".
"""
import json
import math
import random
import sys
import warnings

import optuna
from optuna.trial import TrialState

warnings.simplefilter("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)


def threshold(rng):
    lower, upper = rng.choice([(None, 0.5), (-0.5, None), (-0.5, 0.5), (0.0, 0.0)])
    options = dict(lower=lower, upper=upper, n_warmup_steps=rng.choice([0, 0, 3]), interval_steps=rng.choice([1, 2, 5]))
    return options, optuna.pruners.ThresholdPruner(**options)


def successive_halving(rng):
    options = dict(
        min_resource=rng.choice([2, 2, 3, 5]),
        reduction_factor=rng.choice([3, 4]) if rng.random() < 0.7 else 2,
        min_early_stopping_rate=rng.choice([0, 0, 1]),
        bootstrap_count=rng.choice([0, 0, 3]),
    )
    return options, optuna.pruners.SuccessiveHalvingPruner(**options)


def hyperband(rng):
    # 3^5 is left out: Optuna's floating-point logarithm then finds a bracket too few.
    options = dict(
        min_resource=rng.choice([2, 3]),
        max_resource=rng.choice([9, 20, 30]),
        reduction_factor=rng.choice([2, 3]),
        bootstrap_count=rng.choice([0, 0, 2]),
    )
    return options, optuna.pruners.HyperbandPruner(**options)


def patient(rng):
    options = dict(patience=rng.choice([0, 1, 2, 4]), min_delta=rng.choice([0.0, 0.0, 0.25]))
    inner = None
    if rng.random() < 0.5:
        inner = optuna.pruners.MedianPruner(n_startup_trials=1)
    pruner = optuna.pruners.PatientPruner(inner, **options)
    if inner:
        options["pruner"] = {"plugin": "median", "n_startup_trials": 1}
    return options, pruner


def wilcoxon(rng):
    options = dict(p_threshold=rng.choice([0.1, 0.2, 0.5]), n_startup_steps=rng.choice([0, 2, 4]))
    return options, optuna.pruners.WilcoxonPruner(**options)


MAKERS = {f.__name__: f for f in (threshold, successive_halving, hyperband, patient, wilcoxon)}


def value(rng, kind):
    if rng.random() < (0.05 if kind != "wilcoxon" else 0.004):
        # The median that patient is around is NaN in Optuna next to an infinite report, which may have no weight in it.
        return float("nan") if kind == "patient" else rng.choice([float("nan"), float("inf"), float("-inf")])
    # Few digits, so that values tie.
    return round(rng.uniform(-1, 1), rng.choice([0, 1, 3]))


def series(rng, kind):
    length = rng.randint(1, 40 if kind in ("successive_halving", "hyperband") else 20)
    step, steps = rng.choice([0, 1]), []
    for _ in range(length):
        steps.append(step)
        # Never past two rungs at once, where hone counts a trial in both.
        step += rng.choice([1, 1, 1, 2])
    if kind not in ("successive_halving", "hyperband") and rng.random() < 0.2:
        rng.shuffle(steps)
    return [(step, value(rng, kind)) for step in steps]


def differs(kind, options, reported):
    """A window of nothing but NaN is no improvement to hone, while Optuna compares with NaN."""
    if kind != "patient" or len(reported) <= options["patience"] + 1:
        return False
    values = [v for _, v in sorted(reported.items())]
    border = len(values) - options["patience"] - 1
    return all(map(math.isnan, values[:border])) or all(map(math.isnan, values[border:]))


def case(rng, kind):
    direction = rng.choice(["minimize", "maximize"])
    options, pruner = MAKERS[kind](rng)
    study = optuna.create_study(study_name="fake", direction=direction, pruner=pruner)
    print("case", direction, json.dumps(options))
    running, left = [], rng.randint(4, 30)
    while running or left:
        if left and (not running or (len(running) < 4 and rng.random() < 0.2)):
            left -= 1
            trial = study.ask()
            running.append((trial, series(rng, kind), {}))
            print("start", trial.number)
            continue
        entry = rng.choice(running)
        trial, todo, reported = entry
        state = rng.choice([TrialState.COMPLETE] * 5 + [TrialState.FAIL])
        if todo:
            step, v = todo.pop(0)
            trial.report(v, step)
            reported[step] = v
            pruned = trial.should_prune()
            decision = "-" if differs(kind, options, reported) else int(pruned)
            print("report", trial.number, step, repr(v), decision)
            if not pruned or rng.random() < 0.3:
                continue
            state = TrialState.PRUNED
        running.remove(entry)
        # Of equal values, which one counts as best depends on the order of arrival in Optuna.
        result = round(rng.uniform(-1, 1), 9) if state == TrialState.COMPLETE else None
        study.tell(trial, result, state=state)
        print("end", trial.number, state.name, "" if result is None else repr(result))


def main():
    rng = random.Random(20261121)
    print("# Optuna", optuna.__version__)
    for _ in range(40):
        case(rng, sys.argv[1])


main()
