# SPDX-License-Identifier: MIT
"""What the tests of the Python package share."""

import subprocess
import sys
import textwrap

import pytest


@pytest.fixture
def url(tmp_path):
    """A SQLite file of the test's own."""
    return f"sqlite:///{tmp_path}/study.db"


@pytest.fixture
def parabola():
    """The least value, 0, is at x = 2, y = -1."""

    def objective(trial):
        x = trial.suggest_float("x", -10, 10)
        y = trial.suggest_int("y", -5, 5)
        return (x - 2) ** 2 + (y + 1) ** 2

    return objective


@pytest.fixture
def script(tmp_path):
    """Runs a program in an interpreter of its own, for what might end it; returns what it printed."""

    def run(source, seconds=60):
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(source)], cwd=tmp_path, capture_output=True, text=True, timeout=seconds
        )
        assert done.returncode == 0, f"exit status {done.returncode}\n{done.stdout}{done.stderr}"
        assert "Traceback" not in done.stderr, done.stderr
        return done.stdout

    return run
