# SPDX-License-Identifier: MIT
"""What values a parameter may take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional, Sequence, Tuple, Union

from hone import _core

__all__ = ["CategoricalDistribution", "ChoiceType", "Distribution", "FloatDistribution", "IntDistribution"]

ChoiceType = Union[None, bool, int, float, str]


class Distribution:
    """The base of the three kinds."""

    def _check(self) -> None:
        problem = _core.problem_of_distribution(self)
        if problem is not None:
            raise ValueError(problem)

    def _contains(self, internal: float) -> bool:
        return _core.contains(self, internal)

    def contains(self, value: ChoiceType) -> bool:
        """Whether the value, as users see it, is a possible one."""
        internal = _core.to_internal(self, value)
        return internal is not None and _core.contains(self, internal)

    def single(self) -> bool:
        """Whether only one value is possible."""
        raise NotImplementedError

    def to_internal_repr(self, value: ChoiceType) -> float:
        """The value as the engine keeps it: an index for a choice, a float otherwise."""
        internal = _core.to_internal(self, value)
        if internal is None:
            raise ValueError(f"{value!r} cannot be a value of {self!r}")
        return internal

    def to_external_repr(self, internal: float) -> ChoiceType:
        """The inverse."""
        raise NotImplementedError


@dataclass(frozen=True)
class FloatDistribution(Distribution):
    """A real number in [low, high]; on the grid low, low + step, ... with ``step``; uniform in the logarithm with
    ``log``."""

    low: float
    high: float
    log: bool = False
    step: Optional[float] = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "low", float(self.low))
        object.__setattr__(self, "high", float(self.high))
        if self.step is not None:
            object.__setattr__(self, "step", float(self.step))
        self._check()

    def single(self) -> bool:
        return self.low == self.high or (self.step is not None and self.high - self.low < self.step)

    def to_external_repr(self, internal: float) -> float:
        return internal


@dataclass(frozen=True)
class IntDistribution(Distribution):
    """A whole number in [low, high] on the grid low, low + step, ..."""

    low: int
    high: int
    log: bool = False
    step: int = 1

    def __post_init__(self) -> None:
        for field in ("low", "high", "step"):
            object.__setattr__(self, field, int(getattr(self, field)))
        self._check()

    def single(self) -> bool:
        return self.high - self.low < self.step

    def to_external_repr(self, internal: float) -> int:
        return int(internal)


@dataclass(frozen=True)
class CategoricalDistribution(Distribution):
    """One of a list of choices, each None, a bool, an int, a float or a str."""

    choices: Tuple[ChoiceType, ...]

    def __init__(self, choices: Sequence[ChoiceType]) -> None:
        object.__setattr__(self, "choices", tuple(choices))
        self._check()

    def single(self) -> bool:
        return len(self.choices) == 1

    def to_external_repr(self, internal: float) -> ChoiceType:
        return self.choices[int(internal)]
