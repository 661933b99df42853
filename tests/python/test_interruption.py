# SPDX-License-Identifier: MIT
"""Ctrl-C arrives at once wherever Python runs, and gives trials back; the program's end finds nothing in its way."""

import os
import signal
import threading
import time

import pytest

import hone
from hone import TrialState

BUSY = 30  # seconds that nobody waits for if an interruption arrives


def busy():
    end = time.monotonic() + BUSY
    while time.monotonic() < end:
        time.sleep(0.01)


def press_ctrl_c():
    os.kill(os.getpid(), signal.SIGINT)


class Finger:
    """Presses Ctrl-C a moment later, and never again."""

    def __init__(self):
        self.unused = [True]

    def press(self):
        if self.unused and self.unused.pop():
            threading.Timer(0.05, press_ctrl_c).start()


class Lowest(hone.Sampler):
    def __init__(self, **busy_in):
        self.busy_in = busy_in
        self.calls = 0

    def rest(self, function, trial):
        if self.busy_in.get(function) == trial.number:
            self.busy_in.clear()
            threading.Timer(0.05, press_ctrl_c).start()
            busy()

    def before_trial(self, study, trial):
        self.rest("before_trial", trial)

    def sample_independent(self, study, trial, param_name, param_distribution):
        self.rest("sample_independent", trial)
        return param_distribution.low

    def after_trial(self, study, trial, state, values):
        self.rest("after_trial", trial)


def draw(trial):
    return trial.suggest_float("x", 0, 1)


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("function", ["before_trial", "sample_independent", "after_trial"])
def test_ctrl_c_in_a_sampler(function, jobs):
    study = hone.create_study(sampler=Lowest(**{function: 2}))
    begin = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        study.optimize(draw, n_trials=1000, n_jobs=jobs)
    assert time.monotonic() - begin < BUSY / 2
    ended = study.trials
    assert {t.state for t in ended} <= {TrialState.COMPLETE, TrialState.RUNNING}
    # What was given back is taken up, by number; what had ended when the sampler was told has ended.
    assert (ended[2].state == TrialState.COMPLETE) == (function == "after_trial")
    study.optimize(draw, n_trials=3)
    assert {t.state for t in study.trials} == {TrialState.COMPLETE}


def test_ctrl_c_in_a_sampler_that_is_asked():
    study = hone.create_study(sampler=Lowest(before_trial=0))
    with pytest.raises(KeyboardInterrupt):
        study.ask()
    assert study.ask().number == 0


@pytest.mark.parametrize("jobs", [1, 2])
def test_ctrl_c_in_a_pruner(jobs):
    finger = Finger()

    class Slow(hone.Pruner):
        def should_prune(self, study, trial):
            finger.press()
            busy()

    study = hone.create_study(sampler="random", pruner=Slow())

    def objective(trial):
        trial.report(1.0, 0)
        return 1.0 if trial.number and trial.should_prune() else 2.0

    begin = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        study.optimize(objective, n_trials=1000, n_jobs=jobs)
    assert time.monotonic() - begin < BUSY / 2
    assert TrialState.RUNNING in {t.state for t in study.trials} <= {TrialState.COMPLETE, TrialState.RUNNING}


@pytest.mark.parametrize("jobs", [1, 2])
def test_ctrl_c_in_a_callback(jobs):
    finger = Finger()

    def slow(study, trial):
        finger.press()
        busy()

    study = hone.create_study(sampler="random")
    begin = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        study.optimize(draw, n_trials=1000, n_jobs=jobs, callbacks=[slow])
    assert time.monotonic() - begin < BUSY / 2


def test_an_objective_that_begins_after_ctrl_c_is_not_run():
    # One worker is in its objective; the other is in the sampler, and would begin its objective afterwards.
    one_is_busy, in_sampler, go_on = threading.Lock(), threading.Event(), threading.Event()
    late = []

    class Deaf(hone.Sampler):
        def before_trial(self, study, trial):
            if not one_is_busy.locked() or in_sampler.is_set():
                return
            in_sampler.set()
            try:
                go_on.wait(BUSY)
                busy()
            except KeyboardInterrupt:
                pass  # a sampler that wants to hear nothing

        def sample_independent(self, study, trial, param_name, param_distribution):
            return param_distribution.low

    def objective(trial):
        if go_on.is_set():
            late.append(trial.number)
        if one_is_busy.acquire(blocking=False):
            in_sampler.wait(BUSY)
            go_on.set()  # first, as Ctrl-C does not wake a thread that waits for this
            press_ctrl_c()
            busy()
        return 1.0

    study = hone.create_study(sampler=Deaf())
    begin = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        study.optimize(objective, n_trials=1000, n_jobs=2)
    assert time.monotonic() - begin < BUSY / 2
    assert late == [] and [t.state for t in study.trials].count(TrialState.RUNNING) == 2


def test_a_second_ctrl_c_reaches_an_objective_that_swallowed_the_first():
    swallowed = []

    def objective(trial):
        threading.Timer(0.05, press_ctrl_c).start()
        try:
            busy()
        except KeyboardInterrupt:
            swallowed.append(trial.number)
            threading.Timer(0.05, press_ctrl_c).start()
            busy()

    study = hone.create_study(sampler="random")
    begin = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        study.optimize(objective, n_trials=1, n_jobs=2)
    assert time.monotonic() - begin < BUSY / 2
    assert swallowed == [0] and study.trials[0].state == TrialState.RUNNING


def test_a_sampler_that_ends_the_program():
    class Exits(hone.Sampler):
        def sample_independent(self, study, trial, param_name, param_distribution):
            raise SystemExit(3)

    study = hone.create_study(sampler=Exits())
    with pytest.raises(SystemExit):
        study.optimize(draw, n_trials=2)
    assert [t.state for t in study.trials] == [TrialState.RUNNING]
