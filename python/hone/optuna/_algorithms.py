# SPDX-License-Identifier: MIT
"""hone's samplers and pruners in a study of Optuna."""

from __future__ import annotations

import random
import threading
import weakref
from typing import Any, Dict, Optional, Set, Union

import optuna
from optuna.distributions import BaseDistribution

from hone import _core, _plugins
from hone.optuna._convert import distribution_to_optuna


class _Feed:
    """One study of Optuna as a session of hone: told of each trial when it changes."""

    def __init__(self, study: "optuna.Study", seed: int, sampler: Optional[tuple], pruner: Optional[tuple]) -> None:
        directions = [int(direction) for direction in study.directions]
        self.session = _core.AlgorithmSession(study.study_name, directions, seed, sampler, pruner)
        self._lock = threading.Lock()
        self._first_open = 0  # all trials of lower numbers are finished and known
        self._finished: Set[int] = set()

    def update(self, study: "optuna.Study", current: "optuna.trial.FrozenTrial", with_current: bool = False) -> None:
        trials = study._storage.get_all_trials(study._study_id, deepcopy=False)
        with self._lock:
            for trial in trials[self._first_open :]:
                if trial.number in self._finished or (trial.number == current.number and not with_current):
                    continue
                self.session.feed(trial)
                if trial.state.is_finished():
                    self._finished.add(trial.number)
            while self._first_open in self._finished:
                self._finished.remove(self._first_open)
                self._first_open += 1


class _Session:
    """The feeds of an algorithm, one a study."""

    kind = ""

    def __init__(self, algorithm: Union[str, _plugins.Plugin], seed: Optional[int], options: Dict[str, Any]) -> None:
        if isinstance(algorithm, str) and options:
            algorithm = _plugins.look_up(self.kind, algorithm)(**options)
        spec = _plugins.spec_of(algorithm, self.kind)
        if not isinstance(spec, tuple) or len(spec) > 2:
            raise TypeError(f"{algorithm!r} is written in Python; write it against Optuna's base class instead")
        self._spec = spec
        self._seed = seed if seed is not None else getattr(algorithm, "seed", None)
        if self._seed is None:
            self._seed = random.SystemRandom().getrandbits(63)
        self._feeds: "weakref.WeakKeyDictionary[Any, Dict[int, _Feed]]" = weakref.WeakKeyDictionary()
        self._lock = threading.Lock()

    def _feed(self, study: "optuna.Study") -> _Feed:
        with self._lock:
            feeds = self._feeds.setdefault(study._storage, {})
            if study._study_id not in feeds:
                sampler = self._spec if self.kind == "sampler" else None
                pruner = self._spec if self.kind == "pruner" else None
                feeds[study._study_id] = _Feed(study, self._seed, sampler, pruner)
            return feeds[study._study_id]

    def __getstate__(self) -> Dict[str, Any]:
        return {"_spec": self._spec, "_seed": self._seed}

    def __setstate__(self, state: Dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._feeds = weakref.WeakKeyDictionary()
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"hone.optuna.{type(self).__name__}({self._spec[0]!r})"


class Sampler(_Session, optuna.samplers.BaseSampler):
    """A sampler of hone for Optuna's studies: ``Sampler("tpe", multivariate=True, seed=1)``."""

    kind = "sampler"

    def __init__(
        self, sampler: Union[str, _plugins.Plugin] = "tpe", *, seed: Optional[int] = None, **options: Any
    ) -> None:
        super().__init__(sampler, seed, options)

    def infer_relative_search_space(
        self, study: "optuna.Study", trial: "optuna.trial.FrozenTrial"
    ) -> Dict[str, BaseDistribution]:
        feed = self._feed(study)
        feed.update(study, trial)
        return {name: distribution_to_optuna(d) for name, d in feed.session.infer(trial).items()}

    def sample_relative(
        self, study: "optuna.Study", trial: "optuna.trial.FrozenTrial", search_space: Dict[str, BaseDistribution]
    ) -> Dict[str, Any]:
        if not search_space:
            return {}
        feed = self._feed(study)
        feed.update(study, trial)
        return feed.session.sample_relative(trial, search_space)

    def sample_independent(
        self,
        study: "optuna.Study",
        trial: "optuna.trial.FrozenTrial",
        param_name: str,
        param_distribution: BaseDistribution,
    ) -> Any:
        feed = self._feed(study)
        feed.update(study, trial)
        return feed.session.sample_independent(trial, param_name, param_distribution)


class Pruner(_Session, optuna.pruners.BasePruner):
    """A pruner of hone for Optuna's studies: ``Pruner("median", n_warmup_steps=5)``."""

    kind = "pruner"

    def __init__(
        self, pruner: Union[str, _plugins.Plugin] = "median", *, seed: Optional[int] = None, **options: Any
    ) -> None:
        super().__init__(pruner, seed, options)

    def prune(self, study: "optuna.Study", trial: "optuna.trial.FrozenTrial") -> bool:
        feed = self._feed(study)
        feed.update(study, trial, with_current=True)
        return feed.session.should_prune(trial)
