# SPDX-License-Identifier: MIT
"""hone inside Optuna's studies and Optuna inside hone's, beyond Optuna's own suites."""

import collections

import pytest

optuna = pytest.importorskip("optuna", reason="the comparisons with Optuna need the package optuna")

import hone  # noqa: E402
import hone.optuna  # noqa: E402

optuna.logging.set_verbosity(optuna.logging.ERROR)
pytestmark = pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning")


def valley(trial):
    x = trial.suggest_float("x", -5, 5)
    y = trial.suggest_float("y", -5, 5)
    return (x - 1) ** 2 + (y + 2) ** 2


def test_hones_sampler_learns_in_a_study_of_optuna():
    study = optuna.create_study(sampler=hone.optuna.Sampler("tpe", seed=1))
    study.optimize(valley, n_trials=100)
    drawn_at_random = optuna.create_study(sampler=hone.optuna.Sampler("random", seed=1))
    drawn_at_random.optimize(valley, n_trials=100)
    assert study.best_value < 0.1 < drawn_at_random.best_value + 0.1


def test_hones_sampler_proposes_the_same_in_both():
    ours = hone.create_study(sampler=hone.samplers.TPE(seed=3))
    ours.optimize(valley, n_trials=40)
    theirs = optuna.create_study(sampler=hone.optuna.Sampler("tpe", seed=3))
    theirs.optimize(valley, n_trials=40)
    assert [t.params for t in ours.trials] == [t.params for t in theirs.trials]


def test_options_are_checked():
    with pytest.raises(TypeError, match="did you mean 'n_startup_trials'"):
        hone.optuna.Sampler("tpe", n_startup_trails=1)
    sampler = hone.optuna.Sampler(hone.samplers.TPE(seed=4))
    assert repr(sampler) == "hone.optuna.Sampler('tpe')"


def test_hones_pruner_prunes_in_a_study_of_optuna():
    study = optuna.create_study(pruner=hone.optuna.Pruner("median", n_startup_trials=2))

    def objective(trial):
        level = float(trial.number)
        for step in range(4):
            trial.report(level, step)
            if trial.should_prune():
                raise optuna.TrialPruned()
        return level

    study.optimize(objective, n_trials=6)
    assert [t.state.name for t in study.trials] == ["COMPLETE"] * 2 + ["PRUNED"] * 4


def test_optuna_writes_into_hones_storage(url):
    study = optuna.create_study(storage=hone.optuna.Storage(url), study_name="both", sampler=hone.optuna.Sampler("tpe"))
    study.enqueue_trial({"x": 1.0, "y": -2.0})
    study.optimize(valley, n_trials=20, n_jobs=2)
    assert study.best_value == 0.0
    from_hone = hone.load_study(study_name="both", storage=url)
    from_optuna = optuna.load_study(study_name="both", storage=url)
    assert [t.params for t in from_hone.trials] == [t.params for t in from_optuna.trials]
    from_hone.optimize(valley, n_trials=5)
    assert len(study.trials) == 25


@pytest.mark.parametrize("name", ["TPESampler", "QMCSampler"])
def test_a_sampler_of_optuna_proposes_in_hone_what_it_proposes_at_home(name):
    def sampler():
        return getattr(optuna.samplers, name)(seed=1)

    ours = hone.create_study(sampler=hone.optuna.wrap_sampler(sampler()))
    ours.optimize(valley, n_trials=30)
    theirs = optuna.create_study(sampler=sampler())
    theirs.optimize(valley, n_trials=30)
    assert [t.params for t in ours.trials] == [t.params for t in theirs.trials]


def test_an_optuna_sampler_without_its_wrapper_is_refused_with_advice():
    with pytest.raises(TypeError, match="hone.optuna.wrap_sampler"):
        hone.create_study(sampler=optuna.samplers.TPESampler())


class OfOptuna4:
    """A trial as Optuna 4 has it: without named constraints, which are a list among its attributes."""

    def __init__(self, trial):
        self._trial = trial

    def __getattr__(self, name):
        if name == "constraints":
            raise AttributeError(name)
        if name == "system_attrs":  # as of a running trial, read when they are needed
            return collections.UserDict(self._trial.system_attrs)
        return getattr(self._trial, name)


def test_trials_of_optuna_4_are_understood():
    study = hone.create_study(sampler="random")
    attributes = {"constraints": [0.5, -1.0]}
    new = optuna.trial.create_trial(value=1.0, system_attrs=attributes)
    study.add_trial(new)
    assert study.trials[0].constraints == {"0": 0.5, "1": -1.0}
    sampler = hone.optuna.Sampler("tpe", seed=1)
    fed = optuna.create_study(sampler=sampler)
    fed.add_trial(new)
    fed.add_trial(optuna.trial.create_trial(value=2.0))
    for trial in fed.trials:
        sampler._feed(fed).session.feed(OfOptuna4(trial))
        sampler.infer_relative_search_space(fed, OfOptuna4(trial))
