# SPDX-License-Identifier: MIT
"""Trials that are asked for, and what is told of them."""

import subprocess
import sys

import pytest

import hone
from hone.trial import TrialState


@pytest.fixture(params=["memory", "sqlite"])
def storage(request, url):
    return None if request.param == "memory" else url


def fill(trial):
    """One of each thing that a trial can learn."""
    x = trial.suggest_float("x", 0, 1)
    trial.suggest_categorical("c", ["a", "b"])
    trial.set_user_attr("user", 1)
    trial.set_system_attr("system", [2])
    trial.set_constraint("size", -1.0)
    trial.report(0.5, 3)
    return x


def check(told, x):
    assert told.params["x"] == x and set(told.params) == {"x", "c"}
    assert told.user_attrs == {"user": 1} and told.system_attrs["system"] == [2]
    assert told.constraints == {"size": -1.0} and told.intermediate_values == {3: 0.5}


@pytest.mark.parametrize("sampler", ["random", "tpe"])
def test_a_trial_told_by_its_number_keeps_what_it_learned(storage, sampler):
    study = hone.create_study(storage=storage, sampler=sampler, seed=1)
    # The trials themselves are gone by the time they are told.
    asked = [(trial.number, fill(trial)) for trial in (study.ask() for _ in range(3))]
    for number, x in asked:
        told = study.tell(number, x)
        assert told.state == TrialState.COMPLETE and told.values == [x]
        check(told, x)
    assert [t.params["x"] for t in study.trials] == [x for _, x in asked]


def test_what_a_running_trial_learned_is_seen_at_once(storage):
    study = hone.create_study(storage=storage, sampler="random", seed=1)
    trial = study.ask({"d": hone.distributions.IntDistribution(1, 9)})
    assert study.trials[0].params == trial.params
    x = fill(trial)
    running = study.trials[0]
    assert running.state == TrialState.RUNNING and running.params == {"d": trial.params["d"], **trial.params}
    assert running.params["x"] == x and running.user_attrs == {"user": 1} and running.constraints == {"size": -1.0}


def test_another_process_tells_a_trial_by_its_number(url):
    study = hone.create_study(storage=url, sampler="random", study_name="s")
    trial = study.ask()
    x = fill(trial)
    tells = f"import hone; hone.load_study(study_name='s', storage={url!r}).tell({trial.number}, 0.25)"
    subprocess.run([sys.executable, "-c", tells], check=True)
    check(study.trials[0], x)
    assert study.trials[0].values == [0.25]
    with pytest.raises(hone.TrialError, match="finished already|no longer belongs"):
        study.tell(trial, 1.0)
    assert study.tell(trial, 1.0, skip_if_finished=True).values == [0.25]


def test_skip_if_finished_skips_nothing_else(storage):
    study = hone.create_study(storage=storage, sampler="random", seed=1)
    trial = study.ask()
    x = fill(trial)
    told = study.tell(trial, 0.5, skip_if_finished=True)
    assert told.state == TrialState.COMPLETE and told.values == [0.5]
    check(told, x)
    assert study.tell(trial, 0.75, skip_if_finished=True).values == [0.5]
    with pytest.raises(hone.TrialError, match="takes no values"):
        study.tell(study.ask(), 1.0, state=TrialState.PRUNED, skip_if_finished=True)


def test_an_objective_that_tells_its_own_trial_loses_nothing(storage):
    study = hone.create_study(storage=storage, sampler="random", seed=1)
    drawn = []

    def objective(trial):
        drawn.append(fill(trial))
        study.tell(trial, 0.5, skip_if_finished=True)
        return 1.0

    study.optimize(objective, n_trials=1)
    assert study.trials[0].values == [0.5]
    check(study.trials[0], drawn[0])


def test_a_trial_that_is_to_pause_is_paused_by_tell_with_its_object(storage):
    pruner = {"plugin": "successive_halving", "min_resource": 1, "reduction_factor": 2, "promotion": True}
    study = hone.create_study(storage=storage, sampler="random", pruner=pruner, seed=1)
    for value in [0.0, 1.0]:
        trial = study.ask()
        assert trial.resume_step is None
        trial.report(value, 1)
        assert trial.should_prune()
        assert study.tell(trial, state=TrialState.PRUNED).state == TrialState.RUNNING
    trial = study.ask()
    assert trial.number == 0 and trial.resume_step == 1
    # By the number it ends.
    assert study.tell(1, state=TrialState.PRUNED).state == TrialState.PRUNED
