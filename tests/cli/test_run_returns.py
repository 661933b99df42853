# SPDX-License-Identifier: MIT
"""`hone run` after its container was killed, or its storage was away for a while: the study is the uninterrupted one."""

import subprocess
import sys
import unittest

from hone_cli import HONE
from run_test import RunTest, kill

CONTAINER = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"]

# Keeps the database locked during the first trial that finds the file `lock`.
LOCKING = """
import json, os, sqlite3, sys, time
for line in sys.stdin:
    params = json.loads(line)["params"]
    connection = sqlite3.connect("study.db", isolation_level=None)
    if os.path.exists("lock"):
        os.remove("lock")
        connection.execute("BEGIN IMMEDIATE")
        time.sleep(1.1)  # reports are stored once a second
    value = (params["x"] - 1) ** 2 + params["n"]
    print(json.dumps({"type": "report", "step": 1, "value": value}), flush=True)
    sys.stdin.readline()
    time.sleep(0.1)
    connection.close()
    print(json.dumps({"type": "result", "value": value}), flush=True)
"""


def can_make_containers():
    try:
        return subprocess.run([*CONTAINER, "true"], capture_output=True, timeout=30).returncode == 0
    except FileNotFoundError:
        return False


@unittest.skipUnless(can_make_containers(), "needs the right to make a process-id namespace")
class Containers(RunTest):
    def in_container(self):
        return subprocess.Popen(
            [*CONTAINER, HONE, "run", "study.jsonc", "--quiet"], cwd=self.folder, env=self.environment,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )

    def test_a_container_that_is_killed_and_started_again_ends_with_the_trials_of_an_uninterrupted_study(self):
        self.long_lived(
            pause=0.1, run={"trials": 12, "heartbeat_grace": "3s"}, sampler={"plugin": "tpe", "n_startup_trials": 3}
        )
        self.run_study("--storage", "sqlite:///whole.db")
        (self.folder / "begun").unlink()
        first = self.in_container()
        begun = self.folder / "begun"
        self.wait_for(lambda: begun.exists() and begun.read_bytes().count(b"\n\n") >= 7)
        kill(first)
        again = self.in_container()
        output = again.communicate(timeout=120)[0]
        self.assertEqual(again.returncode, 0, output)
        self.assertEqual(self.outcome(), self.outcome("sqlite:///whole.db"), output)
        self.assertEqual(len(self.outcome()), 12)
        self.assertIn("waiting for its next sign of life, or until it has been silent for 3 s", output)


class Storages(RunTest):
    def test_a_storage_that_is_locked_for_too_long_makes_no_trial_fail(self):
        (self.folder / "program.py").write_text(LOCKING)
        self.config(
            objective={"command": [sys.executable, "program.py"], "protocol": "jsonl"},
            run={"trials": 5},
        )
        self.run_study("--storage", "sqlite:///whole.db")
        (self.folder / "lock").touch()
        locked = self.run_study("--storage", "sqlite:///study.db?timeout=0.2", code=1)
        self.assertIn("locked", locked.stderr)
        self.assertEqual([t["state"] for t in self.trials()], ["RUNNING"])
        self.run_study()
        self.assertEqual(self.outcome(), self.outcome("sqlite:///whole.db"))


if __name__ == "__main__":
    unittest.main()
