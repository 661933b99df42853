# SPDX-License-Identifier: MIT
"""What Gaussian processes cost: hone's gp and Optuna's GPSampler take turns, in seconds of the processor, one thread
each; and the memory of a long study. Called by `run`; by itself with the folder of a build and a Python that has Optuna
and PyTorch:

    model_cases.py BUILD PYTHON [--quick] [CASE...]
"""

import json
import os
import pathlib
import statistics
import subprocess
import sys

# name, parameters, objectives, trials, turns. Optuna's 500 trials take it minutes.
CASES = [
    ("gp, 100", 10, 1, 100, 3),
    ("gp, 250", 10, 1, 250, 1),
    ("gp, 500", 10, 1, 500, 1),
    ("gp, two", 6, 2, 150, 1),
]
LEAST_RATIO = 20
# Of this many trials of 10 parameters.
LONG, LONG_LIMIT_MB = 5_000, 1_000


def run(command):
    """What it printed, as numbers, and the most memory that it had, in megabytes."""
    one_thread = dict(os.environ, OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")
    with subprocess.Popen([str(c) for c in command], stdout=subprocess.PIPE, text=True, env=one_thread) as process:
        printed = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit("failed: " + " ".join(map(str, command)))
    return [float(word) for word in printed.split()], usage.ru_maxrss / 1024


def measure(case, build, python, quick):
    name, parameters, objectives, trials, turns = case
    arguments = ["gp", "memory", parameters, min(trials, 30) if quick else trials, objectives]
    sides = {"hone": [build / "benchmarks/speed_hone"],
             "optuna": [python, pathlib.Path(__file__).parent / "peers.py", "optuna"]}
    result = {"case": name, "parameters": parameters, "trials": trials, "objectives": objectives}
    result.update({f"{side}_{what}": [] for side in sides for what in ("seconds", "least", "mb")})
    for _ in range(1 if quick else turns):
        for side, command in sides.items():
            (_, _, seconds, least), megabytes = run([*command, *arguments])
            for what, value in (("seconds", seconds), ("least", least), ("mb", megabytes)):
                result[f"{side}_{what}"].append(value)
    result["ratio"] = statistics.median(b / a for a, b in zip(result["hone_seconds"], result["optuna_seconds"]))
    return result


def long_study(build, quick):
    trials = LONG // 50 if quick else LONG
    (_, last, seconds, least), megabytes = run([build / "benchmarks/speed_hone", "gp", "memory", 10, trials])
    return {"case": f"gp, {trials:,}", "trials": trials, "hone_seconds": seconds, "last_tenth_seconds": last,
            "hone_least": least, "hone_mb": megabytes}


def kept(result):
    return result["ratio"] >= LEAST_RATIO if "ratio" in result else result["hone_mb"] <= LONG_LIMIT_MB


def row(result):
    if "ratio" not in result:
        return (f"{result['case']:12} {result['hone_seconds']:>10.2f} {'':>10} {'':>8} {result['hone_least']:>12.4g} "
                f"{'':>12} {result['hone_mb']:>8.0f}")
    ours, theirs, least, their_least, mb, their_mb = (
        statistics.median(result[f"{side}_{what}"]) for what in ("seconds", "least", "mb") for side in ("hone", "optuna"))
    values = f"{least:>12.4g} {their_least:>12.4g}" if result["objectives"] == 1 else f"{'':>25}"
    return f"{result['case']:12} {ours:>10.2f} {theirs:>10.2f} {result['ratio']:>8.0f} {values} {mb:>8.0f} {their_mb:>8.0f}"


HEAD = (f"{'processor, s':12} {'hone':>10} {'Optuna':>10} {'ratio':>8} {'least: hone':>12} {'Optuna':>12} {'MB: hone':>8} "
        f"{'Optuna':>8}")


def all_cases(build, python, quick, wanted=()):
    """Prints a line each."""
    print("\n" + HEAD)
    results = []
    for case in CASES:
        if not wanted or case[0] in wanted:
            results.append(measure(case, build, python, quick))
            print(row(results[-1]), flush=True)
    if not wanted or "long" in wanted:
        results.append(long_study(build, quick))
        print(row(results[-1]), flush=True)
    return results


if __name__ == "__main__":
    words = [word for word in sys.argv[1:] if word != "--quick"]
    if len(words) < 2:
        sys.exit(__doc__)
    print(json.dumps(all_cases(pathlib.Path(words[0]), words[1], "--quick" in sys.argv, words[2:]), indent=1))
