# SPDX-License-Identifier: MIT
"""Prunes the training of LightGBM: each boosting round is a report."""

from __future__ import annotations

from typing import Any

try:
    import lightgbm  # noqa: F401
except ImportError as error:
    raise ImportError(
        "hone.integrations.lightgbm needs the package lightgbm; install it with: pip install lightgbm"
    ) from error

from hone.exceptions import TrialPruned
from hone.trial import Trial


class LightGBMPruningCallback:
    """Reports a metric after each round and ends the training when the pruner says so.

    :param trial: the objective's trial
    :param metric: such as ``binary_logloss``
    :param valid_name: the validation set, by the name given to LightGBM; ``cv_agg`` or ``valid`` in `lightgbm.cv`
    """

    # After LightGBM's own callbacks, as theirs for early stopping is 30.
    order = 40
    before_iteration = False

    def __init__(self, trial: Trial, metric: str, valid_name: str = "valid_0") -> None:
        self._trial = trial
        self._metric = metric
        self._valid_name = valid_name

    def __call__(self, env: Any) -> None:
        results = env.evaluation_result_list or []
        for name, metric, value, *_ in results:
            if name == self._valid_name and metric == self._metric:
                break
        else:
            known = ", ".join(f"{name} {metric}" for name, metric, *_ in results) or "none"
            raise ValueError(f"there is no '{self._valid_name} {self._metric}' to observe; there are: {known}")
        self._trial.report(value, env.iteration)
        if self._trial.should_prune():
            raise TrialPruned(f"trial {self._trial.number} was pruned at round {env.iteration}")
