# SPDX-License-Identifier: MIT
"""A search for scikit-learn that proposes by a sampler, where `RandomizedSearchCV` draws at random."""

from __future__ import annotations

import numbers
from typing import Any, Dict, List, Mapping, Optional

try:
    from sklearn.model_selection._search import BaseSearchCV
except ImportError as error:
    raise ImportError(
        "hone.integrations.sklearn needs the package scikit-learn; install it with: pip install scikit-learn"
    ) from error

import hone
from hone.distributions import CategoricalDistribution, Distribution, FloatDistribution, IntDistribution


class HoneSearchCV(BaseSearchCV):
    """Tunes an estimator by cross-validation, as `RandomizedSearchCV` does; its attributes are the same.

    :param estimator: an estimator or pipeline
    :param param_distributions: for each parameter a distribution of `hone.distributions`, a list of choices, a pair
        of bounds, or one of SciPy's `uniform`, `loguniform` and `randint`:
        ``{"C": FloatDistribution(1e-3, 1e3, log=True), "degree": (2, 5), "kernel": ["rbf", "poly"]}``
    :param scoring: as scikit-learn has it. The search maximises the score that `refit` names; of several of which it
        names none, all, and ``study_.best_trials`` is their Pareto front
    :param n_trials: how many settings are tried
    :param timeout: seconds after which no further setting is tried
    :param sampler: a name, a class of `hone.samplers`, or an object of a class derived from `hone.Sampler`
    :param storage: where the study is kept; nothing for memory
    :param study_name: of a study that is created or gone on with; nothing for a new one
    :param random_state: the study's seed, an int or nothing. A generator of NumPy gives one.
    :param n_jobs: how many folds are fitted at a time

    After `fit`, `study_` is the study. Settings that lie in a list of choices may be of any type.
    """

    def __init__(
        self,
        estimator: Any,
        param_distributions: Mapping[str, Any],
        *,
        n_trials: int = 10,
        timeout: Optional[float] = None,
        sampler: Any = "tpe",
        storage: Any = None,
        study_name: Optional[str] = None,
        scoring: Any = None,
        n_jobs: Optional[int] = None,
        refit: Any = True,
        cv: Any = None,
        verbose: int = 0,
        pre_dispatch: Any = "2*n_jobs",
        random_state: Any = None,
        error_score: Any = float("nan"),
        return_train_score: bool = False,
    ) -> None:
        super().__init__(
            estimator=estimator,
            scoring=scoring,
            n_jobs=n_jobs,
            refit=refit,
            cv=cv,
            verbose=verbose,
            pre_dispatch=pre_dispatch,
            error_score=error_score,
            return_train_score=return_train_score,
        )
        self.param_distributions = param_distributions
        self.n_trials = n_trials
        self.timeout = timeout
        self.sampler = sampler
        self.storage = storage
        self.study_name = study_name
        self.random_state = random_state

    def __getstate__(self) -> Dict[str, Any]:
        state = dict(super().__getstate__())
        study = state.get("study_")
        if study is not None and not study.is_shared:
            # A study in memory stays behind; what it found is in the other attributes.
            del state["study_"]
        return state

    def _maximised(self) -> List[str]:
        if isinstance(self.refit, str):
            return [self.refit]
        if self.scoring is None or isinstance(self.scoring, str) or callable(self.scoring):
            return ["score"]
        return sorted(self.scoring) if isinstance(self.scoring, set) else list(self.scoring)

    def _run_search(self, evaluate_candidates: Any) -> None:
        space = {name: _parameter(name, given) for name, given in self.param_distributions.items()}
        metrics = self._maximised()
        self.study_ = hone.create_study(
            directions=["maximize"] * len(metrics),
            sampler=self.sampler,
            pruner="nop",
            storage=self.storage,
            study_name=self.study_name,
            load_if_exists=self.study_name is not None,
            seed=_seed(self.random_state),
        )

        failures: List[ValueError] = []

        def objective(trial: hone.Trial) -> List[float]:
            setting = {name: parameter.value(trial) for name, parameter in space.items()}
            try:
                results = evaluate_candidates([setting])
            except ValueError as error:
                # scikit-learn's word for a setting of which no fold could be fitted.
                failures.append(error)
                raise
            if any(f"mean_test_{metric}" not in results for metric in metrics):
                scores = ", ".join(key[len("mean_test_") :] for key in results if key.startswith("mean_test_"))
                raise TypeError(f"the search cannot tell which score to maximise; name one as refit: {scores}")
            # A score that is NaN makes the trial FAIL, and the search goes on.
            return [float(results[f"mean_test_{metric}"][-1]) for metric in metrics]

        passed_over = () if self.error_score == "raise" else ValueError
        self.study_.optimize(objective, n_trials=self.n_trials, timeout=self.timeout, catch=passed_over)
        if failures and len(failures) == len(self.study_.trials):
            raise failures[-1]


class _Parameter:
    """A parameter whose choices may be of any type."""

    def __init__(self, name: str, distribution: Distribution, choices: Optional[List[Any]] = None) -> None:
        self._name = name
        self._distribution = distribution
        self._choices = choices

    def value(self, trial: hone.Trial) -> Any:
        drawn = trial.suggest(self._name, self._distribution)
        return drawn if self._choices is None else self._choices[drawn]


def _parameter(name: str, given: Any) -> _Parameter:
    if isinstance(given, Distribution):
        return _Parameter(name, given)
    if isinstance(given, tuple) and len(given) == 2 and all(isinstance(b, numbers.Real) for b in given):
        kind = IntDistribution if all(isinstance(bound, numbers.Integral) for bound in given) else FloatDistribution
        return _Parameter(name, kind(*given))
    if hasattr(given, "rvs"):
        return _Parameter(name, _of_scipy(name, given))
    choices = list(given)
    if all(choice is None or type(choice) in (bool, int, float, str) for choice in choices):
        try:
            return _Parameter(name, CategoricalDistribution(choices))
        except ValueError:
            # Such as 1 and True: by their places.
            pass
    return _Parameter(name, CategoricalDistribution(list(range(len(choices)))), choices)


def _of_scipy(name: str, given: Any) -> Distribution:
    kind = getattr(getattr(given, "dist", None), "name", type(given).__name__)
    low, high = given.support()
    if kind == "uniform":
        return FloatDistribution(low, high)
    if kind in ("loguniform", "reciprocal"):
        return FloatDistribution(low, high, log=True)
    if kind == "randint":
        return IntDistribution(int(low), int(high))
    raise TypeError(
        f"param_distributions['{name}']: SciPy's '{kind}' has no counterpart here; give the bounds as a pair, or a "
        "distribution of hone.distributions"
    )


def _seed(random_state: Any) -> Optional[int]:
    if random_state is None or isinstance(random_state, numbers.Integral):
        return None if random_state is None else int(random_state)
    return int(random_state.randint(2**31 - 1))
