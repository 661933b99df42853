# SPDX-License-Identifier: MIT
"""Samplers of Optuna and OptunaHub in a study of hone."""

from __future__ import annotations

import itertools
import logging
import threading
from typing import Any, Dict, List, Optional, Tuple

import optuna
from optuna.storages import InMemoryStorage
from optuna.trial import TrialState as OptunaState

from hone._sampler import Sampler, TrialView
from hone.distributions import Distribution
from hone.optuna._convert import constraints_to_optuna, distribution_to_optuna
from hone.trial import TrialState


class _Shown:
    """A study of hone as Optuna's samplers see it: a study in memory that is kept up with the history."""

    def __init__(self, study: Any, sampler: "optuna.samplers.BaseSampler") -> None:
        self.storage = InMemoryStorage()
        directions = [optuna.study.StudyDirection(int(d)) for d in study.directions]
        # Nobody is to be told of a new study: the user made none.
        logger = logging.getLogger("optuna.storages._in_memory")
        level = logger.level
        logger.setLevel(logging.WARNING)
        try:
            self.id = self.storage.create_new_study(directions, study.study_name)
        finally:
            logger.setLevel(level)
        self.study = optuna.Study(study.study_name, self.storage, sampler=sampler)
        self.stops = False
        self.study.stop = self._stop  # type: ignore[method-assign]
        self._revision = 0
        self._ids: Dict[int, int] = {}  # trial number -> id in the study in memory

    def _stop(self) -> None:
        self.stops = True

    def update(self, study: Any, trial: TrialView) -> None:
        history = study.history
        for number in sorted(set(history.changes_since(self._revision))):
            if number != trial.number and history.contains(number):
                self._copy(history, number)
        self._revision = history.revision
        # Within one trial, Optuna's samplers read the trials once.
        self.study._thread_local.cached_all_trials = None

    def current(self, study: Any, trial: TrialView) -> "optuna.trial.FrozenTrial":
        trial_id = self.trial_id(trial.number)
        known = self.storage.get_trial(trial_id)
        if len(known.params) < len(trial.params):
            self._copy_params(trial_id, known, trial.params, trial.distributions)
        self._copy_reports(trial_id, known, trial.intermediate_values)
        return self.storage.get_trial(trial_id)

    def trial_id(self, number: int) -> int:
        # Optuna's numbers are consecutive; so are hone's, which may arrive in another order.
        for missing in range(len(self._ids), number + 1):
            self._ids[missing] = self.storage.create_new_trial(self.id)
        return self._ids[number]

    def _copy(self, history: Any, number: int) -> None:
        trial_id = self.trial_id(number)
        known = self.storage.get_trial(trial_id)
        if known.state.is_finished():
            return
        params = history.params(number)
        if len(known.params) < len(params):
            self._copy_params(trial_id, known, params, history.param_distributions(number))
        self._copy_reports(trial_id, known, dict(history.reports(number)))
        for key, value in constraints_to_optuna(history.constraints(number), known.system_attrs).items():
            self.storage.set_trial_system_attr(trial_id, key, value)
        state = OptunaState(int(history.state(number)))
        if state.is_finished():
            self.storage.set_trial_state_values(trial_id, state, history.values(number) or None)

    def _copy_params(
        self,
        trial_id: int,
        known: "optuna.trial.FrozenTrial",
        params: Dict[str, Any],
        distributions: Dict[str, Distribution],
    ) -> None:
        for name, value in params.items():
            if name not in known.params:
                distribution = distribution_to_optuna(distributions[name])
                self.storage.set_trial_param(trial_id, name, distribution.to_internal_repr(value), distribution)

    def _copy_reports(self, trial_id: int, known: "optuna.trial.FrozenTrial", reports: Dict[int, float]) -> None:
        for step, value in itertools.islice(reports.items(), len(known.intermediate_values), None):
            self.storage.set_trial_intermediate_value(trial_id, step, value)


class WrappedSampler(Sampler):
    """Calls a sampler of Optuna with what it would see in a study of Optuna's."""

    def __init__(self, sampler: "optuna.samplers.BaseSampler") -> None:
        self._sampler = sampler
        self._shown: Dict[str, _Shown] = {}  # by the study's name
        self._lock = threading.Lock()
        # The user's attributes of trials that are about to end, which the history does not hold.
        self._attributes: Dict[Tuple[str, int], Dict[str, Any]] = {}

    def __getstate__(self) -> Dict[str, Any]:
        return {"_sampler": self._sampler}

    def __setstate__(self, state: Dict[str, Any]) -> None:
        self.__init__(state["_sampler"])  # type: ignore[misc]

    def infer_relative_search_space(self, study: Any, trial: TrialView) -> Dict[str, Distribution]:
        shown, frozen = self._show(study, trial)
        self._sampler.before_trial(shown, frozen)
        space = self._sampler.infer_relative_search_space(shown, frozen)
        if not space:
            # Optuna asks all the same, and some samplers label the trial then; the engine would not.
            self._sampler.sample_relative(shown, frozen, space)
        return space  # type: ignore[return-value]

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
        storage = shown._storage
        for key, value in self._attributes.pop((study.study_name, trial.number), {}).items():
            storage.set_trial_user_attr(frozen._trial_id, key, value)
        frozen = storage.get_trial(frozen._trial_id)
        self._sampler.after_trial(shown, frozen, OptunaState(int(state)), values or None)
        computed = storage.get_trial_system_attrs(frozen._trial_id).get("constraints") or ()
        return {f"constraints:{place}": float(value) for place, value in enumerate(computed)} or None

    def trial_ends(self, study_name: str, number: int, user_attrs: Dict[str, Any]) -> None:
        """Called by the study before `after_trial`."""
        self._attributes[study_name, number] = user_attrs

    def stops(self, study_name: str) -> bool:
        """Whether Optuna's sampler has called ``study.stop()`` since this was asked last."""
        shown = self._shown.get(study_name)
        if shown is None or not shown.stops:
            return False
        shown.stops = False
        return True

    def _show(self, study: Any, trial: TrialView) -> Tuple["optuna.Study", "optuna.trial.FrozenTrial"]:
        with self._lock:
            shown = self._shown.get(study.study_name)
            if shown is None:
                shown = self._shown[study.study_name] = _Shown(study, self._sampler)
        shown.update(study, trial)
        return shown.study, shown.current(study, trial)


def wrap_sampler(sampler: "optuna.samplers.BaseSampler") -> WrappedSampler:
    """A sampler of Optuna or OptunaHub for `hone.create_study`. Its random numbers are its own, so a study cannot be
    derived again from the seed."""
    if not isinstance(sampler, optuna.samplers.BaseSampler):
        raise TypeError(f"{sampler!r} is no sampler of Optuna")
    return WrappedSampler(sampler)
