# SPDX-License-Identifier: MIT
"""Programs written for Optuna, with `optuna` standing for hone: what works as it is, and what says what to use."""

import math
import pickle
import random

import pytest

import hone as optuna
from hone.distributions import FloatDistribution


class SimulatedAnnealingSampler(optuna.samplers.BaseSampler):
    """From Optuna's guide to samplers of one's own."""

    def __init__(self, temperature=100):
        self._rng = random.Random(0)
        self._temperature = temperature  # Current temperature.
        self._current_trial = None  # Current state.

    def sample_relative(self, study, trial, search_space):
        if search_space == {}:
            return {}
        prev_trial = study.trials[-2] if study.trials[-1].number == trial.number else study.trials[-1]
        if self._current_trial is None or prev_trial.value <= self._current_trial.value:
            probability = 1.0
        else:
            probability = math.exp((self._current_trial.value - prev_trial.value) / self._temperature)
        self._temperature *= 0.9
        if self._rng.uniform(0, 1) < probability:
            self._current_trial = prev_trial
        params = {}
        for param_name, param_distribution in search_space.items():
            width = (param_distribution.high - param_distribution.low) * 0.1
            neighbor_low = max(self._current_trial.params[param_name] - width, param_distribution.low)
            neighbor_high = min(self._current_trial.params[param_name] + width, param_distribution.high)
            params[param_name] = self._rng.uniform(neighbor_low, neighbor_high)
        return params

    def infer_relative_search_space(self, study, trial):
        return optuna.search_space.intersection_search_space(study.get_trials(deepcopy=False))

    def sample_independent(self, study, trial, param_name, param_distribution):
        independent_sampler = optuna.samplers.RandomSampler()
        return independent_sampler.sample_independent(study, trial, param_name, param_distribution)


class LastPlacePruner(optuna.pruners.BasePruner):
    """From Optuna's guide to pruners of one's own."""

    def __init__(self, warmup_steps, warmup_trials):
        self._warmup_steps = warmup_steps
        self._warmup_trials = warmup_trials

    def prune(self, study, trial):
        step = trial.last_step
        if step:
            this_score = trial.intermediate_values[step]
            completed_trials = study.get_trials(deepcopy=False, states=(optuna.trial.TrialState.COMPLETE,))
            other_scores = [t.intermediate_values[step] for t in completed_trials if step in t.intermediate_values]
            other_scores = sorted(other_scores)
            if step >= self._warmup_steps and len(other_scores) > self._warmup_trials:
                if this_score < other_scores[0]:
                    return True
        return False


def parabola(trial):
    return trial.suggest_float("x", -10, 10) ** 2 + trial.suggest_float("y", -5, 5) ** 2


def reports(trial):
    level = trial.suggest_float("level", 0, 1)
    for step in range(5):
        trial.report(level, step)
        if trial.should_prune():
            raise optuna.TrialPruned()
    return level


def test_the_guides_sampler():
    study = optuna.create_study(sampler=SimulatedAnnealingSampler(), seed=1)
    study.optimize(parabola, n_trials=100)
    drawn_at_random = optuna.create_study(sampler="random", seed=1)
    drawn_at_random.optimize(parabola, n_trials=1)
    assert study.trials[0].params == drawn_at_random.trials[0].params
    assert study.best_value < 20.0


def test_the_guides_pruner():
    study = optuna.create_study(direction="maximize", sampler="random", seed=3, pruner=LastPlacePruner(1, 5))
    study.optimize(reports, n_trials=30)
    pruned = study.get_trials(states=(optuna.trial.TrialState.PRUNED,))
    assert pruned and all(t.last_step == 1 and t.number > 5 for t in pruned)


def test_several_objectives_need_no_sampler():
    study = optuna.create_study(directions=["minimize", "maximize"])
    study.optimize(lambda t: (t.suggest_float("x", 0, 1), t.suggest_float("y", 0, 1)), n_trials=15)
    assert len(study.trials) == 15 and study.best_trials
    assert (study.sampler.name, study.pruner.name) == ("tpe", "nop")


