# SPDX-License-Identifier: MIT
"""What the tests of `hone run` share: programs to tune, configs that name them, and runs that are killed."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import time

from hone_cli import HONE, CliTest

SPACE = {
    "x": {"type": "float", "low": -5.0, "high": 5.0},
    "n": {"type": "int", "low": 1, "high": 8},
    "kind": {"type": "categorical", "choices": ["a", "b"]},
}
COMMAND = ["./program", "{x}", "{n}", "{kind}"]
# Prints (x - 1)^2 + n.
QUICK = """awk -v x="$1" -v n="$2" 'BEGIN { print (x - 1)^2 + n }'"""

# One trial after another in one process, for tests that need many.
LONG_LIVED = """
import json, sys, time
for line in sys.stdin:
    params = json.loads(line)["params"]
    time.sleep(PAUSE)
    with open("begun", "a") as log:
        print(line, file=log)
    value = (params["x"] - 1) ** 2 + params["n"]
    print(json.dumps({"type": "report", "step": 1, "value": value}), flush=True)
    sys.stdin.readline()
    print(json.dumps({"type": "result", "value": value}), flush=True)
"""


class RunTest(CliTest):
    def program(self, script, name="program"):
        """An executable file of shell commands."""
        path = self.folder / name
        path.write_text("#!/bin/sh\n" + script + "\n")
        path.chmod(0o755)

    def config(self, name="study.jsonc", **sections):
        """Writes a config: the default one with what `sections` add or replace, or take away by None."""
        config = {
            "study": {"name": "study", "direction": "minimize"},
            "storage": "sqlite:///study.db",
            "sampler": {"plugin": "random", "seed": 11},
            "space": SPACE,
            "objective": {"command": COMMAND},
            "run": {"trials": 3},
        }
        for section, content in sections.items():
            merged = {**config.get(section, {}), **content} if isinstance(content, dict) and section != "space" else content
            config[section] = {k: v for k, v in merged.items() if v is not None} if isinstance(merged, dict) else merged
        (self.folder / name).write_text(json.dumps(config))

    def long_lived(self, pause=0.0, **sections):
        (self.folder / "program.py").write_text(LONG_LIVED.replace("PAUSE", str(pause)))
        self.config(objective={"command": [sys.executable, "program.py"], "protocol": "jsonl"}, **sections)

    def run_study(self, *arguments, code=0, **environment):
        done = self.run_hone("run", "study.jsonc", *arguments, **environment)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def trials(self, storage="sqlite:///study.db"):
        return json.loads(self.hone("trials", "--format", "json", HONE_STORAGE=storage))

    def outcome(self, storage="sqlite:///study.db"):
        """What must be the same however the study came to its end."""
        return [
            (t["number"], t["state"], t["values"], t["params"], t["intermediate_values"]) for t in self.trials(storage)
        ]

    def start(self, *arguments, **more):
        return subprocess.Popen(
            [HONE, "run", "study.jsonc", *arguments], cwd=self.folder, env=self.environment, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, **more,
        )

    def wait_for(self, condition, seconds=30):
        deadline = time.monotonic() + seconds
        while not condition():
            self.assertLess(time.monotonic(), deadline, "it did not come to pass in time")
            time.sleep(0.01)

    def assert_replays(self):
        done = self.run_hone("replay", "--storage", "sqlite:///study.db", "--format", "json")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return json.loads(done.stdout)


def alive(pid):
    """Whether a process runs (one that only waits to be reaped does not)."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def guardian_of(worker):
    """The process id of a worker's guardian."""
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            name, fields = stat.read_text().split("(", 1)[1].rsplit(")", 1)
        except (FileNotFoundError, ProcessLookupError):
            continue
        if name == "hone-guardian" and int(fields.split()[1]) == worker.pid:
            return int(stat.parent.name)
    raise AssertionError("the worker has no guardian")


def kill(process):
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
