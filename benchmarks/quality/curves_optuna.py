# SPDX-License-Identifier: MIT
"""Optuna's side of curves.py: its pruners with its TPE, on the same curves and the same simulated workers."""

import functools
import heapq

import optuna

import curve_problems

PRUNERS = {
    "none": lambda epochs: optuna.pruners.NopPruner(),
    "median": lambda epochs: optuna.pruners.MedianPruner(),
    "percentile": lambda epochs: optuna.pruners.PercentilePruner(25.0),
    "patient median": lambda epochs: optuna.pruners.PatientPruner(optuna.pruners.MedianPruner(), patience=5),
    "successive_halving": lambda epochs: optuna.pruners.SuccessiveHalvingPruner(min_resource=1, reduction_factor=3),
    "hyperband": lambda epochs: optuna.pruners.HyperbandPruner(min_resource=1, max_resource=epochs),
}


@functools.lru_cache(maxsize=None)
def problem_of(name, seed):
    return curve_problems.PROBLEMS[name](seed)


def run(job):
    """(problem, pruner, workers, seed, epochs, trials) -> the same with what curves_hone prints."""
    name, pruner, workers, seed, epochs, trials = job
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    problem = problem_of(name, seed)
    study = optuna.create_study(
        study_name="curves", sampler=optuna.samplers.TPESampler(seed=seed), pruner=PRUNERS[pruner](problem.epochs)
    )
    queue = [(0, w) for w in range(workers)]
    running = [None] * workers  # trial, point, epoch
    trained, begun, now, reached = 0, 0, 0, False
    while trained < epochs:
        now, w = heapq.heappop(queue)
        if running[w] is None:
            if begun == trials:
                break
            begun += 1
            trial = study.ask()
            running[w] = [trial, problem.point(trial), 0]
        trial, point, epoch = running[w]
        running[w][2] = epoch = epoch + 1
        now += 1
        heapq.heappush(queue, (now, w))
        loss = problem.loss(point, epoch)
        reached = loss <= problem.target
        if reached:
            break
        seen = loss + problem.noise(trial.number, epoch)
        trial.report(seen, epoch)
        if epoch == problem.epochs:
            study.tell(trial, seen)
            running[w] = None
        elif trial.should_prune():
            study.tell(trial, state=optuna.trial.TrialState.PRUNED)
            running[w] = None
        trained += 1
    return *job, [now, trained, begun, int(reached)]
