# SPDX-License-Identifier: MIT
"""What goes wrong reaches the user as one readable exception, and nothing is lost."""

import gc
import subprocess
import sys
import time
import traceback

import pytest

import hone
from hone import TrialState


def test_an_exception_of_the_objective_keeps_its_traceback():
    study = hone.create_study(sampler="random")

    def objective(trial):
        trial.suggest_float("x", 0, 1)
        raise LookupError("the file is gone")

    with pytest.raises(LookupError, match="the file is gone") as caught:
        study.optimize(objective, n_trials=3)
    assert any(frame.name == "objective" for frame in traceback.extract_tb(caught.value.__traceback__))
    failed = study.trials[0]
    assert failed.state == TrialState.FAIL and set(failed.params) == {"x"}
    assert failed.system_attrs["hone:fail_reason"] == "LookupError: the file is gone"
    assert len(study.trials) == 1


@pytest.mark.parametrize("catch", [ZeroDivisionError, (KeyError, ArithmeticError), [ZeroDivisionError]])
def test_caught_exceptions_are_failed_trials(catch):
    study = hone.create_study(sampler="random")
    study.optimize(lambda t: 1 / 0, n_trials=3, catch=catch)
    assert [t.state for t in study.trials] == [TrialState.FAIL] * 3


@pytest.mark.parametrize("result", [float("nan"), None, "text", [1.0, 2.0], object()])
def test_a_result_that_cannot_be_used_is_a_failed_trial(result):
    study = hone.create_study(sampler="random")
    study.optimize(lambda t: result, n_trials=2)
    assert [t.state for t in study.trials] == [TrialState.FAIL] * 2
    assert study.trials[0].system_attrs["hone:fail_reason"]


def test_unknown_names_suggest_the_nearest():
    with pytest.raises(hone.PluginError, match="did you mean 'tpe'"):
        hone.create_study(sampler="tpw")
    with pytest.raises(TypeError, match="did you mean 'multivariate'"):
        hone.samplers.TPE(multivarate=True)
    with pytest.raises(AttributeError, match="there are: .*TPE"):
        hone.samplers.NoSuch
    with pytest.raises(AttributeError, match="not in hone yet"):
        hone.visualization
    with pytest.raises(TypeError, match="give a name such as"):
        hone.create_study(sampler=3)


def test_wrong_options_name_what_is_allowed():
    with pytest.raises(hone.ConfigError, match="n_startup_trials") as caught:
        hone.create_study(sampler=hone.samplers.TPE(n_startup_trials=-1))
    assert isinstance(caught.value, ValueError) and caught.value.where == "sampler.n_startup_trials"
    with pytest.raises(ValueError, match="'minimize' or 'maximize'"):
        hone.create_study(direction="down")
    with pytest.raises(ValueError, match="say the same twice"):
        hone.create_study(direction="minimize", directions=["minimize"])
    with pytest.raises(ValueError, match="n_jobs"):
        hone.create_study().optimize(lambda t: 1.0, n_trials=1, n_jobs=0)


def test_a_storage_that_cannot_be_opened(tmp_path):
    file = tmp_path / "text.db"
    file.write_text("this is no database, but long enough to be taken for one" * 20)
    with pytest.raises(hone.StorageError, match="text.db"):
        hone.create_study(storage=f"sqlite:///{file}")
    with pytest.raises(hone.StorageError):
        hone.create_study(storage=f"sqlite:///{tmp_path}/no/such/folder/study.db")


def test_a_storage_that_goes_away(url, tmp_path):
    study = hone.create_study(storage=url, sampler="random")

    def objective(trial):
        for file in tmp_path.glob("study.db*"):
            file.unlink()
        (tmp_path / "study.db").write_text("nonsense " * 1000)
        return trial.suggest_float("x", 0, 1)

    # Whether SQLite notices at the next write or later is its own affair; the interpreter must live.
    try:
        study.optimize(objective, n_trials=5)
        study.trials
    except hone.StorageError:
        pass


LOCK = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.read()
"""


def test_a_storage_that_is_locked_gives_the_trial_back(url, tmp_path):
    study = hone.create_study(storage=url + "?timeout=0.2", sampler="random")
    drawn = []

    def locked(trial):
        drawn.append(trial.suggest_float("x", 0, 1))
        command = [sys.executable, "-c", LOCK, str(tmp_path / "study.db")]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
            other.stdout.readline()
            time.sleep(1.1)  # reports are stored once a second
            trial.report(0.5, 1)

    with pytest.raises(hone.StorageError, match="locked"):
        study.optimize(locked, n_trials=3)
    study.optimize(lambda trial: drawn.append(trial.suggest_float("x", 0, 1)) or 1.0, n_trials=1)
    assert [trial.state.name for trial in study.trials] == ["COMPLETE"]
    assert drawn[0] == drawn[1]


def test_a_pruner_that_is_asked_without_its_metric(parabola):
    with pytest.raises(hone.HoneError):
        study = hone.create_study(directions=["minimize"] * 2, sampler="random", pruner="median")
        trial = study.ask()
        trial.report(1.0, 0)


def test_objects_outlive_what_they_came_from():
    study = hone.create_study(sampler="random")
    trial = study.ask()
    del study
    gc.collect()
    assert 0 <= trial.suggest_float("x", 0, 1) <= 1


def test_errors_can_be_caught_at_once():
    for name in ("ConfigError", "PluginError", "StorageError", "TrialError", "DuplicatedStudyError"):
        assert issubclass(getattr(hone, name), hone.HoneError)
    assert not issubclass(hone.TrialPruned, hone.HoneError)


@pytest.mark.parametrize("kind", ["array", "list of arrays", "zero-dimensional"])
def test_results_may_be_arrays(kind):
    numpy = pytest.importorskip("numpy", reason="needs the package numpy")
    one, two = {
        "array": (numpy.array([0.5]), numpy.array([0.5, 2.0])),
        "list of arrays": ([numpy.array(0.5)], [numpy.array(0.5), numpy.float32(2.0)]),
        "zero-dimensional": (numpy.array(0.5), (numpy.array(0.5), 2)),
    }[kind]
    study = hone.create_study(sampler="random")
    study.optimize(lambda t: one, n_trials=1)
    study.tell(study.ask(), one)
    assert [t.values for t in study.trials] == [[0.5]] * 2
    study = hone.create_study(directions=["minimize"] * 2, sampler="random")
    study.optimize(lambda t: two, n_trials=1)
    study.tell(study.ask(), two)
    assert [t.values for t in study.trials] == [[0.5, 2.0]] * 2
    study.optimize(lambda t: numpy.ones((2, 2)), n_trials=1)
    assert study.trials[2].state == TrialState.FAIL
