# SPDX-License-Identifier: MIT
"""Optuna's threads on hone's storages."""

import os
import signal
import time

import pytest

optuna = pytest.importorskip("optuna", reason="needs the package optuna")

import hone.optuna  # noqa: E402

optuna.logging.set_verbosity(optuna.logging.ERROR)


@pytest.mark.parametrize("kind,trials", [("memory", 400), ("sqlite", 80)])
def test_many_jobs_lose_nothing(kind, trials, url):
    storage = hone.optuna.Storage("memory" if kind == "memory" else url)
    study = optuna.create_study(storage=storage, sampler=optuna.samplers.RandomSampler(seed=0))

    def objective(trial):
        trial.set_user_attr("number", trial.number)
        return trial.suggest_float("x", 0, 1) + trial.suggest_float("y", 0, 1)

    study.optimize(objective, n_trials=trials, n_jobs=8)
    assert [t.number for t in study.trials] == list(range(trials))
    for trial in study.trials:
        assert trial.state == optuna.trial.TrialState.COMPLETE
        assert trial.value == sum(trial.params.values()) and len(trial.params) == 2
        assert trial.user_attrs == {"number": trial.number}
        assert trial == study._storage.get_trial(trial._trial_id)


def test_trials_that_arrive_out_of_order_are_kept():
    storage = hone.optuna.Storage("memory")
    study = optuna.create_study(storage=storage, sampler=optuna.samplers.RandomSampler(seed=0))
    study.optimize(lambda trial: 1.0, n_trials=3)
    shown = storage._study(study._study_id)

    class Channel:
        """Tells of the last trial before the others."""

        def __init__(self, channel):
            self.rounds = [[2], [0], [1], []]
            self.trial = channel.trial

        def refresh(self, revision):
            return self.rounds.pop(0), revision + 1

    shown.trials, shown.channel = [], Channel(shown.channel)
    assert [len(shown.refresh()) for _ in range(4)] == [0, 1, 3, 3]
    assert [t.number for t in shown.trials] == [0, 1, 2]


def exit_status(child, deadline):
    """Of a forked child; one that still runs at the deadline hangs, and is killed."""
    while True:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid != 0:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() > deadline:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return "hangs"
        time.sleep(0.01)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of forks beside threads, which is what is tested
@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_forked_children_share_a_study(url):
    storage = hone.optuna.Storage(url)
    study = optuna.create_study(storage=storage, sampler=hone.optuna.Sampler("random"))
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=2)
    parents = storage._opened
    children = []
    for _ in range(3):
        child = os.fork()
        if child == 0:
            code = 1
            try:
                study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=20)
                code = 0 if storage._opened is not parents else 2
            finally:
                os._exit(code)
        children.append(child)
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=20)
    deadline = time.monotonic() + 60
    assert [exit_status(child, deadline) for child in children] == [0, 0, 0]
    assert [trial.number for trial in study.trials] == list(range(82))
    assert all(trial.state == optuna.trial.TrialState.COMPLETE for trial in study.trials)
