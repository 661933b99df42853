# SPDX-License-Identifier: MIT
"""What a forked child does with the studies that it got from its parent."""

import os
import signal
import time

import pytest

import hone

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of forks beside threads, which is tested


def in_child(work, seconds=20):
    """Runs `work` in a forked child, which must end in time and well."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            status = 0 if work() else 2
        finally:
            os._exit(status)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            assert status == 0
            return
        time.sleep(0.01)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    pytest.fail("the child hangs")


def draw(trial):
    return trial.suggest_float("x", 0, 1)


@pytest.mark.parametrize("place", ["memory", "file"])
def test_a_child_lets_go_of_its_last_study(url, place):
    studies = [hone.create_study(storage=url if place == "file" else None, sampler="random")]
    studies[0].optimize(draw, n_trials=3)
    time.sleep(0.1)  # until the thread that says that the parent lives waits for its next turn

    def let_go():
        studies.clear()
        return True

    in_child(let_go)
    studies[0].optimize(draw, n_trials=3)
    assert [t.number for t in studies[0].trials] == list(range(6))


def test_a_child_that_ends_as_programs_do_leaves_the_file_to_its_parent(script):
    printed = script(
        """
        import os
        import sys
        import hone

        study = hone.create_study(storage="sqlite:///study.db", sampler="random")
        study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=3)
        child = os.fork()
        if child == 0:
            study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=3)
            sys.exit(0)
        print(os.waitpid(child, 0)[1])
        study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=3)
        print([t.number for t in study.trials] == list(range(9)), sorted(os.listdir(".")))
        """
    )
    assert printed.splitlines() == ["0", "True ['study.db', 'study.db-shm', 'study.db-wal']"]


@pytest.mark.skipif(not os.path.isdir("/proc/self/task"), reason="threads are counted in /proc")
def test_a_child_says_itself_that_it_lives(url):
    study = hone.create_study(storage=url, sampler="random")
    study.optimize(draw, n_trials=1)

    def with_a_heartbeat():
        threads = []
        study.optimize(lambda trial: threads.append(len(os.listdir("/proc/self/task"))) or 1.0, n_trials=1)
        return threads == [2]

    in_child(with_a_heartbeat)


def test_a_child_never_falls_back_to_its_parents_connection(url, tmp_path):
    study = hone.create_study(storage=url, sampler="random")
    parents = study._engine_object

    def opens_its_own():
        (tmp_path / "study.db").rename(tmp_path / "elsewhere")
        (tmp_path / "study.db").mkdir()
        for _ in range(2):
            with pytest.raises(hone.HoneError):
                study.trials
        (tmp_path / "study.db").rmdir()
        (tmp_path / "elsewhere").rename(tmp_path / "study.db")
        return study.trials == [] and study._engine_object is not parents

    in_child(opens_its_own)


def test_children_share_an_opened_storage(url):
    storage = hone.storages.RDBStorage(url)
    hone.create_study(storage=storage, study_name="shared", sampler="random")
    parents = storage._opened

    def load():
        study = hone.load_study(storage=storage, study_name="shared", sampler="random")
        study.optimize(draw, n_trials=2)
        return storage._opened is not parents

    in_child(load)
    in_child(load)
    assert len(hone.load_study(storage=storage, study_name="shared").trials) == 4
