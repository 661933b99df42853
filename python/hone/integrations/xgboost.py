# SPDX-License-Identifier: MIT
"""Prunes the training of XGBoost: each boosting round is a report."""

from __future__ import annotations

from typing import Any

try:
    from xgboost.callback import TrainingCallback
except ImportError as error:
    raise ImportError(
        "hone.integrations.xgboost needs the package xgboost; install it with: pip install xgboost"
    ) from error

from hone.exceptions import TrialPruned
from hone.trial import Trial


class XGBoostPruningCallback(TrainingCallback):
    """Reports a metric after each round and ends the training when the pruner says so.

    :param trial: the objective's trial
    :param observation_key: data set and metric, such as ``validation-logloss``, as XGBoost prints them
    """

    def __init__(self, trial: Trial, observation_key: str) -> None:
        super().__init__()
        self._trial = trial
        self._data, separator, self._metric = observation_key.partition("-")
        if not separator:
            raise ValueError(
                f"'{observation_key}' names no metric; write data set and metric, such as validation-logloss"
            )

    def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:
        try:
            history = evals_log[self._data][self._metric]
        except KeyError:
            known = ", ".join(f"{data}-{metric}" for data, metrics in evals_log.items() for metric in metrics)
            raise ValueError(
                f"there is no '{self._data}-{self._metric}' to observe; there are: {known or 'none'}"
            ) from None
        # Under cross-validation a score is its mean and standard deviation.
        last = history[-1]
        self._trial.report(last[0] if isinstance(last, tuple) else last, epoch)
        if self._trial.should_prune():
            raise TrialPruned(f"trial {self._trial.number} was pruned at round {epoch}")
        return False
