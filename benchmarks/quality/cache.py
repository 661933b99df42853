# SPDX-License-Identifier: MIT
"""Results of peers, kept in peers.json with version and date, so that hone can be compared again without running them.

    {sampler: {"version", "date", "coco", "runs": {problem/dimension/trials: {"fingerprint", "seeds": {seed: [regret]}}
    }}}
"""

from __future__ import annotations

import datetime
import json
import math
import pathlib
from typing import Any, Dict, List, Tuple

import cocoex

import arms
import problems
from scoring import Runs
from suite import Task

FILE = pathlib.Path(__file__).with_name("peers.json")


class Cache:
    def __init__(self, path: pathlib.Path = FILE):
        self.path = path
        self.added: List[Tuple[str, Task, int, List[float]]] = []
        self.read()

    def read(self) -> None:
        self.peers: Dict[str, Dict[str, Any]] = json.loads(self.path.read_text()) if self.path.exists() else {}

    def runs(self, sampler: str, task: Task) -> Runs:
        """By seed; empty if there are none. Refuses results of a function that was another one."""
        kept = self.peers.get(sampler, {}).get("runs", {}).get(task.key)
        if kept is None:
            return {}
        if kept["fingerprint"] != problems.fingerprint(task.problem, task.dimension):
            raise SystemExit(f"{self.path}: the runs of {sampler} on {task.key} were made on a function whose values "
                             "differ from today's; remove them and run the peer again with --store")
        return {int(seed): [math.inf if r is None else r for r in regrets] for seed, regrets in kept["seeds"].items()}

    def lacks(self, sampler: str, task: Task, seed: int) -> bool:
        """Whether this run is missing, or was made with another version."""
        peer = self.peers.get(sampler)
        return peer is None or self.made_with(sampler) != (peer["version"], peer["coco"]) or (
            seed not in self.runs(sampler, task))

    @staticmethod
    def made_with(sampler: str) -> Tuple[str, str]:
        return arms.version(arms.parse(sampler)[0]), cocoex.__version__

    def add(self, sampler: str, task: Task, seed: int, regrets: List[float]) -> None:
        """Enters a run, which `write` puts into the file."""
        self.added.append((sampler, task, seed, regrets))

    def enter(self, sampler: str, task: Task, seed: int, regrets: List[float]) -> None:
        version, coco = self.made_with(sampler)
        peer = self.peers.get(sampler)
        if peer is None or (peer["version"], peer["coco"]) != (version, coco):
            peer = self.peers[sampler] = {"version": version, "coco": coco, "runs": {}}
        peer["date"] = datetime.date.today().isoformat()
        kept = peer["runs"].setdefault(
            task.key, {"fingerprint": problems.fingerprint(task.problem, task.dimension), "seeds": {}})
        kept["seeds"][str(seed)] = [float(f"{r:.5g}") if math.isfinite(r) else None for r in regrets]

    def write(self) -> None:
        """One line a problem, so that differences can be read. Reads the file again first: two may be filling it."""
        self.read()
        for run in self.added:
            self.enter(*run)
        self.added.clear()
        peers = []
        for sampler in sorted(self.peers):
            facts = dict(self.peers[sampler])
            runs = facts.pop("runs")
            lines = [f"   {json.dumps(key)}: {json.dumps(runs[key], separators=(',', ':'))}" for key in sorted(runs)]
            head = json.dumps(facts, sort_keys=True)[1:-1]
            peers.append(f" {json.dumps(sampler)}: {{{head}, \"runs\": {{\n" + ",\n".join(lines) + "\n }}")
        whole = self.path.with_suffix(".new")
        whole.write_text("{\n" + ",\n".join(peers) + "\n}\n")
        whole.replace(self.path)
