# SPDX-License-Identifier: MIT
"""hone's storages in a program of Optuna."""

from __future__ import annotations

import copy
import datetime
import os
import threading
import uuid
import weakref
from typing import Any, Container, Dict, List, Optional, Sequence, Set, Tuple

from optuna.distributions import BaseDistribution
from optuna.exceptions import DuplicatedStudyError, UpdateFinishedTrialError
from optuna.storages import BaseStorage
from optuna.storages._base import DEFAULT_STUDY_NAME_PREFIX
from optuna.study import StudyDirection
from optuna.study._frozen import FrozenStudy
from optuna.trial import FrozenTrial, TrialState

from hone import _core, storages
from hone import exceptions as hone_exceptions
from hone.optuna._convert import trial_to_optuna
from hone.trial import FrozenTrial as Patch
from hone.trial import TrialState as HoneState

_TRIALS_PER_STUDY = 1 << 32  # an id is study * this + number


_live_storages: weakref.WeakSet[Storage] = weakref.WeakSet()


class _Study:
    """One study: its trials as Optuna's objects, converted when they change."""

    def __init__(self, storage: _core.Storage, study_id: int, name: str, directions: List[int]) -> None:
        self.id = study_id
        self.name = name
        self.directions = [StudyDirection(direction) for direction in directions]
        self.channel = _core.StudyChannel(storage, study_id, len(directions))
        self.trials: List[FrozenTrial] = []
        self._revision = 0
        self._changed: Set[int] = set()  # numbers of trials that are not yet in `trials` as they are
        self._lock = threading.Lock()

    def refresh(self) -> List[FrozenTrial]:
        with self._lock:
            changed, self._revision = self.channel.refresh(self._revision)
            self._changed.update(changed)
            for number in sorted(self._changed):
                if number > len(self.trials):
                    break  # one before it is not known yet
                self.trials[number : number + 1] = [self.convert(number)]
                self._changed.remove(number)
            return list(self.trials)

    def convert(self, number: int) -> FrozenTrial:
        """:raises KeyError: if there is no such trial"""
        trial = self.channel.trial(number)
        if trial is None:
            raise KeyError(f"the study '{self.name}' has no trial {number}")
        return trial_to_optuna(trial, self.id * _TRIALS_PER_STUDY + number)


