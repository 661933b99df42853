# SPDX-License-Identifier: MIT
"""Samplers of Optuna and OptunaHub in a study of hone."""

from __future__ import annotations

import itertools
from typing import Any, Dict, List, Optional

import optuna
from optuna.storages import InMemoryStorage
from optuna.trial import TrialState as OptunaState

from hone._sampler import Sampler, TrialView
from hone.distributions import Distribution
from hone.optuna._convert import distribution_to_optuna
from hone.trial import TrialState


class WrappedSampler(Sampler):
    """Shows a study of hone to a sampler of Optuna, as a study in memory that is kept up with the history."""

    def __init__(self, sampler: "optuna.samplers.BaseSampler") -> None:
        self._sampler = sampler
        self._study: Optional["optuna.Study"] = None
        self._revision = 0
        self._ids: Dict[int, int] = {}  # trial number -> id in the study in memory
        self._spaces: Dict[int, Dict[str, Distribution]] = {}

    def infer_relative_search_space(self, study: Any, trial: TrialView) -> Dict[str, Distribution]:
        shown, frozen = self._show(study, trial)
        self._sampler.before_trial(shown, frozen)
        return self._sampler.infer_relative_search_space(shown, frozen)  # type: ignore[return-value]

    def sample_relative(self, study: Any, trial: TrialView, search_space: Dict[str, Distribution]) -> Dict[str, Any]:
        shown, frozen = self._show(study, trial)
        space = {name: distribution_to_optuna(d) for name, d in search_space.items()}
        return self._sampler.sample_relative(shown, frozen, space)

    def sample_independent(
        self, study: Any, trial: TrialView, param_name: str, param_distribution: Distribution
    ) -> Any:
        shown, frozen = self._show(study, trial)
        return self._sampler.sample_independent(shown, frozen, param_name, distribution_to_optuna(param_distribution))

    def after_trial(
        self, study: Any, trial: TrialView, state: TrialState, values: List[float]
    ) -> Optional[Dict[str, Any]]:
        shown, frozen = self._show(study, trial)
        self._sampler.after_trial(shown, frozen, OptunaState(int(state)), values or None)
        return None

    def _show(self, study: Any, trial: TrialView) -> tuple:
        if self._study is None:
            self._study = optuna.create_study(
                storage=InMemoryStorage(),
                study_name=study.study_name,
                directions=["maximize" if int(d) == 2 else "minimize" for d in study.directions],
                sampler=self._sampler,
            )
        history = study.history
        for number in sorted(set(history.changes_since(self._revision))):
            if number != trial.number and history.contains(number):
                self._copy(history, number)
        self._revision = history.revision
        # Within one trial, Optuna's samplers read the trials once.
        self._study._thread_local.cached_all_trials = None
        return self._study, self._copy_current(history, trial)

    def _id(self, number: int) -> int:
        # Optuna's numbers are consecutive; so are hone's, which may arrive in another order.
        storage = self._study._storage  # type: ignore[union-attr]
        for missing in range(len(self._ids), number + 1):
            self._ids[missing] = storage.create_new_trial(self._study._study_id)  # type: ignore[union-attr]
        return self._ids[number]

    def _copy(self, history: Any, number: int) -> None:
        storage = self._study._storage  # type: ignore[union-attr]
        trial_id = self._id(number)
        known = storage.get_trial(trial_id)
        if known.state.is_finished():
            return
        distributions = history.distributions
        for name, value in history.params(number).items():
            if name not in known.params:
                distribution = distribution_to_optuna(distributions[name])
                storage.set_trial_param(trial_id, name, distribution.to_internal_repr(value), distribution)
        for step, value in itertools.islice(history.reports(number), len(known.intermediate_values), None):
            storage.set_trial_intermediate_value(trial_id, step, value)
        for name, value in history.constraints(number).items():
            storage.set_trial_system_attr(trial_id, f"constraints:{name}", value)
        state = OptunaState(int(history.state(number)))
        if state.is_finished():
            storage.set_trial_state_values(trial_id, state, history.values(number) or None)

    def _copy_current(self, history: Any, trial: TrialView) -> "optuna.trial.FrozenTrial":
        storage = self._study._storage  # type: ignore[union-attr]
        trial_id = self._id(trial.number)
        known = storage.get_trial(trial_id)
        distributions = history.distributions
        for name, value in trial.params.items():
            if name not in known.params and name in distributions:
                distribution = distribution_to_optuna(distributions[name])
                storage.set_trial_param(trial_id, name, distribution.to_internal_repr(value), distribution)
        return storage.get_trial(trial_id)


def wrap_sampler(sampler: "optuna.samplers.BaseSampler") -> WrappedSampler:
    """A sampler of Optuna or OptunaHub for `hone.create_study`. Its random numbers are its own, so a study cannot be
    derived again from the seed."""
    if not isinstance(sampler, optuna.samplers.BaseSampler):
        raise TypeError(f"{sampler!r} is no sampler of Optuna")
    return WrappedSampler(sampler)
