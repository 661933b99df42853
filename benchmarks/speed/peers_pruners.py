# SPDX-License-Identifier: MIT
"""Optuna's side of benchmarks/speed for pruners: fills a study in memory, then prints the nanoseconds of one report and
of one decision.

    peers_pruners.py PRUNER TRIALS REPORTS DECISIONS
"""

import random
import sys
import time

import optuna
from optuna.distributions import FloatDistribution

name, trials, reports, decisions = sys.argv[1], *map(int, sys.argv[2:])
optuna.logging.set_verbosity(optuna.logging.ERROR)
pruners = {
    "median": lambda: optuna.pruners.MedianPruner(),
    "percentile": lambda: optuna.pruners.PercentilePruner(25.0),
    "threshold": lambda: optuna.pruners.ThresholdPruner(upper=1.5),
    "successive_halving": lambda: optuna.pruners.SuccessiveHalvingPruner(min_resource=1),
    "hyperband": lambda: optuna.pruners.HyperbandPruner(min_resource=1, max_resource=100),
    "patient": lambda: optuna.pruners.PatientPruner(optuna.pruners.MedianPruner(), patience=3),
    "wilcoxon": lambda: optuna.pruners.WilcoxonPruner(),
    "nop": lambda: optuna.pruners.NopPruner(),
}
study = optuna.create_study(
    study_name="speed", sampler=optuna.samplers.RandomSampler(seed=1), pruner=pruners[name]()
)
draw = random.Random(1)


def loss(level, step):
    return level + 1.0 / step + 0.05 * draw.random()


filled = []
for number in range(trials):
    level = draw.random()
    curve = {step: loss(level, step) for step in range(1, reports + 1)}
    # As the pruner would have written them.
    rungs, step = {}, 1
    while name in ("successive_halving", "hyperband") and step <= reports:
        rungs[f"completed_rung_{len(rungs)}"] = curve[step]
        step *= 4 if name == "successive_halving" else 3
    filled.append(
        optuna.trial.create_trial(
            params={"level": level},
            distributions={"level": FloatDistribution(0.0, 1.0)},
            value=level,
            intermediate_values=curve,
            system_attrs=rungs,
        )
    )
study.add_trials(filled)

reporting = deciding = 0.0
asked = 0
while asked < decisions:
    trial = study.ask()
    level = trial.suggest_float("level", 0.0, 1.0)
    for step in range(1, reports + 1):
        start = time.perf_counter()
        trial.report(loss(level, step), step)
        reported = time.perf_counter()
        trial.should_prune()
        deciding += time.perf_counter() - reported
        reporting += reported - start
        asked += 1
        if asked == decisions:
            break
    study.tell(trial, level)
print(f"{1e9 * reporting / asked:.1f} {1e9 * deciding / asked:.1f}")
