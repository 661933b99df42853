#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How soon pruners lead to a good trial: training by simulated workers until one is good (docs/pruners.md), on learning
curves that are generated from a seed (which cross, are noisy, bloom late or diverge) and on those of examples/digits.

    curves.py BUILD                      runs hone, and compares with what curves_peers.json has of Optuna
    curves.py BUILD --plot docs/pruners.svg
    curves.py BUILD --only bohb --workers 8 --seeds 8      some of it
    curves.py --store 8                  runs Optuna, for the seeds below 8 that curves_peers.json lacks

The time is in epochs of one worker. What does not come there counts as the limit.
"""

import argparse
import concurrent.futures
import datetime
import json
import pathlib
import subprocess
import sys

import curve_report

FOLDER = pathlib.Path(__file__).resolve().parent
PEERS = FOLDER / "curves_peers.json"
FULL = {"generated": 81, "digits": 27}  # the epochs of a full training
TRIALS = 500  # after which a run is given up

RUNGS = '"min_resource": 1, "reduction_factor": 3'
HALVING = '{"plugin": "successive_halving", %s}' % RUNGS
PROMOTION = '{"plugin": "successive_halving", "promotion": true, %s}' % RUNGS
ARMS = {
    "tpe, `nop`": ("tpe", "nop"),
    "tpe, `median`": ("tpe", "median"),
    "tpe, `percentile` 25": ("tpe", '{"plugin": "percentile", "percentile": 25}'),
    "tpe, `patient` around `median`": ("tpe", '{"plugin": "patient", "patience": 5, "pruner": "median"}'),
    "tpe, `threshold`": ("tpe", '{"plugin": "threshold", "upper": 0.9, "n_warmup_steps": 10}'),
    "tpe, `successive_halving`": ("tpe", HALVING),
    "tpe, the same with `promotion`": ("tpe", PROMOTION),
    "tpe, the same with `pasha`": ("tpe", '{"plugin": "successive_halving", "pasha": true, %s}' % RUNGS),
    "tpe, `hyperband`": ("tpe", '{"plugin": "hyperband", "max_resource": %(epochs)d}'),
    "bohb (`hyperband`)": ("bohb", '{"plugin": "hyperband", "max_resource": %(epochs)d}'),
    "bohb, `successive_halving` with `promotion`": ("bohb", PROMOTION),
    "dehb (`hyperband`)": ("dehb", '{"plugin": "hyperband", "max_resource": %(epochs)d}'),
    "random, `successive_halving` with `promotion`": ("random", PROMOTION),
    "gp, `nop`": ("gp", "nop"),
    "gp, `median`": ("gp", "median"),
    "gp, `patient` around `median`": ("gp", '{"plugin": "patient", "patience": 5, "pruner": "median"}'),
}


def limit(problem, workers):
    """Of the epochs of all workers together, after which a run is given up."""
    return FULL[problem] * (200 if workers < 64 else 500)


def hone_run(job):
    build, problem, arm, workers, seed = job
    sampler, pruner = ARMS[arm]
    pruner = pruner.replace("%(epochs)d", str(FULL[problem]))
    program = build / "benchmarks/curves_hone"
    command = [program, problem, sampler, pruner, workers, seed, limit(problem, workers), TRIALS]
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return problem, arm, workers, seed, [int(word) for word in done.stdout.split()]


def enter(runs, problem, arm, workers, seed, result):
    runs.setdefault(problem, {}).setdefault(arm, {}).setdefault(str(workers), {})[str(seed)] = result


def read_peers():
    return json.loads(PEERS.read_text()) if PEERS.exists() else {"runs": {}}


def store(options):
    """Runs Optuna where its results are missing or of another version; writes after each run."""
    import optuna

    import curves_optuna

    peers = read_peers()
    if peers.get("version") != optuna.__version__:
        peers = {"version": optuna.__version__, "runs": {}}
    jobs = [(problem, pruner, workers, seed, limit(problem, workers), TRIALS)
            for seed in range(options.store) for problem in options.problem
            for pruner in curves_optuna.PRUNERS for workers in options.workers
            if options.only in pruner
            and str(seed) not in peers["runs"].get(problem, {}).get(pruner, {}).get(str(workers), {})]
    with concurrent.futures.ProcessPoolExecutor(options.jobs) as pool:
        for done in concurrent.futures.as_completed([pool.submit(curves_optuna.run, job) for job in jobs]):
            problem, pruner, workers, seed, _, _, result = done.result()
            enter(peers["runs"], problem, pruner, workers, seed, result)
            peers["date"] = datetime.date.today().isoformat()
            text = json.dumps(peers, indent=1, sort_keys=True)
            PEERS.write_text(curve_report.one_line_lists(text) + "\n")
            print(problem, pruner, workers, seed, result, file=sys.stderr, flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path, nargs="?")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--workers", type=lambda text: [int(w) for w in text.split(",")], default=[1, 8, 64])
    parser.add_argument("--problem", action="append", choices=list(FULL))
    parser.add_argument("--only", default="", help="arms whose name has this text")
    parser.add_argument("--store", type=int, metavar="SEEDS", help="run Optuna")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--json", type=pathlib.Path, help="read what this file has of hone, and write all to it")
    parser.add_argument("--plot", type=pathlib.Path, help="write the plot to this file, as SVG")
    options = parser.parse_args()
    options.problem = options.problem or list(FULL)
    if options.store:
        return store(options)
    if not options.build:
        parser.error("name the build folder, such as build/release")
    runs = json.loads(options.json.read_text()) if options.json and options.json.exists() else {}
    jobs = [(options.build, problem, arm, workers, seed) for problem in options.problem for arm in ARMS
            for workers in options.workers for seed in range(options.seeds)
            if options.only in arm
            and str(seed) not in runs.get(problem, {}).get(arm, {}).get(str(workers), {})]
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for result in pool.map(hone_run, jobs):
            enter(runs, *result)
    if options.json:
        options.json.write_text(json.dumps(runs) + "\n")
    peers = read_peers()
    limits = {problem: {w: limit(problem, w) // w for w in options.workers} for problem in FULL}
    for problem in options.problem:
        print(curve_report.table(problem, runs.get(problem, {}), peers, limits[problem]))
    if options.plot:
        options.plot.write_text(curve_report.plot(runs, peers, limits))
    return None


if __name__ == "__main__":
    main()
