# SPDX-License-Identifier: MIT
"""HoneSearchCV with the real scikit-learn."""

import pytest

pytest.importorskip("sklearn", reason="needs the package scikit-learn")

from sklearn.datasets import load_iris  # noqa: E402
from sklearn.linear_model import LogisticRegression, Ridge  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import MinMaxScaler, StandardScaler  # noqa: E402
from sklearn.svm import SVC  # noqa: E402
from sklearn.utils.estimator_checks import parametrize_with_checks  # noqa: E402

from hone.distributions import FloatDistribution  # noqa: E402
from hone.integrations.sklearn import HoneSearchCV  # noqa: E402

REAL = FloatDistribution(1e-3, 1e3, log=True)


def known_failures(search):
    if isinstance(search.estimator, Ridge):
        # Ridge takes several targets and the search does not say so: RandomizedSearchCV fails it likewise.
        return {"check_supervised_y_2d": "as scikit-learn's own searches"}
    return {}


@parametrize_with_checks(
    [
        HoneSearchCV(Ridge(), {"alpha": REAL}, n_trials=2, cv=2, random_state=0),
        HoneSearchCV(
            LogisticRegression(max_iter=50), {"C": REAL}, n_trials=2, cv=2, random_state=0, error_score="raise"
        ),
    ],
    expected_failed_checks=known_failures,
)
def test_scikit_learns_own_checks(estimator, check):
    check(estimator)


def test_a_search_finds_a_good_setting():
    data, target = load_iris(return_X_y=True)
    search = HoneSearchCV(
        SVC(),
        {"C": REAL, "gamma": REAL, "kernel": ["rbf", "linear"], "degree": (2, 3)},
        n_trials=15,
        cv=3,
        random_state=1,
    )
    search.fit(data, target)
    assert search.best_score_ > 0.95
    assert search.best_params_ == search.study_.best_params
    assert search.best_score_ == pytest.approx(search.study_.best_value)
    assert len(search.cv_results_["params"]) == 15 == len(search.study_.trials)
    assert search.score(data, target) > 0.95


def test_choices_may_be_objects():
    data, target = load_iris(return_X_y=True)
    scalers = [StandardScaler(), MinMaxScaler(), "passthrough"]
    pipeline = make_pipeline(StandardScaler(), SVC())
    search = HoneSearchCV(pipeline, {"standardscaler": scalers, "svc__C": REAL}, n_trials=6, cv=2, random_state=1)
    search.fit(data, target)
    assert any(search.best_params_["standardscaler"] is scaler for scaler in scalers)


def test_a_setting_that_fails_is_passed_over():
    data, target = load_iris(return_X_y=True)
    search = HoneSearchCV(SVC(), {"C": [1.0, -1.0]}, n_trials=6, sampler="random", cv=2, random_state=1)
    search.fit(data, target)
    assert search.best_params_ == {"C": 1.0}
    assert {t.state.name for t in search.study_.trials} == {"COMPLETE", "FAIL"}
    with pytest.raises(ValueError, match="All the 2 fits failed"):
        HoneSearchCV(SVC(), {"C": [-1.0, -2.0]}, n_trials=3, cv=2).fit(data, target)
