# SPDX-License-Identifier: MIT
"""Trials: running ones, finished ones as values, and the replay of an objective."""

from __future__ import annotations

import copy
import datetime
import enum
import math
from typing import Any, Dict, List, Optional, Sequence

from hone import _core
from hone.distributions import CategoricalDistribution, Distribution, FloatDistribution, IntDistribution
from hone.exceptions import TrialError

__all__ = ["FixedTrial", "FrozenTrial", "StudyDirection", "Trial", "TrialState", "create_trial"]

Trial = _core.Trial


# Of earlier versions of Optuna.
_SAID_OTHERWISE = {
    "suggest_uniform": "use suggest_float(name, low, high)",
    "suggest_loguniform": "use suggest_float(name, low, high, log=True)",
    "suggest_discrete_uniform": "use suggest_float(name, low, high, step=q)",
    "study": "keep the study in a variable of your own",
    "relative_params": "what is drawn jointly is in `params` once it is suggested",
    "set_constraints": "use set_constraint(name, value), once for each",
}


def _missing(trial: object, name: str) -> object:
    advice = _SAID_OTHERWISE.get(name)
    raise AttributeError(f"a trial has no attribute '{name}'" + (f"; {advice}" if advice else ""))


Trial.__getattr__ = _missing  # type: ignore[attr-defined]


class TrialState(enum.IntEnum):
    """COMPLETE, PRUNED and FAIL trials are finished, and never change again."""

    RUNNING = 0
    COMPLETE = 1
    PRUNED = 2
    FAIL = 3
    WAITING = 4

    def is_finished(self) -> bool:
        return self in (TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL)

    def __repr__(self) -> str:
        return f"TrialState.{self.name}"

    __str__ = __repr__


class StudyDirection(enum.IntEnum):
    """NOT_SET is found in studies of other libraries alone."""

    NOT_SET = 0
    MINIMIZE = 1
    MAXIMIZE = 2

    def __repr__(self) -> str:
        return f"StudyDirection.{self.name}"

    __str__ = __repr__


def local_time(microseconds: int) -> datetime.datetime:
    """The engine's time, UTC microseconds since 1970, as local time without a zone."""
    seconds, rest = divmod(microseconds, 1_000_000)
    return datetime.datetime.fromtimestamp(seconds) + datetime.timedelta(microseconds=rest)


def microseconds(moment: datetime.datetime) -> int:
    """The inverse; times with a zone are understood as well."""
    whole = int(moment.replace(microsecond=0).timestamp())
    return whole * 1_000_000 + moment.microsecond


class _Replay:
    """Answers from values that are known already."""

    number: int
    __getattr__ = _missing

    def _known(self, name: str) -> Any:
        raise NotImplementedError

    def suggest_float(
        self, name: str, low: float, high: float, *, step: Optional[float] = None, log: bool = False
    ) -> float:
        return float(self.suggest(name, FloatDistribution(low, high, log, step)))

    def suggest_int(self, name: str, low: int, high: int, *, step: int = 1, log: bool = False) -> int:
        return int(self.suggest(name, IntDistribution(low, high, log, step)))

    def suggest_categorical(self, name: str, choices: Sequence[Any]) -> Any:
        return self.suggest(name, CategoricalDistribution(choices))

    def suggest(self, name: str, distribution: Distribution) -> Any:
        value = self._known(name)
        if not distribution.contains(value):
            raise TrialError(f"trial {self.number}: the value {value!r} of '{name}' is not in {distribution!r}")
        return value


class FixedTrial(_Replay):
    """Runs an objective with given values, outside of any study: ``objective(FixedTrial({"x": 1.0}))``."""

    def __init__(self, params: Dict[str, Any], number: int = 0) -> None:
        self.number = number
        self._values = dict(params)
        self.params: Dict[str, Any] = {}
        self.distributions: Dict[str, Distribution] = {}
        self.user_attrs: Dict[str, Any] = {}
        self.system_attrs: Dict[str, Any] = {}
        self.constraints: Dict[str, float] = {}
        self.intermediate_values: Dict[int, float] = {}
        self.datetime_start = datetime.datetime.now()

    def _known(self, name: str) -> Any:
        try:
            return self._values[name]
        except KeyError:
            raise TrialError(f"the fixed trial has no value for '{name}'") from None

    def suggest(self, name: str, distribution: Distribution) -> Any:
        value = super().suggest(name, distribution)
        self.params[name] = value
        self.distributions[name] = distribution
        return value

    def report(self, value: float, step: int, *, metric: str = "") -> None:
        if not metric:
            self.intermediate_values.setdefault(step, float(value))

    def should_prune(self) -> bool:
        return False

    def set_user_attr(self, key: str, value: Any) -> None:
        self.user_attrs[key] = value

    def set_system_attr(self, key: str, value: Any) -> None:
        self.system_attrs[key] = value

    def set_constraint(self, key: str, value: float) -> None:
        self.constraints[key] = float(value)