class Mirrored(optuna.samplers.TPESampler):
    """Replaces one function of a plugin's sampler, and hands on to the rest."""

    def __init__(self, **options):
        super().__init__(**options)
        self.calls = 0

    def sample_independent(self, study, trial, param_name, param_distribution):
        self.calls += 1
        drawn = super().sample_independent(study, trial, param_name, param_distribution)
        return param_distribution.low + param_distribution.high - drawn


class Preset(optuna.samplers.TPESampler):
    def __init__(self):
        super().__init__(n_startup_trials=3)


class OnlyLate(optuna.pruners.MedianPruner):
    def should_prune(self, study, trial):
        return trial.last_step >= 3 and super().should_prune(study, trial)


def test_a_class_derived_from_a_plugins_replaces_its_functions():
    plain = optuna.create_study(sampler=optuna.samplers.TPESampler(n_startup_trials=4), seed=1)
    mirrored = optuna.create_study(sampler=Mirrored(n_startup_trials=4), seed=1)
    for study in (plain, mirrored):
        study.optimize(parabola, n_trials=8)
    assert mirrored.sampler.calls >= 2
    first, other = plain.trials[0].params, mirrored.trials[0].params
    assert other == pytest.approx({"x": -first["x"], "y": -first["y"]})
    copy = pickle.loads(pickle.dumps(mirrored.sampler))
    assert type(copy) is Mirrored and copy == mirrored.sampler and copy.calls == mirrored.sampler.calls

    preset = optuna.create_study(sampler=Preset(), seed=1)
    same = optuna.create_study(sampler=optuna.samplers.TPESampler(n_startup_trials=3), seed=1)
    for study in (preset, same):
        study.optimize(parabola, n_trials=12)
    assert [t.params for t in preset.trials] == [t.params for t in same.trials]


def test_a_class_derived_from_a_plugins_pruner():
    def steps(pruner):
        study = optuna.create_study(sampler="random", seed=5, pruner=pruner)
        study.optimize(reports, n_trials=20)
        return {t.last_step for t in study.trials if t.state == optuna.trial.TrialState.PRUNED}

    assert steps(optuna.pruners.MedianPruner(n_startup_trials=3)) == {0}
    assert steps(OnlyLate(n_startup_trials=3)) == {3}


def test_a_derived_sampler_proposes_as_the_plugin_does():
    class Counted(optuna.samplers.TPESampler):
        def after_trial(self, study, trial, state, values):
            self.ended = getattr(self, "ended", 0) + 1
            return super().after_trial(study, trial, state, values)

    ours = optuna.create_study(sampler=Counted(), seed=2)
    plain = optuna.create_study(sampler=optuna.samplers.TPESampler(), seed=2)
    for study in (ours, plain):
        study.optimize(parabola, n_trials=25)
    assert ours.sampler.ended == 25
    assert [t.params for t in ours.trials] == [t.params for t in plain.trials]


def test_sampler_and_pruner_are_set_between_two_runs(url):
    study = optuna.create_study(storage=url, seed=1)
    assert type(study.sampler).__name__ == "TPE" and type(study.pruner).__name__ == "Median"
    study.optimize(parabola, n_trials=3)
    study.sampler = optuna.samplers.PartialFixedSampler({"y": 1.5}, study.sampler)
    study.pruner = optuna.pruners.NopPruner()
    study.optimize(parabola, n_trials=3)
    assert [t.params["y"] == 1.5 for t in study.trials] == [False] * 3 + [True] * 3
    with pytest.raises(optuna.PluginError, match="did you mean 'tpe'"):
        study.sampler = "tpw"

    def changes(study, trial):
        study.sampler = "random"

    with pytest.raises(optuna.ConfigError, match="while optimize runs"):
        study.optimize(parabola, n_trials=1, callbacks=[changes])
    study.sampler = "random"
    study.optimize(parabola, n_trials=1)
    assert study.sampler == "random" and len(study.trials) == 8


