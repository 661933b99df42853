# SPDX-License-Identifier: MIT
"""Samplers and pruners written in Python."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Dict, List, Optional

if TYPE_CHECKING:
    from hone._core import StudyView
    from hone.distributions import Distribution
    from hone.trial import TrialState


class FactPending(BaseException):
    """Ends a sampler's function until a fact is published. Let it through."""


class TrialView:
    """The trial at hand: its number, and what it has suggested and reported so far."""

    __slots__ = ("number", "params", "_study")

    def __init__(self, number: int, params: Dict[str, Any], study: StudyView) -> None:
        self.number = number
        self.params = params
        self._study = study

    @property
    def distributions(self) -> Dict[str, Distribution]:
        """Of what it has suggested so far."""
        return self._study._suggested

    @property
    def intermediate_values(self) -> Dict[int, float]:
        return dict(self._study.history.reports(self.number))

    @property
    def last_step(self) -> Optional[int]:
        return max(self.intermediate_values, default=None)


class Sampler:
    """The base of samplers written in Python.

    A sampler should be a function of the study's seed, the trial's number and the history that it is shown; draw all
    random numbers from ``study.random(trial, purpose)``. Set ``pure = True`` where that holds: `hone replay` then
    expects the same proposals again. Calls into one object are serialised.
    """

    #: Whether proposals depend on seed, number and history alone.
    pure = False

    def before_trial(self, study: StudyView, trial: TrialView) -> None:
        """Called once for a trial that begins, before anything is drawn."""

    def infer_relative_search_space(self, study: StudyView, trial: TrialView) -> Dict[str, Distribution]:
        """The parameters to draw together, such as ``study.history.distributions``. None by default."""
        return {}

    def sample_relative(
        self, study: StudyView, trial: TrialView, search_space: Dict[str, Distribution]
    ) -> Dict[str, Any]:
        """A value for each parameter of the space; those left out go to `sample_independent`."""
        return {}

    def sample_independent(
        self, study: StudyView, trial: TrialView, param_name: str, param_distribution: Distribution
    ) -> Any:
        """A value for one parameter, which may never have been seen before."""
        raise NotImplementedError(f"{type(self).__name__} must define sample_independent")

    def after_trial(
        self, study: StudyView, trial: TrialView, state: TrialState, values: List[float]
    ) -> Optional[Dict[str, Any]]:
        """Called before a trial's end is stored. May return attributes to store with it; a number with the key
        ``constraints:NAME`` becomes a constraint of the trial."""
        return None


class Pruner:
    """The base of pruners written in Python."""

    def should_prune(self, study: StudyView, trial: TrialView) -> bool:
        """Whether the trial should stop now. Its reports are ``trial.intermediate_values``. A class written for Optuna
        may define ``prune`` instead."""
        prune = getattr(self, "prune", None)
        if prune is not None:
            return prune(study, trial)
        raise NotImplementedError(f"{type(self).__name__} must define should_prune (which Optuna calls prune)")

    def cohort(self, study: StudyView, trial: TrialView) -> Optional[str]:
        """The cohort (Hyperband's bracket) of a new trial; must depend on its number and on published facts alone."""
        return None


def target_of(instance: object) -> str:
    """``module:Class``, by which an object's class is named in a config."""
    return f"{type(instance).__module__}:{type(instance).__qualname__}"


def make(target: str, options: Dict[str, Any]) -> object:
    """The object that ``module:Class`` and its keywords stand for."""
    module_name, separator, class_name = target.partition(":")
    if not separator or not module_name or not class_name:
        raise ValueError(f"'{target}' names no class; write module:Class")
    found: Any = importlib.import_module(module_name)
    for part in class_name.split("."):
        found = getattr(found, part)
    return found(**options)
