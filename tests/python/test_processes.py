# SPDX-License-Identifier: MIT
"""Threads, interruption, forks and other processes."""

import multiprocessing
import os
import pickle
import signal
import threading
import time

import pytest

import hone
from hone import TrialState


def slow(trial):
    x = trial.suggest_float("x", 0, 1)
    time.sleep(0.02)
    return x


@pytest.mark.parametrize("jobs", [1, 4])
def test_ctrl_c_ends_at_once_and_gives_the_trials_back(url, jobs):
    study = hone.create_study(storage=url, sampler="random", seed=1)
    begun = threading.Event()

    def endless(trial):
        trial.suggest_float("x", 0, 1)
        if trial.number >= jobs:
            begun.set()
            while True:
                time.sleep(0.01)
        return 1.0

    def interrupt():
        begun.wait(10)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        study.optimize(endless, n_trials=100, n_jobs=jobs)
    states = [t.state for t in study.trials]
    assert states[:jobs] == [TrialState.COMPLETE] * jobs
    assert set(states[jobs:]) == {TrialState.RUNNING}
    # They are taken up again, with their numbers and parameters.
    given_back = {t.number: t.params for t in study.trials[jobs:]}
    study.optimize(lambda t: t.suggest_float("x", 0, 1), n_trials=len(given_back))
    assert all(study.trials[n].params == params for n, params in given_back.items() if params)
    assert {t.state for t in study.trials} == {TrialState.COMPLETE}


def test_jobs_run_side_by_side():
    study = hone.create_study(sampler="random")
    together = threading.Barrier(3, timeout=20)

    def objective(trial):
        together.wait()
        return trial.suggest_float("x", 0, 1)

    study.optimize(objective, n_trials=6, n_jobs=3)
    assert [t.state for t in study.trials] == [TrialState.COMPLETE] * 6


def test_an_exception_in_one_of_several_jobs_is_raised():
    study = hone.create_study(sampler="random")

    def objective(trial):
        if trial.number == 5:
            raise LookupError("the fifth")
        return 1.0

    with pytest.raises(LookupError, match="the fifth"):
        study.optimize(objective, n_trials=50, n_jobs=3)
    assert study.trials[5].state == TrialState.FAIL


def work(study):
    study.optimize(slow, n_trials=5)
    return os.getpid()


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_processes_share_a_file(url, method):
    study = hone.create_study(storage=url, sampler="random", study_name="shared")
    study.optimize(slow, n_trials=2)
    with multiprocessing.get_context(method).Pool(3) as pool:
        pool.map(work, [study] * 4)
    study.optimize(slow, n_trials=2)
    assert [t.number for t in study.trials] == list(range(24))
    assert {t.state for t in study.trials} == {TrialState.COMPLETE}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of forks beside threads, which is what is tested
def test_a_fork_goes_on_with_the_same_study(url):
    study = hone.create_study(storage=url, sampler="random")
    study.optimize(slow, n_trials=1)
    child = os.fork()
    if child == 0:
        status = 1
        try:
            study.optimize(slow, n_trials=5)
            status = 0 if len(study.trials) >= 6 else 2
        finally:
            os._exit(status)
    study.optimize(slow, n_trials=5)
    assert os.waitpid(child, 0)[1] == 0
    assert [t.number for t in study.trials] == list(range(11))


def test_a_study_is_pickled_by_its_place(url):
    study = hone.create_study(storage=url, sampler=hone.samplers.TPE(n_startup_trials=3), pruner="median")
    study.optimize(slow, n_trials=2)
    copy = pickle.loads(pickle.dumps(study))
    assert copy.trials == study.trials and copy.sampler == study.sampler
    with pytest.raises(TypeError, match="cannot be sent to another process"):
        pickle.dumps(hone.create_study())
