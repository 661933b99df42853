# SPDX-License-Identifier: MIT
"""Trials: suggesting, reporting, pruning, and replaying an objective."""

import math

import pytest

import hone
from hone import TrialState


def run_one(objective, **kwargs):
    study = hone.create_study(sampler="random", seed=1, **kwargs)
    study.optimize(objective, n_trials=1)
    return study.trials[0]


def test_kinds_of_parameters():
    def objective(trial):
        values = {
            "real": trial.suggest_float("real", -1, 1),
            "log": trial.suggest_float("log", 1e-5, 1e-1, log=True),
            "stepped": trial.suggest_float("stepped", 0, 1, step=0.25),
            "whole": trial.suggest_int("whole", 1, 9, step=2),
            "choice": trial.suggest_categorical("choice", [None, True, 3, 2.5, "text"]),
            "only": trial.suggest_float("only", 3, 3),
        }
        assert trial.params == values
        assert values["stepped"] in (0.0, 0.25, 0.5, 0.75, 1.0)
        assert values["whole"] % 2 == 1 and type(values["whole"]) is int
        assert values["only"] == 3.0
        assert trial.suggest_float("real", -1, 1) == values["real"]
        return 0.0

    trial = run_one(objective)
    assert trial.distributions["stepped"] == hone.distributions.FloatDistribution(0, 1, step=0.25)
    assert list(trial.params) == ["real", "log", "stepped", "whole", "choice", "only"]


@pytest.mark.parametrize(
    "suggest, message",
    [
        (lambda t: t.suggest_float("x", 1, 0), "low must not exceed high"),
        (lambda t: t.suggest_float("x", 0, 1, log=True), "log needs low > 0"),
        (lambda t: t.suggest_float("x", 0, math.inf), "finite"),
        (lambda t: t.suggest_float("x", 0.1, 1, step=0.1, log=True), "exclude each other"),
        (lambda t: t.suggest_int("x", 0, 4, step=0), "step must be at least 1"),
        (lambda t: t.suggest_categorical("x", []), "at least one choice"),
        (lambda t: t.suggest_categorical("x", [1, True]), "equal numbers of different types"),
        (lambda t: t.report(1.0, -1), "step must be at least 0"),
        (lambda t: t.set_constraint("c", math.nan), "is NaN"),
    ],
)
def test_wrong_use_is_a_value_error(suggest, message):
    trial = hone.create_study(sampler="random").ask()
    with pytest.raises(ValueError, match=message):
        suggest(trial)


def test_choices_of_other_types_are_refused_with_advice():
    trial = hone.create_study(sampler="random").ask()
    with pytest.raises(TypeError, match="a dict to look them up"):
        trial.suggest_categorical("x", [(1, 2), (3, 4)])
    with pytest.raises(TypeError):
        trial.suggest_float("x", "low", 1)


def test_numbers_of_numpy_are_understood():
    numpy = pytest.importorskip("numpy", reason="needs the package numpy")
    trial = hone.create_study(sampler="random").ask()
    assert 0 <= trial.suggest_float("x", numpy.float32(0), numpy.int64(1)) <= 1
    assert trial.suggest_int("n", numpy.int64(3), numpy.int64(3)) == 3
    assert trial.suggest_categorical("c", numpy.array([7])) == 7
    trial.set_user_attr("a", numpy.float64(1.5))
    assert trial.user_attrs == {"a": 1.5}


def test_a_parameter_keeps_its_kind():
    study = hone.create_study(sampler="random")
    study.optimize(lambda t: t.suggest_float("x", 0, 1), n_trials=1)
    study.optimize(lambda t: t.suggest_float("x", 0, 2), n_trials=1)
    with pytest.raises(hone.TrialError, match="another kind") as caught:
        study.optimize(lambda t: t.suggest_int("x", 0, 1), n_trials=1)
    assert (caught.value.trial, caught.value.parameter) == (2, "x")


def test_reports_and_pruning():
    study = hone.create_study(sampler="random", pruner=hone.pruners.Threshold(upper=3.0))

    def objective(trial):
        for step in range(10):
            trial.report(float(step), step)
            if trial.should_prune():
                raise hone.TrialPruned
        return 0.0

    study.optimize(objective, n_trials=2)
    pruned = study.trials[0]
    assert pruned.state == TrialState.PRUNED
    assert pruned.intermediate_values == {0: 0.0, 1: 1.0, 2: 2.0, 3: 3.0, 4: 4.0}
    assert pruned.value == 4.0 and pruned.last_step == 4
    assert study.get_trials(states=[TrialState.COMPLETE]) == []


def test_attributes_of_a_running_trial():
    def objective(trial):
        trial.set_user_attr("a", [1])
        trial.set_constraint("c", 1.0)
        assert trial.user_attrs == {"a": [1]}
        assert trial.constraints == {"c": 1.0}
        assert trial.datetime_start is not None
        return 1.0

    assert run_one(objective).user_attrs == {"a": [1]}


def test_a_trial_that_is_kept_beyond_its_objective_answers_what_it_knows():
    kept = []

    def objective(trial):
        kept.append(trial)
        return trial.suggest_float("x", 0, 1)

    frozen = run_one(objective)
    assert kept[0].number == 0 and kept[0].params == frozen.params
    with pytest.raises(hone.TrialError, match="has ended"):
        kept[0].suggest_float("y", 0, 1)


def test_an_objective_runs_again_with_known_values(parabola):
    study = hone.create_study(seed=1)
    study.optimize(parabola, n_trials=5)
    for trial in study.trials:
        assert parabola(trial) == trial.value
        assert parabola(hone.FixedTrial(trial.params)) == trial.value
    with pytest.raises(ValueError, match="no value for 'y'"):
        parabola(hone.FixedTrial({"x": 1.0}))
    with pytest.raises(ValueError, match="is not in"):
        parabola(hone.FixedTrial({"x": 11.0, "y": 0}))


def test_distributions_check_themselves():
    distribution = hone.distributions.FloatDistribution(0, 1, step=0.25)
    assert distribution.contains(0.5) and not distribution.contains(0.3)
    assert hone.distributions.IntDistribution(2, 2).single()
    with pytest.raises(ValueError, match="low must not exceed high"):
        hone.distributions.IntDistribution(3, 2)
    choices = hone.distributions.CategoricalDistribution(["a", "b"])
    assert choices.to_internal_repr("b") == 1 and choices.to_external_repr(1.0) == "b"
