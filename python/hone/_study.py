# SPDX-License-Identifier: MIT
"""A study: ask, tell, optimize, and what came of it."""

from __future__ import annotations

import atexit
import contextlib
import gc
import os
import threading
import weakref
from typing import TYPE_CHECKING, Any, Callable, Dict, Iterable, List, Optional, Sequence, Tuple, Type, Union

from hone import _core, _plugins
from hone import logging as hone_logging
from hone._progress import ProgressBar
from hone._sampler import Pruner, Sampler
from hone.distributions import Distribution
from hone.exceptions import ConfigError, TrialError
from hone.storages import BaseStorage
from hone.trial import FrozenTrial, StudyDirection, Trial, TrialState

if TYPE_CHECKING:
    import pandas

Objective = Callable[[Trial], Union[float, Sequence[float]]]
Callback = Callable[["Study", FrozenTrial], None]
SamplerLike = Union[str, Dict[str, Any], _plugins.Plugin, Sampler]
PrunerLike = Union[str, Dict[str, Any], _plugins.Plugin, Pruner]
Space = Dict[str, Distribution]
StorageLike = Union[None, str, os.PathLike, BaseStorage]

_live_studies: "weakref.WeakSet[Study]" = weakref.WeakSet()


def _spec(given: Any, kind: str) -> Any:
    return None if given is None else _plugins.spec_of(given, kind)


