# SPDX-License-Identifier: MIT
"""Pruning of gradient boosting with the real packages."""

import warnings

import pytest

import hone

numpy = pytest.importorskip("numpy", reason="needs the package numpy")


def data():
    generator = numpy.random.default_rng(0)
    features = generator.normal(size=(300, 5))
    target = (features[:, 0] + features[:, 1] ** 2 > 1).astype(int)
    return features[:200], target[:200], features[200:], target[200:]


def run(objective):
    """The second half of the trials learns at a rate that cannot keep up."""
    study = hone.create_study(
        pruner=hone.pruners.Median(n_startup_trials=3, n_warmup_steps=2), sampler="random", seed=1
    )
    for rate in (0.3, 0.3, 0.3, 1e-6, 1e-6):
        study.enqueue_trial({"rate": rate})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        study.optimize(objective, n_trials=5)
    assert [t.state.name for t in study.trials] == ["COMPLETE"] * 3 + ["PRUNED"] * 2
    assert all(len(t.intermediate_values) == 20 for t in study.trials[:3])
    assert all(0 < len(t.intermediate_values) < 20 for t in study.trials[3:])


def test_xgboost():
    xgboost = pytest.importorskip("xgboost", reason="needs the package xgboost")
    from hone.integrations.xgboost import XGBoostPruningCallback

    train_x, train_y, test_x, test_y = data()
    train, test = xgboost.DMatrix(train_x, train_y), xgboost.DMatrix(test_x, test_y)

    def objective(trial, key="validation-logloss"):
        scores = {}
        xgboost.train(
            {
                "objective": "binary:logistic",
                "eval_metric": "logloss",
                "eta": trial.suggest_float("rate", 1e-7, 1, log=True),
            },
            train,
            num_boost_round=20,
            evals=[(test, "validation")],
            callbacks=[XGBoostPruningCallback(trial, key)],
            evals_result=scores,
            verbose_eval=False,
        )
        return scores["validation"]["logloss"][-1]

    run(objective)
    with pytest.raises(ValueError, match="there are: validation-logloss"):
        hone.create_study(sampler="random").optimize(lambda t: objective(t, "test-logloss"), n_trials=1)
    with pytest.raises(ValueError, match="names no metric"):
        XGBoostPruningCallback(None, "logloss")


def test_lightgbm():
    lightgbm = pytest.importorskip("lightgbm", reason="needs the package lightgbm")
    from hone.integrations.lightgbm import LightGBMPruningCallback

    train_x, train_y, test_x, test_y = data()

    def objective(trial, metric="binary_logloss"):
        rate = trial.suggest_float("rate", 1e-7, 1, log=True)
        scores = {}
        lightgbm.train(
            {
                "objective": "binary",
                "metric": "binary_logloss",
                "learning_rate": rate,
                "verbosity": -1,
                "num_threads": 1,
            },
            lightgbm.Dataset(train_x, train_y),
            num_boost_round=20,
            valid_sets=[lightgbm.Dataset(test_x, test_y)],
            callbacks=[LightGBMPruningCallback(trial, metric), lightgbm.record_evaluation(scores)],
        )
        return scores["valid_0"]["binary_logloss"][-1]

    run(objective)
    with pytest.raises(ValueError, match="there are: valid_0 binary_logloss"):
        hone.create_study(sampler="random").optimize(lambda t: objective(t, "auc"), n_trials=1)
