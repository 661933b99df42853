# SPDX-License-Identifier: MIT
"""What the tests of the Python package share."""

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
