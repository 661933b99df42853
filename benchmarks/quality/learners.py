# SPDX-License-Identifier: MIT
"""Real models: scikit-learn's, on the data that it carries, with a cross-validated loss. Small, so that a trial takes
some hundredths of a second. The least possible loss is unknown and counts as 0: the regret is the loss itself.
"""

from __future__ import annotations

import functools
import math
import warnings

import numpy as np
from sklearn import datasets
from sklearn.ensemble import GradientBoostingRegressor, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, mean_squared_error
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR

from problems import Outcome, Problem
from synthetic import problem

FOLDS = 3


@functools.lru_cache(maxsize=None)
def data(name: str):
    return getattr(datasets, f"load_{name}")(return_X_y=True)


class Learner(Problem):
    """A model, whose loss is the mean over the folds; the instance picks the rows, the folds and the model's seed."""

    dataset, rows, classify = "", 0, False
    fingerprint_digits = 3  # linear algebra differs in its last digits from machine to machine, and training adds to it

    def __init__(self, name: str, dimension: int, instance: int):
        self.name, self.dimension, self.seed = name, dimension, instance
        random = np.random.default_rng([instance, *name.encode()])
        x, y = data(self.dataset)
        chosen = random.permutation(len(y))[:self.rows]
        x, y = x[chosen], y[chosen]
        if not self.classify:
            y = (y - y.mean()) / y.std()
        splitter = StratifiedKFold(FOLDS) if self.classify else KFold(FOLDS)
        self.folds = []
        for train, test in splitter.split(x, y):
            scaler = StandardScaler().fit(x[train])
            self.folds.append((scaler.transform(x[train]), y[train], scaler.transform(x[test]), y[test]))

    def model(self, trial):
        raise NotImplementedError

    def loss(self, fitted, x, y) -> float:
        """Of regression: the share of the variance that is not explained. Of classes: the logarithmic loss, where no
        probability counts as less than a thousandth."""
        if not self.classify:
            return float(mean_squared_error(y, fitted.predict(x)))
        return float(log_loss(y, np.clip(fitted.predict_proba(x), 1e-3, None), labels=fitted.classes_))

    def __call__(self, trial) -> Outcome:
        model = self.model(trial)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # training is stopped early
            try:
                return Outcome((float(np.mean([self.loss(model.fit(x, y), *test) for x, y, *test in self.folds])),))
            except ValueError:  # training diverged
                return Outcome((math.nan,))


@problem("learn-svr")
class SupportVectors(Learner):
    """Support-vector regression; a kernel has parameters of its own."""

    dataset, rows = "diabetes", 200

    def model(self, trial):
        kernel = trial.suggest_categorical("kernel", ["linear", "poly", "rbf", "sigmoid"])
        options = {}
        if kernel != "linear":
            options["gamma"] = trial.suggest_float("gamma", 1e-4, 10.0, log=True)
        if kernel == "poly":
            options["degree"] = trial.suggest_int("degree", 2, 5)
        if kernel in ("poly", "sigmoid"):
            options["coef0"] = trial.suggest_float("coef0", 0.0, 2.0)
        return SVR(kernel=kernel, C=trial.suggest_float("C", 1e-3, 100.0, log=True),
                   epsilon=trial.suggest_float("epsilon", 1e-3, 1.0, log=True), max_iter=20_000, **options)


@problem("learn-boosting")
class Boosting(Learner):
    """Gradient boosting of regression trees."""

    dataset, rows = "diabetes", 150

    def model(self, trial):
        loss = trial.suggest_categorical("loss", ["squared_error", "absolute_error", "huber"])
        options = {"alpha": trial.suggest_float("alpha", 0.5, 0.99)} if loss == "huber" else {}
        return GradientBoostingRegressor(
            loss=loss, learning_rate=trial.suggest_float("learning_rate", 1e-3, 1.0, log=True),
            n_estimators=trial.suggest_int("n_estimators", 5, 40), max_depth=trial.suggest_int("max_depth", 1, 4),
            subsample=trial.suggest_float("subsample", 0.3, 1.0),
            min_samples_leaf=trial.suggest_int("min_samples_leaf", 1, 30, log=True),
            max_features=trial.suggest_float("max_features", 0.1, 1.0), random_state=self.seed, **options)


@problem("learn-mlp")
class Network(Learner):
    """A network of one or two layers, a few epochs long."""

    dataset, rows, classify = "digits", 300, True

    def model(self, trial):
        layers = [trial.suggest_int(f"units{i}", 8, 64, log=True) for i in range(trial.suggest_int("layers", 1, 2))]
        solver = trial.suggest_categorical("solver", ["adam", "sgd"])
        options = {"momentum": trial.suggest_float("momentum", 0.0, 0.99)} if solver == "sgd" else {
            "beta_1": trial.suggest_float("beta_1", 0.5, 0.99)}
        return MLPClassifier(
            layers, activation=trial.suggest_categorical("activation", ["relu", "tanh", "logistic"]), solver=solver,
            alpha=trial.suggest_float("alpha", 1e-6, 1.0, log=True), batch_size=trial.suggest_int("batch_size", 16, 64),
            learning_rate_init=trial.suggest_float("learning_rate", 1e-4, 1.0, log=True), max_iter=8,
            random_state=self.seed, **options)


@problem("learn-choice")
class Choice(Learner):
    """Which model, and its parameters."""

    dataset, rows, classify = "breast_cancer", 200, True

    def model(self, trial):
        kind = trial.suggest_categorical("model", ["logistic", "svc", "neighbours", "forest"])
        if kind == "logistic":
            return LogisticRegression(C=trial.suggest_float("logistic_C", 1e-4, 1e3, log=True), solver="liblinear",
                                      l1_ratio=trial.suggest_categorical("penalty", [0, 1]), max_iter=50,
                                      random_state=self.seed)
        if kind == "svc":
            return Calibrated(SVC(C=trial.suggest_float("svc_C", 1e-3, 1e3, log=True),
                                  gamma=trial.suggest_float("gamma", 1e-5, 1.0, log=True)))
        if kind == "neighbours":
            return KNeighborsClassifier(trial.suggest_int("neighbours", 1, 50, log=True),
                                        weights=trial.suggest_categorical("weights", ["uniform", "distance"]),
                                        p=trial.suggest_float("power", 1.0, 4.0))
        return RandomForestClassifier(
            trial.suggest_int("trees", 5, 40), criterion=trial.suggest_categorical("criterion", ["gini", "entropy"]),
            max_depth=trial.suggest_int("depth", 1, 10), max_features=trial.suggest_float("features", 0.05, 1.0),
            min_samples_leaf=trial.suggest_int("leaf", 1, 20, log=True), random_state=self.seed)


class Calibrated:
    """A probability for two classes from a margin: the logistic function of it."""

    def __init__(self, machine):
        self.machine = machine

    def fit(self, x, y):
        self.machine.fit(x, y)
        self.classes_ = self.machine.classes_
        return self

    def predict_proba(self, x):
        positive = 1 / (1 + np.exp(-2 * self.machine.decision_function(x)))
        return np.column_stack([1 - positive, positive])
