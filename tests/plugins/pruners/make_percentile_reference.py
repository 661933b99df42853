#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes percentile_reference.txt: random histories, and what Optuna's PercentilePruner decides about them.

    python3 make_percentile_reference.py >percentile_reference.txt      (needs optuna)

A case is a line "case DIRECTION PERCENTILE N_STARTUP N_WARMUP INTERVAL N_MIN", then a line "trial STATE STEP:VALUE ..."
for each trial of the history, then a line "probe STEP:VALUE:DECISION ..." for each running trial that is asked after
every report.
"""
import random
import warnings

import optuna
from optuna.trial import TrialState

warnings.simplefilter("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)
STATES = [TrialState.COMPLETE] * 7 + [TrialState.PRUNED, TrialState.FAIL, TrialState.RUNNING]


def value(rng):
    if rng.random() < 0.08:
        return float("nan")
    # Few digits, so that values tie.
    return round(rng.uniform(-1, 1), rng.choice([0, 1, 3]))


def reports(rng):
    steps = sorted(rng.sample(range(14), rng.randint(1, 9)))
    if rng.random() < 0.2:
        rng.shuffle(steps)
    return [(step, value(rng)) for step in steps]


def case(rng):
    direction = rng.choice(["minimize", "maximize"])
    percentile = rng.choice([50.0, 50.0, 25.0, 75.0, 0.0, 100.0, round(rng.uniform(0, 100), 2)])
    startup, warmup = rng.choice([0, 1, 5]), rng.choice([0, 0, 2, 5])
    interval, n_min = rng.choice([1, 1, 2, 3, 5]), rng.choice([1, 1, 2, 4])
    pruner = optuna.pruners.PercentilePruner(percentile, startup, warmup, interval, n_min_trials=n_min)
    study = optuna.create_study(direction=direction, pruner=pruner)
    print("case", direction, percentile, startup, warmup, interval, n_min)
    for _ in range(rng.randint(0, 12)):
        state, series = rng.choice(STATES), reports(rng)
        study.add_trial(
            optuna.trial.create_trial(
                state=state,
                value=0.0 if state == TrialState.COMPLETE else None,
                intermediate_values=dict(series),
            )
        )
        print("trial", state.name, *(f"{step}:{v!r}" for step, v in series))
    for _ in range(3):
        trial = study.ask()
        print("probe", end="")
        for step, v in reports(rng):
            trial.report(v, step)
            print(f" {step}:{v!r}:{int(trial.should_prune())}", end="")
        print()


def main():
    rng = random.Random(20261120)
    print("# Optuna", optuna.__version__)
    for _ in range(120):
        case(rng)


main()
