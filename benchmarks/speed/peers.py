# SPDX-License-Identifier: MIT
"""The Python side of benchmarks/speed: runs one case and prints the seconds that it took, those of them that the
objective itself took, the processor's seconds, and the least value that was found of the first objective.

    peers.py hone|optuna|rustuna SAMPLER STORAGE PARAMETERS TRIALS OBJECTIVES

TRIALS may be 20000+100: Optuna alone; the 100 trials that follow 20,000 finished ones, which were drawn at random and
added, and 60 of the sampler's own.
"""

import json
import sys
import time

library, sampler, storage, parameters, trials, objectives = sys.argv[1:]
before, _, trials = trials.rpartition("+")
names = [f"x{i}" for i in range(int(parameters))]


def sum_of_squares(trial):
    total = 0.0
    for name in names:
        x = trial.suggest_float(name, -5.0, 5.0)
        total += x * x
    return total


def two_sums(trial):
    near = far = 0.0
    for name in names:
        x = trial.suggest_float(name, -5.0, 5.0)
        near += x * x
        far += (x - 1.0) * (x - 1.0)
    return near, far


objective = two_sums if objectives == "2" else sum_of_squares
directions = ["minimize"] * int(objectives)


class Nothing:
    """A trial that costs nothing."""

    @staticmethod
    def suggest_float(name, low, high):
        return 0.5


def add_finished_trials(study, count):
    """Of the sum of squares, drawn at random."""
    import random

    numbers = random.Random(1)
    distributions = {name: optuna.distributions.FloatDistribution(-5.0, 5.0) for name in names}
    for _ in range(count):
        params = {name: numbers.uniform(-5.0, 5.0) for name in names}
        values = [sum((x - k) ** 2 for x in params.values()) for k in range(int(objectives))]
        study.add_trial(optuna.create_trial(params=params, distributions=distributions, values=values))
    study.optimize(objective, n_trials=60)


# TPE is multivariate with 24 candidates and 10 random trials first in all three: the peers' defaults.
if library == "hone":
    import hone

    told = json.loads(sampler) if sampler.startswith("{") else sampler
    study = hone.create_study(sampler=told, seed=1, storage=storage, directions=directions)
elif library == "optuna":
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    samplers = {"random": optuna.samplers.RandomSampler, "tpe": optuna.samplers.TPESampler,
                "cmaes": optuna.samplers.CmaEsSampler, "nsga2": optuna.samplers.NSGAIISampler,
                "qmc": optuna.samplers.QMCSampler, "gp": optuna.samplers.GPSampler,
                "grid": lambda seed: optuna.samplers.GridSampler(
                    {name: [k - 4.5 for k in range(10)] for name in names}, seed=seed)}
    study = optuna.create_study(
        sampler=samplers[sampler](seed=1), storage=None if storage == "memory" else storage, directions=directions
    )
else:
    import rustuna
    from rustuna.samplers import CmaEsSampler, NSGAIISampler, RandomSampler, TPESampler
    from rustuna.storages import SQLite3Storage

    samplers = {"random": RandomSampler, "tpe": TPESampler, "cmaes": CmaEsSampler, "nsga2": NSGAIISampler}
    made = samplers[sampler](seed=1)
    study = rustuna.create_study(
        sampler=made,
        storage=None if storage == "memory" else SQLite3Storage(storage.removeprefix("sqlite:///")),
        directions=directions,
    )

if before:
    add_finished_trials(study, int(before))
if sampler == "gp":
    import torch

    torch.set_num_threads(1)
start, processor = time.perf_counter(), time.process_time()
study.optimize(objective, n_trials=int(trials))
total, processor = time.perf_counter() - start, time.process_time() - processor
least = min(t.values[0] for t in study.trials) if library == "optuna" else float("nan")
start = time.perf_counter()
for _ in range(int(trials)):
    objective(Nothing)
print(f"{total:.6f} {time.perf_counter() - start:.6f} {processor:.6f} {least:.6g}")
