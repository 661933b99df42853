# SPDX-License-Identifier: MIT
"""Values from Python that cannot be stored, or have no place where they stand, are refused in words."""

import pytest

import hone
from hone import TrialState


def test_values_that_hold_themselves_or_nest_too_deep(script):
    printed = script(
        """
        import hone

        endless = []
        endless.append(endless)
        deep = []
        for _ in range(200000):
            deep = [deep]
        keyed = {}
        keyed["itself"] = keyed
        study = hone.create_study(sampler="random")
        trial = study.ask()
        for value in (endless, deep, keyed):
            for where in (study, trial):
                try:
                    where.set_user_attr("a", value)
                except ValueError as error:
                    print("nests deeper" in str(error))
        while deep:
            deep = deep.pop()
        """
    )
    assert printed.split() == ["True"] * 6


def test_what_nests_as_deep_as_allowed_is_read_back(url):
    value = 1
    for _ in range(500):
        value = [value]
    hone.create_study(storage=url, study_name="deep", sampler="random").set_user_attr("a", value)
    assert hone.load_study(storage=url, study_name="deep").user_attrs == {"a": value}


@pytest.mark.parametrize(
    "use",
    [
        lambda study: study.set_user_attr("a", "\ud800"),
        lambda study: study.set_user_attr("a", {"\udfff": 1}),
        lambda study: study.enqueue_trial({"\ud800": 1}),
        lambda study: study.ask().suggest_categorical("x", ["a", "\ud800"]),
    ],
)
def test_text_that_utf_8_does_not_have(use):
    with pytest.raises(ValueError, match=r"half a surrogate pair.*\\ud"):
        use(hone.create_study(sampler="random"))


@pytest.mark.parametrize(
    "use, message",
    [
        (lambda study: study.enqueue_trial({1: 2}), "a parameter's name must be a str, but is int"),
        (lambda study: study.enqueue_trial({"x": 2}, user_attrs={1: 2}), "an attribute's key must be a str, but is int"),
        (lambda study: study.enqueue_trial({"x": 2}, user_attrs=[1]), "the attributes must be a dict, but is list"),
    ],
)
def test_dicts_of_another_shape(use, message):
    with pytest.raises(TypeError, match=message):
        use(hone.create_study(sampler="random"))


class Half(hone.Sampler):
    def __init__(self, space=None, relative=None):
        self.space, self.relative = space, relative

    def infer_relative_search_space(self, study, trial):
        return study.history.distributions if self.space is None else self.space[0]

    def sample_relative(self, study, trial, search_space):
        return self.relative[0] if self.relative else {}

    def sample_independent(self, study, trial, param_name, param_distribution):
        return 0.5


class Cohorts(hone.Pruner):
    def cohort(self, study, trial):
        return 3

    def should_prune(self, study, trial):
        return False


@pytest.mark.parametrize(
    "sampler, pruner, message",
    [
        (Half(relative=[[1.0]]), None, "what sample_relative returns must be a dict, but is list"),
        (Half(relative=[None]), None, "what sample_relative returns must be a dict, but is NoneType"),
        (Half(space=[None]), None, "what infer_relative_search_space returns must be a dict, but is NoneType"),
        (Half(space=[{1: None}]), None, "a parameter's name must be a str, but is int"),
        (Half(), Cohorts(), "what cohort returns must be a str, but is int"),
    ],
)
def test_samplers_and_pruners_that_return_something_else(sampler, pruner, message):
    study = hone.create_study(sampler=sampler, pruner=pruner)
    with pytest.raises(hone.PluginError, match=message):
        study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=3)


def test_a_message_that_utf_8_does_not_have_is_kept_readable():
    study = hone.create_study(sampler="random")

    def objective(trial):
        raise ValueError("bad \ud800 name")

    study.optimize(objective, n_trials=1, catch=ValueError)
    assert study.trials[0].state == TrialState.FAIL
    assert study.trials[0].system_attrs["hone:fail_reason"] == "ValueError: bad \\ud800 name"


def test_a_result_whose_words_utf_8_does_not_have():
    class Strange:
        def __repr__(self):
            return "\ud800"

    study = hone.create_study(sampler="random")
    study.optimize(lambda trial: Strange(), n_trials=1)
    assert "returned \\ud800" in study.trials[0].system_attrs["hone:fail_reason"]
