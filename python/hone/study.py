# SPDX-License-Identifier: MIT
"""Studies: making, loading, listing, copying and deleting them."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any, Dict, Iterable, List, Optional, Sequence, Union

from hone import _core
from hone._study import PrunerLike, SamplerLike, Space, StorageLike, Study, _load_engine, _spec
from hone.exceptions import ConfigError, TrialError
from hone.storages import get_storage
from hone.trial import FrozenTrial, StudyDirection, TrialState

__all__ = [
    "MaxTrialsCallback",
    "Study",
    "StudyDirection",
    "StudySummary",
    "copy_study",
    "create_study",
    "delete_study",
    "get_all_study_names",
    "get_all_study_summaries",
    "load_study",
]


def _direction_number(direction: Union[str, StudyDirection]) -> int:
    if isinstance(direction, str) and direction.lower() in ("minimize", "maximize"):
        return int(StudyDirection[direction.upper()])
    try:
        number = int(getattr(direction, "value", direction))  # type: ignore[arg-type]
    except (TypeError, ValueError):
        number = 0
    if number not in (1, 2):
        raise ConfigError(f"the direction is {direction!r}, but must be 'minimize' or 'maximize'")
    return number


def _directions(direction: Any, directions: Optional[Sequence[Any]]) -> List[int]:
    if direction is not None and directions is not None:
        raise ConfigError("direction and directions say the same twice; leave one of them out")
    if directions is not None and isinstance(directions, str):
        raise ConfigError("directions is a list; use direction for one objective")
    chosen = directions if directions is not None else [direction if direction is not None else "minimize"]
    return [_direction_number(each) for each in chosen]


def create_study(
    *,
    storage: StorageLike = None,
    sampler: Optional[SamplerLike] = None,
    pruner: Optional[PrunerLike] = None,
    study_name: Optional[str] = None,
    direction: Union[None, str, StudyDirection] = None,
    load_if_exists: bool = False,
    directions: Optional[Sequence[Union[str, StudyDirection]]] = None,
    seed: Optional[int] = None,
    space: Optional[Space] = None,
    metric_names: Optional[List[str]] = None,
) -> Study:
    """Creates a study.

    :param storage: a URL such as ``sqlite:///study.db``, an object of `hone.storages`, or nothing for memory
    :param sampler: a name such as ``"tpe"``, ``hone.samplers.TPE(multivariate=True)``, or an object of a class derived
        from `hone.Sampler`
    :param pruner: likewise
    :param seed: of all random numbers; drawn if absent. A sampler's own seed counts if this is absent.
    :param space: the parameters, where they are known beforehand: all are then drawn jointly from the first trial
    :raises DuplicatedStudyError: if the name is taken and not `load_if_exists`
    """
    opened = get_storage(storage)
    engine = _core.Study.create(
        name=study_name,
        directions=_directions(direction, directions),
        storage=opened._opened,
        sampler=_spec(sampler, "sampler"),
        pruner=_spec(pruner, "pruner"),
        seed=seed if seed is not None else getattr(sampler, "seed", None),
        load_if_exists=load_if_exists,
        space=space,
        metric_names=metric_names,
    )
    return Study(engine, opened, sampler, pruner, space)


def load_study(
    *,
    study_name: Optional[str] = None,
    storage: StorageLike,
    sampler: Optional[SamplerLike] = None,
    pruner: Optional[PrunerLike] = None,
    space: Optional[Space] = None,
) -> Study:
    """Loads a study; without a name, the only one of the storage.

    :param space: the parameters that are drawn jointly from the start of a trial, as `create_study` takes them
    :raises StudyNotFoundError: if there is none
    """
    opened = get_storage(storage)
    engine = _load_engine(study_name, opened, sampler, pruner, space)
    return Study(engine, opened, sampler, pruner, space)


def delete_study(*, study_name: str, storage: StorageLike) -> None:
    """Deletes a study and all its trials. :raises StudyNotFoundError:"""
    get_storage(storage)._opened.delete_study(study_name)


def copy_study(
    *, from_study_name: str, from_storage: StorageLike, to_storage: StorageLike, to_study_name: Optional[str] = None
) -> None:
    """Copies a study with its attributes and finished trials."""
    target = get_storage(to_storage)._opened
    get_storage(from_storage)._opened.copy_study(from_study_name, target, to_study_name or from_study_name)


def get_all_study_names(storage: StorageLike) -> List[str]:
    """In order of creation."""
    return get_storage(storage).study_names()


@dataclass
class StudySummary:
    """What a storage tells about a study."""

    study_name: str
    directions: List[StudyDirection]
    best_trial: Optional[FrozenTrial]
    user_attrs: Dict[str, Any]
    n_trials: int
    datetime_start: Optional[datetime.datetime]

    @property
    def direction(self) -> StudyDirection:
        if len(self.directions) > 1:
            raise TrialError("the study has several objectives; use `directions`")
        return self.directions[0]


def get_all_study_summaries(storage: StorageLike, include_best_trial: bool = True) -> List[StudySummary]:
    opened = get_storage(storage)
    summaries = []
    for name in opened.study_names():
        study = load_study(study_name=name, storage=opened)
        trials = study.trials
        single = len(study.directions) == 1
        summaries.append(
            StudySummary(
                study_name=name,
                directions=study.directions,
                best_trial=study._engine.best_trial() if include_best_trial and single else None,
                user_attrs=study.user_attrs,
                n_trials=len(trials),
                datetime_start=min((t.datetime_start for t in trials if t.datetime_start), default=None),
            )
        )
    return summaries


class MaxTrialsCallback:
    """Stops a study at a number of trials of certain states, whichever worker made them."""

    def __init__(self, n_trials: int, states: Optional[Iterable[TrialState]] = (TrialState.COMPLETE,)) -> None:
        self._n_trials = n_trials
        self._states = tuple(TrialState if states is None else states)

    def __call__(self, study: Study, trial: FrozenTrial) -> None:
        if sum(study._engine.count(int(state)) for state in self._states) >= self._n_trials:
            study.stop()
