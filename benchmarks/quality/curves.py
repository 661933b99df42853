#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How soon pruners lead to a good trial: seeded learning curves that cross, are noisy, bloom late or diverge, trained by
simulated workers, until a trial is within 1 % of the best (of the way from the best of 20,000 to their median).

    curves.py BUILD [--seeds 20] [--workers 1,8,64] [--peer-seeds 5] [--out FILE]     the table; without --peer-seeds hone alone
    curves.py optuna PRUNER WORKERS SEED LIMIT                            one line of Optuna's side

Prints the median of the simulated time (in epochs of one worker) with its quartiles. What is not reached within the limit
counts as the limit.
"""

import argparse
import heapq
import json
import math
import pathlib
import statistics
import subprocess
import sys

EPOCHS = 81
LIMIT = 300 * EPOCHS  # epochs of all workers
MASK = (1 << 64) - 1


def uniform(a, b, c):
    z = (a * 0x9E3779B97F4A7C15 + b * 0xBF58476D1CE4E5B9 + c * 0x94D049BB133111EB) & MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return ((z ^ (z >> 31)) >> 11) * 2.0**-53


class Curves:
    """As in curves_hone.cpp, number for number."""

    def __init__(self, seed):
        self.seed = seed
        self.optimum = [0.2 + 0.6 * uniform(seed, 1, i) for i in range(3)]
        self.best_kind = int(3.0 * uniform(seed, 1, 3))
        ends = sorted(
            self.loss(
                [uniform(seed, 2, 4 * i + j) for j in range(3)], int(3.0 * uniform(seed, 2, 4 * i + 3)), EPOCHS
            )
            for i in range(20000)
        )
        self.target = ends[0] + 0.01 * (ends[10000] - ends[0])

    def loss(self, point, kind, epoch):
        rate, width, dropout = point
        end = 0.1 + 1.8 * (rate - self.optimum[0]) ** 2 + 0.6 * (width - self.optimum[1]) ** 2
        end += 0.4 * (dropout - self.optimum[2]) ** 2 + (0.0 if kind == self.best_kind else 0.1)
        tau = 1.5 * 10.0 ** (0.6 * (1.0 - rate))
        begun = max(0.0, epoch - 4.0) if kind == 2 else epoch
        diverged = 0.02 * max(0, epoch - 5) if rate > self.optimum[0] + 0.3 else 0.0
        return end + 0.5 * (1.0 - min(end, 1.0)) * math.exp(-begun / tau) + diverged

    def noise(self, trial, epoch):
        return 0.02 * (uniform(self.seed, 3, trial * 100 + epoch) - 0.5)


def optuna_run(pruner, workers, seed, limit):
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    made = {
        "nop": optuna.pruners.NopPruner,
        "median": optuna.pruners.MedianPruner,
        "successive_halving": lambda: optuna.pruners.SuccessiveHalvingPruner(min_resource=1, reduction_factor=3),
        "hyperband": lambda: optuna.pruners.HyperbandPruner(min_resource=1, max_resource=EPOCHS),
    }[pruner]()
    curves = Curves(seed)
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed), pruner=made)
    queue = [(0, w) for w in range(workers)]
    running = [None] * workers
    trained = 0
    now = 0
    while trained < limit:
        now, w = heapq.heappop(queue)
        if running[w] is None:
            trial = study.ask()
            point = [trial.suggest_float(name, 0.0, 1.0) for name in ("rate", "width", "dropout")]
            running[w] = [trial, point, trial.suggest_categorical("kind", [0, 1, 2]), 0]
        trial, point, kind, epoch = running[w]
        running[w][3] = epoch = epoch + 1
        now += 1
        heapq.heappush(queue, (now, w))
        loss = curves.loss(point, kind, epoch)
        if loss <= curves.target:
            break
        seen = loss + curves.noise(trial.number, epoch)
        trial.report(seen, epoch)
        if epoch == EPOCHS:
            study.tell(trial, seen)
            running[w] = None
        elif trial.should_prune():
            study.tell(trial, state=optuna.trial.TrialState.PRUNED)
            running[w] = None
        trained += 1
    print(now, trained, int(trained < limit))


RUNGS = '"min_resource": 1, "reduction_factor": 3'
ARMS = [
    ("tpe, nop", "tpe", "nop"),
    ("tpe, median", "tpe", "median"),
    ("tpe, patient median", "tpe", '{"plugin": "patient", "patience": 5, "pruner": "median"}'),
    ("tpe, successive_halving", "tpe", '{"plugin": "successive_halving", %s}' % RUNGS),
    ("tpe, the same with promotion", "tpe", '{"plugin": "successive_halving", "promotion": true, %s}' % RUNGS),
    ("random, the same with promotion", "random", '{"plugin": "successive_halving", "promotion": true, %s}' % RUNGS),
    ("tpe, hyperband", "tpe", '{"plugin": "hyperband", "max_resource": 81}'),
    ("bohb, hyperband", "bohb", '{"plugin": "hyperband", "max_resource": 81}'),
    ("bohb, successive_halving", "bohb", '{"plugin": "successive_halving", %s}' % RUNGS),
    ("dehb, hyperband", "dehb", '{"plugin": "hyperband", "max_resource": 81}'),
]
PEERS = [("Optuna: TPE, " + name, name) for name in ("nop", "median", "successive_halving", "hyperband")]


def numbers(command):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"failed: {' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return [int(word) for word in done.stdout.split()]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--peer-seeds", type=int, default=0)
    parser.add_argument("--workers", default="1,8,64")
    parser.add_argument("--only", default="", help="arms whose name has this text")
    parser.add_argument("--python", default=sys.executable, help="a Python with Optuna")
    parser.add_argument("--out", type=pathlib.Path, help="a file for all figures, as JSON")
    arguments = parser.parse_args()
    workers = [int(w) for w in arguments.workers.split(",")]
    sides = [(name, [arguments.build / "benchmarks/curves_hone", s, p], arguments.seeds) for name, s, p in ARMS]
    sides += [(name, [arguments.python, __file__, "optuna", p], arguments.peer_seeds) for name, p in PEERS]
    figures = {}
    for name, command, seeds in sides:
        if seeds == 0 or arguments.only not in name:
            continue
        cells = []
        for count in workers:
            runs = [numbers([*command, count, seed, LIMIT]) for seed in range(seeds)]
            figures[f"{name}; {count}"] = runs
            times = sorted(run[0] for run in runs)
            low, middle, high = statistics.quantiles(times, n=4, method="inclusive")
            cells.append(f"{middle:,.0f} ({low:,.0f}–{high:,.0f}; {sum(run[2] for run in runs)}/{seeds})")
        print(f"| {name} | " + " | ".join(cells) + " |", flush=True)
        if arguments.out:
            arguments.out.write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    if sys.argv[1:2] == ["optuna"]:
        optuna_run(sys.argv[2], *map(int, sys.argv[3:]))
    else:
        main()
