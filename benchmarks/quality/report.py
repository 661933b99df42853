# SPDX-License-Identifier: MIT
"""Compares samplers with peers on the runs of one block, and prints it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Dict, List

import numpy as np

import scoring
from arms import checkpoints
from scoring import Runs, log_regret
from suite import Block, Task

Table = Dict[Task, Dict[str, Runs]]  # the runs of each sampler and peer on each problem

RANDOM = "optuna:RandomSampler"


def views(table: Table) -> List[Table]:
    """What is compared: the runs as they are, and before it, for each mark, what they were by then."""
    marks = sorted({mark for task in table for mark in task.marks})
    return [{replace(task, trials=mark, marks=()): {name: until(task, mark, runs) for name, runs in sides.items()}
             for task, sides in table.items() if mark in task.marks} for mark in marks] + [table]


def until(task: Task, mark: int, runs: Runs) -> Runs:
    count = checkpoints(task.trials, task.marks).index(mark) + 1
    return {seed: regrets[:count] for seed, regrets in runs.items()}


def final(runs: Runs, seeds) -> List[float]:
    return [runs[seed][-1] for seed in seeds]


def mean_log(runs: Runs) -> float:
    return float(np.mean([log_regret(regrets[-1]) for regrets in runs.values()]))


def compare(table: Table, ours: str, theirs: str) -> Dict[str, Any]:
    """One sampler with one peer, on the seeds that both have run. Differences are in decades of regret; above 0 ours is
    better."""
    shared = {}
    for task, sides in table.items():
        seeds = sorted(set(sides.get(ours, {})) & set(sides.get(theirs, {})))
        if seeds:
            shared[task] = (sides[ours], sides[theirs], seeds)
    if not shared:
        return {}
    decided = scoring.verdicts([(final(a, seeds), final(b, seeds)) for a, b, seeds in shared.values()])
    last = [[log_regret(b[s][-1]) - log_regret(a[s][-1]) for s in seeds] for a, b, seeds in shared.values()]
    anytime = [[np.mean([log_regret(y) - log_regret(x) for x, y in zip(a[s], b[s])]) for s in seeds]
               for a, b, seeds in shared.values()]
    mean, low, high = scoring.bootstrap_mean(last)
    pairs = [float(d) for each in last for d in each]
    return {
        "sampler": ours, "peer": theirs, "trials": sorted({task.trials for task in shared}), "problems": len(shared),
        "decades": mean, "interval": [low, high],
        "anytime_decades": float(np.mean([np.mean(d) for d in anytime])),
        "wins": decided.count("win"), "ties": decided.count("tie"), "losses": decided.count("loss"),
        "verdicts": {task.key: verdict for task, verdict in zip(shared, decided)},
        "ecdf": [float(np.mean([scoring.ecdf_area(pair[side][s]) for *pair, seeds in shared.values() for s in seeds]))
                 for side in (0, 1)],
        "pairs": len(pairs), "rank": 1 + float(np.mean([(d < 0) + (d == 0) / 2 for d in pairs])),
        "p_wilcoxon": scoring.wilcoxon(pairs), "p_sign": scoring.sign_test(pairs),
        "scores": [mean_score(table, ours), mean_score(table, theirs)],
    }


def mean_score(table: Table, sampler: str) -> float | None:
    """0 is random search, 1 the best that a cached peer has found; None where random search is not cached."""
    scores = []
    for sides in table.values():
        if not sides.get(RANDOM) or not sides.get(sampler):
            continue
        random = float(np.median([r[-1] for r in sides[RANDOM].values()]))
        floor = min(r[-1] for name, runs in sides.items() if name.startswith("optuna:") for r in runs.values())
        scores.append(np.mean([scoring.score(r[-1], random, floor) for r in sides[sampler].values()]))
    return float(np.mean(scores)) if scores else None


def label(names: List[str], name: str) -> str:
    """A column's heading: long names have a number instead, which `legend` explains."""
    short = name.removeprefix("optuna:")
    return short if len(short) <= 14 else f"[{names.index(name) + 1}]"


def legend(names: List[str]) -> str:
    return "".join(f"\n{label(names, name)} = {name}" for name in names if label(names, name).startswith("["))


def head(names: List[str]) -> str:
    return f"{'mean log10 regret':32}" + "".join(f"{label(names, name):>16}" for name in names)


def row(task: Task, sides: Dict[str, Runs], names: List[str], decided: str) -> str:
    cells = "".join(f"{mean_log(sides[name]):>16.3f}" if sides.get(name) else f"{'-':>16}" for name in names)
    return f"{task.block} {task.problem:18} d {task.dimension:<3} {task.trials:>5}{cells}  {decided}".rstrip()


def summary_line(block: Block, names: List[str], result: Dict[str, Any]) -> str:
    low, high = result["interval"]
    scores = "   ".join("    -" if s is None else f"{s:5.2f}" for s in result["scores"])
    after = f"{block.letter} {result['trials'][0]}" if block.tasks[0].marks else block.letter
    return (f"{after:6}{label(names, result['sampler']):14} {label(names, result['peer']):14} "
            f"{result['decades']:>+6.3f} ({low:+.3f} to {high:+.3f})  {result['anytime_decades']:>+6.3f}  "
            f"{result['wins']:>4} {result['ties']:>4} {result['losses']:>4}   {scores}")


def rank_line(result: Dict[str, Any]) -> str:
    return (f"mean rank: {result['sampler']} {result['rank']:.3f}, {result['peer']} {3 - result['rank']:.3f} over "
            f"{result['pairs']} runs, p = {result['p_wilcoxon']:.2g} (Wilcoxon), {result['p_sign']:.2g} (signs)")


def ecdf_line(result: Dict[str, Any]) -> str:
    ours, theirs = result["ecdf"]
    return (f"area under the ECDF of targets: {result['sampler']} {ours:.3f}, {result['peer']} {theirs:.3f}, "
            f"ratio {ours / theirs:.3f}")


SUMMARY_HEAD = (f"{'':6}{'sampler':14} {'peer':14} decades better (95 %)      anytime   win  tie loss   score of both")
