# SPDX-License-Identifier: MIT
"""What a report and a pruner's decision cost: hone and Optuna, side by side. Called by `run`; by itself with the folder
of a build and a Python that has Optuna:

    pruner_cases.py BUILD PYTHON [--quick]
"""

import json
import pathlib
import subprocess
import sys

TRIALS, REPORTS = 10_000, 100
# The pruner as hone is told, its name for Optuna, and how many decisions of Optuna's are timed.
CASES = [
    ("median", "median", 20),
    ('{"plugin": "percentile", "percentile": 25}', "percentile", 20),
    ('{"plugin": "successive_halving", "min_resource": 1}', "successive_halving", 100),
    ('{"plugin": "successive_halving", "min_resource": 1, "promotion": true}', None, 0),
    ('{"plugin": "hyperband", "max_resource": 100}', "hyperband", 20),
    ('{"plugin": "patient", "patience": 3, "pruner": "median"}', "patient", 20),
    ('{"plugin": "threshold", "upper": 1.5}', "threshold", 1000),
    ("nop", "nop", 1000),
    ("wilcoxon", "wilcoxon", 4),
]
REPORT_LIMIT_NS = 1000
DECISION_LIMIT_NS = 2000
LEAST_RATIO = 100
# A test of ranks costs what the ranks cost, and who does nothing cannot be a hundred times faster.
WITHOUT_LIMIT = {"wilcoxon"}
WITHOUT_RATIO = {"nop"}


def numbers(command):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"failed: {' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return [float(word) for word in done.stdout.split()]


def measure(case, build, python, quick):
    told, peer, decisions = case
    trials = TRIALS // 20 if quick else TRIALS
    report, decision, _ = numbers([build / "benchmarks/speed_pruners", told, trials, REPORTS])
    result = {"pruner": told, "report_ns": report, "decision_ns": decision, "optuna_report_ns": None,
              "optuna_decision_ns": None}
    if peer is not None:
        script = pathlib.Path(__file__).parent / "peers_pruners.py"
        theirs = numbers([python, script, peer, trials, REPORTS, decisions])
        result["optuna_report_ns"], result["optuna_decision_ns"] = theirs
    return result


def name_of(told):
    return json.loads(told)["plugin"] if told.startswith("{") else told


def kept(result):
    name = name_of(result["pruner"])
    theirs = result["optuna_decision_ns"]
    return (
        result["report_ns"] <= REPORT_LIMIT_NS
        and (name in WITHOUT_LIMIT or result["decision_ns"] <= DECISION_LIMIT_NS)
        and (name in WITHOUT_RATIO or theirs is None or theirs >= LEAST_RATIO * result["decision_ns"])
    )


def row(result):
    text = f"{result['pruner']:74} {result['report_ns']:8,.0f} {result['decision_ns']:10,.0f}"
    if result["optuna_decision_ns"] is not None:
        ratio = result["optuna_decision_ns"] / result["decision_ns"]
        text += f" {result['optuna_decision_ns']:16,.0f} {ratio:10,.0f}"
    return text


def all_cases(build, python, quick):
    """Measures and prints one case after another."""
    print(f"\n{'nanoseconds, ' + str(TRIALS) + ' trials of ' + str(REPORTS) + ' reports':74} {'report':>8} {'decision':>10}"
          f" {'Optuna decision':>16} {'ratio':>10}")
    results = []
    for case in CASES:
        results.append(measure(case, build, python, quick))
        print(row(results[-1]), flush=True)
    return results


if __name__ == "__main__":
    all_cases(pathlib.Path(sys.argv[1]), sys.argv[2], "--quick" in sys.argv)
