# SPDX-License-Identifier: MIT
"""Optuna's samplers in studies of hone."""

import pytest

optuna = pytest.importorskip("optuna", reason="needs the package optuna")

import hone  # noqa: E402
import hone.optuna  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning")


@pytest.fixture(autouse=True)
def quiet():
    level = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    yield
    optuna.logging.set_verbosity(level)


def mixed(trial):
    x = trial.suggest_float("x", -5, 5, step=0.5)
    y = trial.suggest_float("y", -5, 5)
    c = trial.suggest_categorical("c", ["a", "b"])
    return (x - 1) ** 2 + (y + 2) ** 2 + (c == "a")


def two_values(trial):
    x = trial.suggest_float("x", 0, 5)
    y = trial.suggest_float("y", 0, 3)
    return 4 * x**2 + 4 * y**2, (x - 5) ** 2 + (y - 5) ** 2


def grid(trial):
    return trial.suggest_int("x", 0, 2) + trial.suggest_int("y", 0, 1)


S = optuna.samplers
CASES = {
    "random": (lambda: S.RandomSampler(seed=1), mixed, 1, 20),
    "tpe": (lambda: S.TPESampler(seed=1, multivariate=True, group=True), mixed, 1, 25),
    "nsgaii": (lambda: S.NSGAIISampler(population_size=6, seed=1), mixed, 1, 40),
    "nsgaii of two": (lambda: S.NSGAIISampler(population_size=6, seed=1), two_values, 2, 40),
    "nsgaiii of two": (lambda: S.NSGAIIISampler(population_size=6, seed=1), two_values, 2, 30),
    "grid": (lambda: S.GridSampler({"x": [0, 1, 2], "y": [0, 1]}, seed=1), grid, 1, 20),
    "brute force": (lambda: S.BruteForceSampler(seed=1), grid, 1, 20),
}


@pytest.mark.parametrize("case", CASES)
def test_they_propose_and_stop_as_at_home(case):
    make, objective, objectives, trials = CASES[case]
    directions = ["minimize"] * objectives
    ours = hone.create_study(directions=directions, sampler=hone.optuna.wrap_sampler(make()))
    theirs = optuna.create_study(directions=directions, sampler=make())
    for study in (ours, theirs):
        study.optimize(objective, n_trials=trials)
    assert [t.params for t in ours.trials] == [t.params for t in theirs.trials]
    assert len(ours.trials) == (6 if objective is grid else trials)


def test_a_sampler_that_has_stopped_a_study_may_go_on():
    sampler = hone.optuna.wrap_sampler(S.GridSampler({"x": [0, 1, 2], "y": [0, 1]}, seed=1))
    study = hone.create_study(sampler=sampler)
    study.optimize(grid, n_trials=4)
    study.optimize(grid, n_trials=20)
    assert len(study.trials) == 6
    study.optimize(grid, n_trials=1)
    assert len(study.trials) == 7
    other = hone.create_study(sampler=sampler)
    other.optimize(grid)
    assert len(other.trials) == 6


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_a_function_of_constraints_sees_the_users_attributes(kind, url):
    seen = []

    def constraints(trial):
        seen.append((trial.number, dict(trial.user_attrs), dict(trial.params), dict(trial.intermediate_values)))
        return trial.user_attrs["c"], -1.0

    sampler = S.TPESampler(constraints_func=constraints, n_startup_trials=2, seed=1)
    storage = None if kind == "memory" else url
    study = hone.create_study(storage=storage, sampler=hone.optuna.wrap_sampler(sampler))

    def objective(trial):
        x = trial.suggest_float("x", 0, 1)
        trial.set_user_attr("c", 0.5 - x)
        trial.report(x, 1)
        return x

    study.optimize(objective, n_trials=8)
    trial = study.ask()
    study.tell(trial.number, objective(trial))
    assert len(study.trials) == 9
    for at, t in enumerate(study.trials):
        x = t.params["x"]
        assert seen[at] == (at, {"c": 0.5 - x}, {"x": x}, {1: x})
        assert t.constraints == {"0": 0.5 - x, "1": -1.0} and "constraints:0" not in t.system_attrs
    assert study.best_value >= 0.5


def test_each_trial_is_shown_with_its_own_distributions():
    shown = []

    class Records(S.RandomSampler):
        def infer_relative_search_space(self, study, trial):
            complete = study.get_trials(deepcopy=False, states=(optuna.trial.TrialState.COMPLETE,))
            shown.append([t.distributions["x"].high for t in complete])
            return {}

        def after_trial(self, study, trial, state, values):
            assert trial.distributions["x"].high == 10.0 * (trial.number + 1)

    study = hone.create_study(sampler=hone.optuna.wrap_sampler(Records(seed=1)))
    study.optimize(lambda t: t.suggest_float("x", 0, 10.0 * (t.number + 1)), n_trials=3)
    assert shown == [[], [10.0], [10.0, 20.0]]


def test_nothing_is_said_of_the_study_that_is_shown(capfd):
    optuna.logging.set_verbosity(optuna.logging.INFO)
    study = hone.create_study(sampler=hone.optuna.wrap_sampler(S.RandomSampler(seed=1)))
    study.optimize(grid, n_trials=1)
    assert "created" not in "".join(capfd.readouterr())
