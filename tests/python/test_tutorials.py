# SPDX-License-Identifier: MIT
"""What tutorials of Optuna show, with `optuna` standing for hone."""

import logging
import pickle
import sys

import pytest

import hone as optuna


def test_a_search_space_in_python(url):
    def objective(trial):
        kind = trial.suggest_categorical("classifier", ["SVC", "RandomForest"])
        if kind == "SVC":
            return trial.suggest_float("svc_c", 1e-10, 1e10, log=True) ** 0.01
        layers = trial.suggest_int("n_layers", 1, 3)
        return float(sum(trial.suggest_int(f"n_units_l{i}", 4, 128, log=True) for i in range(layers)))

    optuna.logging.get_logger("optuna").addHandler(logging.StreamHandler(sys.stdout))
    study = optuna.create_study(study_name="example-study", storage=url, sampler=optuna.samplers.TPESampler(seed=10))
    study.optimize(objective, n_trials=30)
    assert study.best_params["classifier"] == "SVC"
    study = optuna.create_study(study_name="example-study", storage=url, load_if_exists=True)
    study.optimize(objective, n_trials=3)
    frame = study.trials_dataframe(attrs=("number", "value", "params", "state")) if "pandas" in sys.modules else None
    assert frame is None or len(frame) == 33
    assert pickle.loads(pickle.dumps(optuna.samplers.TPESampler(seed=10))) == optuna.samplers.TPESampler(seed=10)


@pytest.mark.parametrize(
    "pruner",
    [
        optuna.pruners.MedianPruner(n_startup_trials=5, n_warmup_steps=3, interval_steps=2),
        optuna.pruners.PercentilePruner(25.0, n_startup_trials=2),
        optuna.pruners.SuccessiveHalvingPruner(),
        optuna.pruners.HyperbandPruner(min_resource=1, max_resource=9, reduction_factor=3),
        optuna.pruners.ThresholdPruner(upper=5.0),
        optuna.pruners.PatientPruner(optuna.pruners.MedianPruner(), patience=1),
        optuna.pruners.WilcoxonPruner(p_threshold=0.1),
        optuna.pruners.NopPruner(),
    ],
)
def test_pruning(pruner):
    def objective(trial: optuna.trial.Trial) -> float:
        x = trial.suggest_float("x", 0, 10)
        for step in range(9):
            trial.report(x + 1 / (step + 1), step)
            if trial.should_prune():
                raise optuna.exceptions.TrialPruned()
        return x

    study = optuna.create_study(pruner=pruner, sampler=optuna.samplers.RandomSampler(seed=0))
    study.optimize(objective, n_trials=30)
    pruned = study.get_trials(deepcopy=False, states=[optuna.trial.TrialState.PRUNED])
    # The reports of a trial always get better, so nobody loses patience.
    assert bool(pruned) == (pruner.name not in ("nop", "patient"))


def test_a_stopping_callback():
    class StopWhenTrialsKeepBeingPruned:
        def __init__(self, threshold):
            self.threshold = threshold
            self.in_a_row = 0

        def __call__(self, study: optuna.study.Study, trial: optuna.trial.FrozenTrial) -> None:
            self.in_a_row = self.in_a_row + 1 if trial.state == optuna.trial.TrialState.PRUNED else 0
            if self.in_a_row >= self.threshold:
                study.stop()

    def objective(trial):
        if trial.number > 4:
            raise optuna.TrialPruned
        return trial.suggest_float("x", 0, 1)

    study = optuna.create_study()
    study.optimize(objective, n_trials=100, callbacks=[StopWhenTrialsKeepBeingPruned(2)])
    assert len(study.trials) == 7


def test_a_sampler_of_ones_own():
    class SimulatedAnnealing(optuna.samplers.BaseSampler):
        def __init__(self, temperature=100.0):
            self.temperature = temperature
            self.current = None

        def infer_relative_search_space(self, study, trial):
            return optuna.search_space.intersection_search_space(study.get_trials(deepcopy=False))

        def sample_relative(self, study, trial, search_space):
            if search_space == {}:
                return {}
            random = study.random(trial, "annealing")
            previous = [t for t in study.trials if t.state == optuna.trial.TrialState.COMPLETE][-1]
            if self.current is None or previous.value <= self.current.value or random.uniform() < 0.02:
                self.current = previous
            self.temperature *= 0.9
            params = {}
            for name, distribution in search_space.items():
                width = (distribution.high - distribution.low) * 0.1
                value = self.current.params[name] + (random.uniform() - 0.5) * width
                params[name] = min(max(value, distribution.low), distribution.high)
            return params

        def sample_independent(self, study, trial, param_name, param_distribution):
            u = study.random(trial, "start", param_name).uniform()
            return param_distribution.low + (param_distribution.high - param_distribution.low) * u

    def objective(trial):
        return trial.suggest_float("x", -10, 10) ** 2 + trial.suggest_float("y", -5, 5) ** 2

    study = optuna.create_study(sampler=SimulatedAnnealing(), seed=2)
    study.optimize(objective, n_trials=300)
    assert study.best_value < 1.0


def test_two_objectives():
    def objective(trial):
        x = trial.suggest_float("x", 0, 5)
        y = trial.suggest_float("y", 0, 3)
        return 4 * x**2 + 4 * y**2, (x - 5) ** 2 + (y - 5) ** 2

    study = optuna.create_study(directions=["minimize", "minimize"], sampler=optuna.samplers.RandomSampler(seed=0))
    study.optimize(objective, n_trials=50)
    front = study.best_trials
    assert 1 < len(front) < 50
    assert max(front, key=lambda t: t.values[1]).values[0] == min(t.values[0] for t in front)


def test_what_is_missing_says_what_to_use():
    for name in ("visualization", "importance", "artifacts"):
        with pytest.raises(AttributeError, match="not in hone yet"):
            getattr(optuna, name)
    with pytest.raises(AttributeError, match="sqlite:///study.db"):
        optuna.storages.JournalStorage
    with pytest.raises(AttributeError, match="there are:"):
        optuna.samplers.NoSuchSampler