class FrozenTrial(_Replay):
    """A trial as a value. It answers ``suggest_*``, so that an objective can be run again with it."""

    def __init__(
        self,
        number: int,
        state: TrialState,
        value: Optional[float] = None,
        datetime_start: Optional[datetime.datetime] = None,
        datetime_complete: Optional[datetime.datetime] = None,
        params: Optional[Dict[str, Any]] = None,
        distributions: Optional[Dict[str, Distribution]] = None,
        user_attrs: Optional[Dict[str, Any]] = None,
        system_attrs: Optional[Dict[str, Any]] = None,
        intermediate_values: Optional[Dict[int, float]] = None,
        trial_id: int = -1,
        *,
        values: Optional[Sequence[float]] = None,
        constraints: Optional[Dict[str, float]] = None,
        named_reports: Optional[Dict[str, Dict[int, float]]] = None,
    ) -> None:
        if value is not None and values is not None:
            raise ValueError("value and values say the same twice; leave one of them out")
        self.number = number
        self.state = TrialState(state)
        self.values: Optional[List[float]] = [value] if value is not None else None if values is None else list(values)
        self.datetime_start = datetime_start
        self.datetime_complete = datetime_complete
        self.params = dict(params or {})
        self.distributions = dict(distributions or {})
        self.user_attrs = dict(user_attrs or {})
        self.system_attrs = dict(system_attrs or {})
        self.intermediate_values = dict(intermediate_values or {})
        self.constraints = dict(constraints or {})
        #: Reports with a name, by metric and step.
        self.named_reports = dict(named_reports or {})
        self._trial_id = number if trial_id < 0 else trial_id

    @classmethod
    def _of(
        cls, number, state, values, start, complete, params, distributions, user_attrs, system_attrs,
        intermediate_values, constraints, named_reports,
    ) -> FrozenTrial:  # fmt: skip
        trial = cls.__new__(cls)
        trial.number = trial._trial_id = number
        trial.state = TrialState(state)
        trial.values = values
        trial.datetime_start = start
        trial.datetime_complete = complete
        trial.params = params
        trial.distributions = distributions
        trial.user_attrs = user_attrs
        trial.system_attrs = system_attrs
        trial.intermediate_values = intermediate_values
        trial.constraints = constraints
        trial.named_reports = named_reports
        return trial

    @property
    def value(self) -> Optional[float]:
        """The one objective's value; None if there is none."""
        if self.values is None:
            return None
        if len(self.values) > 1:
            raise RuntimeError("the trial has several values; use `values`")
        return self.values[0]

    @property
    def duration(self) -> Optional[datetime.timedelta]:
        if self.datetime_start is None or self.datetime_complete is None:
            return None
        return self.datetime_complete - self.datetime_start

    @property
    def last_step(self) -> Optional[int]:
        return max(self.intermediate_values, default=None)

    @property
    def feasible(self) -> bool:
        return all(value <= 0.0 for value in self.constraints.values())

    def _known(self, name: str) -> Any:
        try:
            return self.params[name]
        except KeyError:
            raise TrialError(f"trial {self.number} has no value for '{name}'") from None

    def report(self, value: float, step: int, *, metric: str = "") -> None:
        """Does nothing: the trial's reports are known."""

    def should_prune(self) -> bool:
        return False

    def set_user_attr(self, key: str, value: Any) -> None:
        self.user_attrs[key] = value

    def set_system_attr(self, key: str, value: Any) -> None:
        self.system_attrs[key] = value

    def set_constraint(self, key: str, value: float) -> None:
        self.constraints[key] = float(value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FrozenTrial) and self.__dict__ == other.__dict__

    def __lt__(self, other: FrozenTrial) -> bool:
        return self.number < other.number

    def __hash__(self) -> int:
        return hash((self.number, self.state))

    def __repr__(self) -> str:
        parts = [f"number={self.number}", f"state={self.state!r}", f"values={self.values}", f"params={self.params}"]
        for name in ("user_attrs", "constraints", "intermediate_values"):
            if getattr(self, name):
                parts.append(f"{name}={getattr(self, name)}")
        return f"FrozenTrial({', '.join(parts)})"


def create_trial(
    *,
    state: TrialState = TrialState.COMPLETE,
    value: Optional[float] = None,
    values: Optional[Sequence[float]] = None,
    params: Optional[Dict[str, Any]] = None,
    distributions: Optional[Dict[str, Distribution]] = None,
    user_attrs: Optional[Dict[str, Any]] = None,
    system_attrs: Optional[Dict[str, Any]] = None,
    intermediate_values: Optional[Dict[int, float]] = None,
    constraints: Optional[Dict[str, float]] = None,
) -> FrozenTrial:
    """A trial that was run elsewhere, for `Study.add_trial`. It starts and ends now."""
    params = copy.copy(params or {})
    distributions = copy.copy(distributions or {})
    if params.keys() != distributions.keys():
        raise ValueError(
            f"params and distributions must have the same names, but have {sorted(params)} and {sorted(distributions)}"
        )
    for name, given in params.items():
        if not distributions[name].contains(given):
            raise ValueError(f"the value {given!r} of '{name}' is not in {distributions[name]!r}")
    state = TrialState(state)
    if state == TrialState.COMPLETE and value is None and values is None:
        raise ValueError("a COMPLETE trial needs a value for each objective")
    if any(math.isnan(v) for v in ([value] if value is not None else values or [])):
        raise ValueError("a value is NaN")
    now = datetime.datetime.now()
    return FrozenTrial(
        number=-1,
        state=state,
        value=value,
        values=values,
        datetime_start=None if state == TrialState.WAITING else now,
        datetime_complete=now if state.is_finished() else None,
        params=params,
        distributions=distributions,
        user_attrs=user_attrs,
        system_attrs=system_attrs,
        intermediate_values=intermediate_values,
        constraints=constraints,
    )
