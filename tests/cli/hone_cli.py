# SPDX-License-Identifier: MIT
"""Runs the program `hone` in a folder of its own, for the tests of its commands."""

import json
import os
import pathlib
import subprocess
import tempfile
import unittest

HONE = os.environ.get("HONE_BIN", "hone")
SPACE = json.dumps(
    {
        "x": {"type": "float", "low": -5.0, "high": 5.0},
        "n": {"type": "int", "low": 1, "high": 10},
        "kind": {"type": "categorical", "choices": ["plain", 'with "quotes", and commas']},
    }
)


class CliTest(unittest.TestCase):
    """A test with a working folder, in which `study.db` is the storage of `hone()`."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="hone-cli-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.environment = {k: v for k, v in os.environ.items() if k not in ("HONE_STORAGE", "NO_COLOR")}

    def run_hone(self, *arguments, text_in=None, **environment):
        """The finished process, whatever its exit code."""
        return subprocess.run(
            [HONE, *map(str, arguments)],
            cwd=self.folder,
            env={**self.environment, **environment},
            input=text_in,
            stdin=subprocess.DEVNULL if text_in is None else None,
            capture_output=True,
            text=True,
            timeout=120,
        )

    def hone(self, *arguments, **environment):
        """Standard output of a command that must succeed, on the storage study.db."""
        environment.setdefault("HONE_STORAGE", "sqlite:///study.db")
        done = self.run_hone(*arguments, **environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def hone_json(self, *arguments):
        return json.loads(self.hone(*arguments))

    def fails(self, code, *arguments, says=(), **environment):
        """The message of a command that must fail: on standard error alone, and naming `hone`."""
        environment.setdefault("HONE_STORAGE", "sqlite:///study.db")
        done = self.run_hone(*arguments, **environment)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        self.assertTrue(done.stderr.startswith("hone: "), done.stderr)
        for part in [says] if isinstance(says, str) else says:
            self.assertIn(part, done.stderr)
        return done.stderr

    def ask(self, study="lab", *arguments):
        """Begins a trial of a study with one direction, made if it is not there."""
        return self.hone_json(
            "ask", "--study", study, "--direction", "minimize", "--sampler", "random", "--seed", 1, "--space", SPACE,
            *arguments,
        )

    def study_with_trials(self, study="lab", values=(3.0, -1.5, 2.0)):
        """A study with one COMPLETE trial for each value; returns what `ask` printed."""
        asked = []
        for value in values:
            trial = self.ask(study)
            self.hone("tell", "--study", study, trial["number"], value, "--lease", trial["lease"])
            asked.append(trial)
        return asked