class Storage(BaseStorage):
    """A storage of hone for Optuna's studies: ``Storage("sqlite:///study.db")``. Trials that Optuna writes have no
    owner: hone's own workers leave them alone."""

    def __init__(self, url: Any) -> None:
        self._storage = storages.get_storage(url)
        self._studies: Dict[int, _Study] = {}
        self._lock = threading.RLock()
        _live_storages.add(self)

    @property
    def _opened(self) -> _core.Storage:
        return self._storage._opened  # a forked child has its own

    def __getstate__(self) -> Dict[str, Any]:
        return {"_storage": self._storage}

    def __setstate__(self, state: Dict[str, Any]) -> None:
        self.__init__(state["_storage"])  # type: ignore[misc]

    # ---- studies

    def create_new_study(self, directions: Sequence[StudyDirection], study_name: Optional[str] = None) -> int:
        name = study_name if study_name is not None else DEFAULT_STUDY_NAME_PREFIX + str(uuid.uuid4())
        try:
            return self._opened.create_study(name, [int(direction) for direction in directions])
        except hone_exceptions.DuplicatedStudyError as error:
            raise DuplicatedStudyError(str(error)) from None

    def delete_study(self, study_id: int) -> None:
        name = self._study(study_id).name
        with self._lock:
            del self._studies[study_id]
        self._opened.delete_study(name)

    def set_study_user_attr(self, study_id: int, key: str, value: Any) -> None:
        self._study(study_id).channel.set_study_attr(True, key, value)

    def set_study_system_attr(self, study_id: int, key: str, value: Any) -> None:
        self._study(study_id).channel.set_study_attr(False, key, value)

    def get_study_id_from_name(self, study_name: str) -> int:
        for study_id, name, _, _ in self._opened.studies():
            if name == study_name:
                return study_id
        raise KeyError(f"there is no study '{study_name}' in {self._opened.location}")

    def get_study_name_from_id(self, study_id: int) -> str:
        return self._study(study_id).name

    def get_study_directions(self, study_id: int) -> List[StudyDirection]:
        return list(self._study(study_id).directions)

    def get_study_user_attrs(self, study_id: int) -> Dict[str, Any]:
        return self._study(study_id).channel.study_attrs(True)

    def get_study_system_attrs(self, study_id: int) -> Dict[str, Any]:
        return self._study(study_id).channel.study_attrs(False)

    def get_all_studies(self) -> List[FrozenStudy]:
        result = []
        for study_id, name, directions, _ in self._opened.studies():
            study = self._study(study_id)
            result.append(
                FrozenStudy(
                    study_name=name,
                    direction=None,
                    directions=[StudyDirection(direction) for direction in directions],
                    user_attrs=study.channel.study_attrs(True),
                    system_attrs=study.channel.study_attrs(False),
                    study_id=study_id,
                )
            )
        return result

    # ---- trials

    def create_new_trial(self, study_id: int, template_trial: Optional[FrozenTrial] = None) -> int:
        study = self._study(study_id)
        if template_trial is None:
            trial = Patch(number=-1, state=HoneState.RUNNING, datetime_start=datetime.datetime.now())
        else:
            trial = _patch_of(template_trial)
        return study_id * _TRIALS_PER_STUDY + study.channel.new_trial(trial)

    def set_trial_param(
        self, trial_id: int, param_name: str, param_value_internal: float, distribution: BaseDistribution
    ) -> None:
        study, number = self._place(trial_id)
        self.check_trial_is_updatable(trial_id, self._trial(trial_id).state)
        if not study.channel.compatible(param_name, distribution):
            raise ValueError(f"'{param_name}' has another kind, scale or other choices in earlier trials")
        value = distribution.to_external_repr(param_value_internal)
        patch = Patch(
            number=number, state=HoneState.RUNNING, params={param_name: value}, distributions={param_name: distribution}
        )
        self._write(trial_id, patch)

    def get_trial_param(self, trial_id: int, param_name: str) -> float:
        trial = self._trial(trial_id)
        return trial.distributions[param_name].to_internal_repr(trial.params[param_name])

    def get_trial_id_from_study_id_trial_number(self, study_id: int, trial_number: int) -> int:
        trial_id = study_id * _TRIALS_PER_STUDY + trial_number
        self._study(study_id)
        self._trial(trial_id)
        return trial_id

    def set_trial_state_values(
        self, trial_id: int, state: TrialState, values: Optional[Sequence[float]] = None
    ) -> bool:
        current = self._trial(trial_id).state
        self.check_trial_is_updatable(trial_id, current)
        if state == TrialState.RUNNING and current != TrialState.WAITING:
            return False
        patch = Patch(number=-1, state=HoneState(int(state)), values=values)
        if state == TrialState.RUNNING:
            patch.datetime_start = datetime.datetime.now()
        if state.is_finished():
            patch.datetime_complete = datetime.datetime.now()
        expected = int(TrialState.WAITING) if state == TrialState.RUNNING else None
        return self._write(trial_id, patch, with_state=True, expected=expected)

    def set_trial_intermediate_value(self, trial_id: int, step: int, intermediate_value: float) -> None:
        self._write(trial_id, Patch(-1, HoneState.RUNNING, intermediate_values={step: intermediate_value}))

    def set_trial_user_attr(self, trial_id: int, key: str, value: Any) -> None:
        self._write(trial_id, Patch(-1, HoneState.RUNNING, user_attrs={key: value}))

    def set_trial_system_attr(self, trial_id: int, key: str, value: Any) -> None:
        if key.startswith("constraints:"):
            name = key[len("constraints:") :]
            self._write(trial_id, Patch(-1, HoneState.RUNNING, constraints={name: value}))
        else:
            self._write(trial_id, Patch(-1, HoneState.RUNNING, system_attrs={key: value}))

    def get_trial(self, trial_id: int) -> FrozenTrial:
        return copy.deepcopy(self._trial(trial_id))

    def get_all_trials(
        self, study_id: int, deepcopy: bool = True, states: Optional[Container[TrialState]] = None
    ) -> List[FrozenTrial]:
        trials = self._study(study_id).refresh()
        if states is not None:
            trials = [trial for trial in trials if trial.state in states]
        return copy.deepcopy(trials) if deepcopy else trials

    def remove_session(self) -> None:
        """Nothing: connections are hone's own business."""

    # ---- inside

    def _study(self, study_id: int) -> _Study:
        with self._lock:
            if study_id not in self._studies:
                for known, name, directions, _ in self._opened.studies():
                    if known == study_id:
                        self._studies[study_id] = _Study(self._opened, study_id, name, directions)
                        break
                else:
                    raise KeyError(f"there is no study with id {study_id} in {self._opened.location}")
            return self._studies[study_id]

    def _place(self, trial_id: int) -> Tuple[_Study, int]:
        return self._study(trial_id // _TRIALS_PER_STUDY), trial_id % _TRIALS_PER_STUDY

    def _trial(self, trial_id: int) -> FrozenTrial:
        study, number = self._place(trial_id)
        trials = study.refresh()
        return trials[number] if number < len(trials) else study.convert(number)

    def _write(self, trial_id: int, patch: Patch, with_state: bool = False, expected: Optional[int] = None) -> bool:
        study, number = self._place(trial_id)
        refusal, _ = study.channel.write(number, patch, with_state, expected)
        if refusal == "no_such_trial":
            raise KeyError(f"there is no trial with id {trial_id} in {self._opened.location}")
        if refusal == "trial_finished":
            raise UpdateFinishedTrialError(f"trial {number} of study '{study.name}' is finished and cannot be changed")
        return not refusal


def _patch_of(trial: FrozenTrial) -> Patch:
    plain = {key: value for key, value in trial.system_attrs.items() if not key.startswith("constraints:")}
    return Patch(
        number=-1,
        state=HoneState(int(trial.state)),
        values=trial.values,
        datetime_start=trial.datetime_start,
        datetime_complete=trial.datetime_complete,
        params=trial.params,
        distributions=trial.distributions,
        user_attrs=trial.user_attrs,
        system_attrs=plain,
        intermediate_values=trial.intermediate_values,
        constraints=getattr(trial, "constraints", {}),  # in Optuna 4 one of the attributes
    )


def _after_fork() -> None:
    """In a forked child studies of a shared storage are read anew, by its own connection. Other threads, that may have
    held a lock, stay with the parent."""
    for storage in list(_live_storages):
        storage._lock = threading.RLock()
        for study in storage._studies.values():
            study._lock = threading.Lock()
            _core.keep_for_ever(study.channel)
        if storage._storage._opened_object.shared:
            storage._studies = {}


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