def test_a_sampler_in_python_inside_a_plugin():
    class Low(optuna.samplers.BaseSampler):
        def sample_independent(self, study, trial, param_name, param_distribution):
            return param_distribution.low

    study = optuna.create_study(sampler=optuna.samplers.PartialFixedSampler({"x": 0.5}, Low()))
    study.optimize(parabola, n_trials=2)
    assert [t.params for t in study.trials] == [{"x": 0.5, "y": -5.0}] * 2
    both = {"plugin": "partial_fixed", "fixed_params": {"x": 0.5}, "base_sampler": Low()}
    study = optuna.create_study(sampler=both)
    assert study.ask({"y": FloatDistribution(1, 2)}).params == {"y": 1.0}


@pytest.mark.parametrize("name", ["visualization", "importance", "terminator", "artifacts"])
def test_modules_that_are_missing_give_advice_when_they_are_imported(name):
    for statement in (f"import hone.{name}", f"from hone.{name} import anything", f"from hone import {name}"):
        with pytest.raises(ImportError, match="not in hone yet"):
            exec(statement)
    with pytest.raises(ImportError, match="not in hone yet"):
        exec(f"import hone.{name}.inner")
    with pytest.raises(ModuleNotFoundError, match="No module named 'hone.nothing'"):
        exec("import hone.nothing")


@pytest.mark.parametrize(
    "make,advice",
    [
        (lambda: optuna.samplers.TPESampler(constraints_func=lambda t: (0.0,)), r"trial.set_constraint\(name, value\)"),
        (lambda: optuna.samplers.TPESampler(gamma=lambda n: 5), "'gamma' takes no function"),
        (lambda: optuna.samplers.TPESampler(weights=lambda n: [1.0]), "'weights' takes no function"),
        (
            lambda: optuna.samplers.QMCSampler(independent_sampler=optuna.samplers.RandomSampler()),
            "drawn by the sampler",
        ),
        (lambda: optuna.pruners.PatientPruner(wrapped_pruner=None, patience=1), "called 'pruner' here"),
    ],
)
def test_options_of_optuna_give_advice(make, advice):
    with pytest.raises(TypeError, match=advice):
        make()


def test_words_of_optuna_give_advice():
    trials = [optuna.create_study(sampler="random").ask(), optuna.trial.FixedTrial({"x": 1.0})]
    trials.append(optuna.create_trial(value=1.0))
    for trial in trials:
        with pytest.raises(AttributeError, match=r"use suggest_float\(name, low, high\)"):
            trial.suggest_uniform("x", 0, 1)
        with pytest.raises(AttributeError, match="log=True"):
            trial.suggest_loguniform("x", 1, 2)
        with pytest.raises(AttributeError, match="has no attribute 'nothing'$"):
            trial.nothing
    with pytest.raises(AttributeError, match="HoneError"):
        optuna.exceptions.OptunaError
    with pytest.raises(AttributeError, match="optuna.load_study"):
        optuna.importance


def test_storages_of_optuna_give_advice(url):
    real = pytest.importorskip("optuna", reason="needs the package optuna")
    import hone.optuna

    with pytest.raises(optuna.ConfigError, match=f"give its URL, '{url}'"):
        optuna.create_study(storage=real.storages.RDBStorage(url))
    with pytest.raises(optuna.ConfigError, match="hone opens SQLite files"):
        optuna.create_study(storage=real.storages.InMemoryStorage())
    with pytest.raises(optuna.ConfigError, match="give its URL"):
        optuna.create_study(storage=hone.optuna.Storage(url))
    with pytest.raises(optuna.ConfigError, match="give a URL"):
        optuna.create_study(storage=3)