class Study:
    """Made by `create_study` or `load_study`. Thread-safe."""

    def __init__(
        self, engine: _core.Study, storage: BaseStorage, sampler: Any, pruner: Any, space: Optional[Space] = None
    ) -> None:
        self._engine_object = engine
        self._storage_object = storage
        self._sampler = sampler
        self._pruner = pruner
        self._space = space
        self._loops: List[None] = []  # one for each call of optimize that runs
        self._forked = False
        _live_studies.add(self)

    @property
    def _engine(self) -> _core.Study:
        if self._forked:
            self._reopen()
        _core.refuse_inside_plugin(self._engine_object)
        return self._engine_object

    def _reopen(self) -> None:
        with _reopening:
            if self._forked:
                self._engine_object = _load_engine(
                    self._engine_object.name, self._storage_object, self._sampler, self._pruner, self._space
                )
                self._forked = False

    def __reduce__(self) -> tuple:
        return _unpickle, (self.study_name, self._storage_object, self._sampler, self._pruner, self._space)

    # ---- running

    def optimize(
        self,
        func: Objective,
        n_trials: Optional[int] = None,
        timeout: Optional[float] = None,
        n_jobs: int = 1,
        catch: Union[Type[Exception], Iterable[Type[Exception]]] = (),
        callbacks: Optional[Iterable[Callback]] = None,
        gc_after_trial: bool = False,
        show_progress_bar: bool = False,
        *,
        budget: Optional[int] = None,
    ) -> None:
        """Runs the objective on new trials.

        :param n_trials: trials of this call; without it, and without `timeout`, runs until `stop` or Ctrl-C
        :param timeout: seconds, checked between trials
        :param n_jobs: threads that run the objective; -1 for as many as there are processors
        :param catch: exceptions that make a trial FAIL and let the study go on; others are raised here
        :param callbacks: each called as ``callback(study, frozen_trial)`` after each trial, one at a time
        :param budget: the number of finished trials of the study, of all its workers together, to stop at
        """
        if n_jobs == 0 or n_jobs < -1:
            raise ConfigError(f"n_jobs is {n_jobs}, but must be at least 1, or -1 for all processors")
        if n_trials is not None and n_trials < 0:
            raise ConfigError(f"n_trials is {n_trials}, but must not be negative")
        caught = catch if isinstance(catch, type) else tuple(catch)
        after = list(callbacks or ())
        bar = ProgressBar(n_trials, timeout) if show_progress_bar else None
        verbose = hone_logging.get_verbosity() <= hone_logging.INFO

        def after_trial(trial: FrozenTrial) -> None:
            if verbose:
                self._log_end(trial)
            for callback in after:
                callback(self, trial)
            if any(observer.stops(self.study_name) for observer in observers):
                self.stop()
            if bar is not None:
                bar.update(self._best_in_words())
            if gc_after_trial:
                gc.collect()

        observers = self._observers()
        if observers:
            func = self._observed(func, observers)
            for observer in observers:
                observer.stops(self.study_name)  # what was said outside of this loop is forgotten
        needed = after or bar or verbose or gc_after_trial or observers
        self._loops.append(None)
        try:
            self._engine.optimize(
                func, n_trials, budget, timeout, 0 if n_jobs == -1 else n_jobs, caught, after_trial if needed else None
            )
        finally:
            self._loops.pop()
            if bar is not None:
                bar.close()

    def stop(self) -> None:
        """Ends a running `optimize` after the running trials."""
        self._engine_object.stop()

    def ask(
        self, fixed_distributions: Optional[Dict[str, Distribution]] = None, *, lease: Optional[float] = None
    ) -> Trial:
        """A trial for a program that owns the loop; tell it within the lease (seconds, a day by default)."""
        return self._engine.ask(None, fixed_distributions, lease)

    def tell(
        self,
        trial: Union[Trial, int],
        values: Union[None, float, Sequence[float]] = None,
        state: Optional[TrialState] = None,
        skip_if_finished: bool = False,
    ) -> FrozenTrial:
        """Ends a trial: COMPLETE with values, or PRUNED or FAIL without. Values that cannot be used make it FAIL."""
        if not isinstance(trial, (Trial, int)):
            raise TypeError(f"{trial!r} is neither a trial nor a trial's number")
        reason = ""
        numbers: Optional[List[float]] = None
        if values is not None:
            try:
                numbers = _numbers(values)
            except (TypeError, ValueError):
                if state is not None:
                    raise ConfigError(f"the values {values!r} are no numbers") from None
                reason, state = f"the values {values!r} are no numbers", TrialState.FAIL
        number = trial if isinstance(trial, int) else trial.number
        for observer in self._observers():
            observer.trial_ends(self.study_name, number, self._engine.trial(number).user_attrs)
        return self._engine.tell(trial, numbers, None if state is None else int(state), skip_if_finished, reason)

    def enqueue_trial(
        self, params: Dict[str, Any], user_attrs: Optional[Dict[str, Any]] = None, skip_if_exists: bool = False
    ) -> None:
        """Adds a waiting trial with these values, to be run next; parameters that are not named are drawn."""
        self._engine.enqueue_trial(params, user_attrs, skip_if_exists)

    def add_trial(self, trial: FrozenTrial) -> None:
        """Adds a trial that was run elsewhere; it gets a new number."""
        self._engine.add_trial(trial)

    def add_trials(self, trials: Iterable[FrozenTrial]) -> None:
        for trial in trials:
            self.add_trial(trial)

    # ---- what came of it

    @property
    def best_trial(self) -> FrozenTrial:
        """The best COMPLETE trial that violates no constraint."""
        best = self._engine.best_trial()
        if best is None:
            raise TrialError(f"the study '{self.study_name}' has no COMPLETE trial yet that violates no constraint")
        return best

    @property
    def best_trials(self) -> List[FrozenTrial]:
        """The Pareto front of the COMPLETE trials that violate no constraint."""
        return self._engine.best_trials()

    @property
    def best_value(self) -> float:
        return self.best_trial.values[0]  # type: ignore[index]

    @property
    def best_params(self) -> Dict[str, Any]:
        return self.best_trial.params

    @property
    def trials(self) -> List[FrozenTrial]:
        """All trials, ascending in number."""
        return self.get_trials()

    def get_trials(self, deepcopy: bool = True, states: Optional[Iterable[TrialState]] = None) -> List[FrozenTrial]:
        """The trials of the given states; always copies, which are cheap here."""
        del deepcopy
        wanted = None if states is None else [int(state) for state in states]
        return [] if wanted == [] else self._engine.trials(wanted or [])

    def trials_dataframe(
        self,
        attrs: Tuple[str, ...] = (
            "number",
            "value",
            "datetime_start",
            "datetime_complete",
            "duration",
            "params",
            "user_attrs",
            "system_attrs",
            "state",
        ),
        multi_index: bool = False,
    ) -> "pandas.DataFrame":
        """The trials as a table of pandas."""
        from hone._dataframe import trials_dataframe

        return trials_dataframe(self, attrs, multi_index)

    # ---- facts about the study

    @property
    def study_name(self) -> str:
        return self._engine_object.name

    @property
    def seed(self) -> int:
        """The seed of all random numbers of the study."""
        return self._engine.seed

    @property
    def direction(self) -> StudyDirection:
        if len(self.directions) > 1:
            raise TrialError("the study has several objectives; use `directions`")
        return self.directions[0]

    @property
    def directions(self) -> List[StudyDirection]:
        return [StudyDirection(number) for number in self._engine_object.directions]

    @property
    def is_shared(self) -> bool:
        """Whether other processes can take part: the study is in a file or a database."""
        return self._storage_object._opened_object.shared

    @property
    def sampler(self) -> Any:
        """As it was given. It can be set between two calls of `optimize`, and draws the trials that begin then; the
        study's seed stays."""
        return _plugins.class_of("sampler", "tpe")() if self._sampler is None else self._sampler

    @sampler.setter
    def sampler(self, sampler: SamplerLike) -> None:
        self._go_on_with(sampler, self._pruner)

    @property
    def pruner(self) -> Any:
        """Likewise."""
        default = "median" if len(self.directions) == 1 else "nop"
        return _plugins.class_of("pruner", default)() if self._pruner is None else self._pruner

    @pruner.setter
    def pruner(self, pruner: PrunerLike) -> None:
        self._go_on_with(self._sampler, pruner)

    def _go_on_with(self, sampler: Any, pruner: Any) -> None:
        if self._loops:
            raise ConfigError("sampler and pruner cannot be set while optimize runs; set them after it")
        engine = _load_engine(self._engine.name, self._storage_object, sampler, pruner, self._space)
        engine.seed  # makes it build both, so that what is wrong with them is said here
        self._engine_object, self._sampler, self._pruner = engine, sampler, pruner

    @property
    def user_attrs(self) -> Dict[str, Any]:
        return self._engine.user_attrs()

    @property
    def system_attrs(self) -> Dict[str, Any]:
        return self._engine.system_attrs()

    def set_user_attr(self, key: str, value: Any) -> None:
        self._engine.set_user_attr(key, value)

    def set_system_attr(self, key: str, value: Any) -> None:
        self._engine.set_system_attr(key, value)

    @property
    def metric_names(self) -> Optional[List[str]]:
        return self._engine.metric_names() or None

    def set_metric_names(self, metric_names: List[str]) -> None:
        """One name for each objective."""
        self._engine.set_metric_names(list(metric_names))

    def _observers(self) -> List[Any]:
        # Samplers of other libraries, which ask for the user's attributes at a trial's end and may end the loop.
        objects = _plugins.python_objects(self._sampler, "sampler")
        return [each for each in objects if hasattr(each, "trial_ends")]

    def _observed(self, func: Objective, observers: List[Any]) -> Objective:
        def observed(trial: Trial) -> Union[float, Sequence[float]]:
            try:
                return func(trial)
            finally:
                with contextlib.suppress(TrialError):  # of a trial that another worker has taken over
                    attributes = trial.user_attrs
                    for observer in observers:
                        observer.trial_ends(self.study_name, trial.number, attributes)

        return observed

    def __repr__(self) -> str:
        return f"<hone.Study '{self._engine_object.name}' in {self._storage_object.location}>"

    def _best_in_words(self) -> Optional[str]:
        if len(self._engine_object.directions) > 1:
            return None
        best = self._engine.best_trial()
        return None if best is None else f"best value {best.values[0]:g} in trial {best.number}"

    def _log_end(self, trial: FrozenTrial) -> None:
        if trial.state == TrialState.COMPLETE:
            best = self._best_in_words()
            ended = f"finished with {_values_in_words(trial)} and parameters {trial.params}"
            hone_logging.get_logger().info(f"Trial {trial.number} {ended}" + (f"; {best}" if best else "") + ".")
        elif trial.state == TrialState.PRUNED:
            hone_logging.get_logger().info(f"Trial {trial.number} was pruned.")
        else:
            reason = trial.system_attrs.get("hone:fail_reason", "for an unknown reason")
            hone_logging.get_logger().info(f"Trial {trial.number} failed: {reason}")


def _values_in_words(trial: FrozenTrial) -> str:
    values = trial.values or []
    return f"value {values[0]}" if len(values) == 1 else f"values {values}"


def _numbers(values: Union[float, Sequence[float]]) -> List[float]:
    if isinstance(values, (str, bytes)):
        raise ValueError(values)
    if hasattr(values, "__len__") and not (hasattr(values, "shape") and values.shape == ()):
        return [float(value) for value in values]  # type: ignore[union-attr]
    return [float(values)]  # type: ignore[arg-type]


def _load_engine(
    name: Optional[str], storage: BaseStorage, sampler: Any, pruner: Any, space: Optional[Space]
) -> _core.Study:
    return _core.Study.load(
        name=name,
        storage=storage._opened,
        sampler=_spec(sampler, "sampler"),
        pruner=_spec(pruner, "pruner"),
        space=space,
    )


def _unpickle(name: str, storage: BaseStorage, sampler: Any, pruner: Any, space: Optional[Space]) -> Study:
    return Study(_load_engine(name, storage, sampler, pruner, space), storage, sampler, pruner, space)


# ---- processes

# Threads that the interpreter does not wait for (daemons) may be optimizing when it ends.
atexit.register(_core.end_loops, 2.0)

_reopening = threading.Lock()


def _after_fork() -> None:
    """As for storages: the parent's engines are neither used nor closed in a child."""
    global _reopening
    _reopening = threading.Lock()
    for study in list(_live_studies):
        _core.keep_for_ever(study._engine_object)
        study._forked = study._storage_object._opened_object.shared


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
