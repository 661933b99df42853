# SPDX-License-Identifier: MIT
"""HoneSearchCV with the real scikit-learn."""

import pytest

pytest.importorskip("sklearn", reason="needs the package scikit-learn")

from sklearn.datasets import load_iris  # noqa: E402
from sklearn.linear_model import LogisticRegression, Ridge  # noqa: E402
from sklearn.naive_bayes import GaussianNB  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import MinMaxScaler, StandardScaler  # noqa: E402
from sklearn.svm import SVC  # noqa: E402
from sklearn.utils.estimator_checks import parametrize_with_checks  # noqa: E402

from hone.distributions import FloatDistribution, IntDistribution  # noqa: E402
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


def test_several_scores():
    data, target = load_iris(return_X_y=True)
    scoring = ["accuracy", "neg_log_loss"]

    def search(**options):
        made = HoneSearchCV(GaussianNB(), {"var_smoothing": (1e-9, 1.0)}, n_trials=4, cv=2, random_state=1, **options)
        return made.fit(data, target)

    named = search(scoring=scoring, refit="accuracy")
    assert named.best_score_ == named.study_.best_value
    for refit in (False, lambda results: int(results["mean_test_accuracy"].argmax())):
        all_of_them = search(scoring=scoring, refit=refit)
        assert len(all_of_them.study_.directions) == 2 and all_of_them.study_.best_trials
        assert [t.values[0] for t in all_of_them.study_.trials] == list(all_of_them.cv_results_["mean_test_accuracy"])

    def both(estimator, data, target):
        return {"a": estimator.score(data, target), "b": 0.0}

    assert search(scoring=both, refit="a").study_.best_value > 0.5
    with pytest.raises(TypeError, match="name one as refit: a, b"):
        search(scoring=both, refit=False)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_distributions_of_scipy():
    stats = pytest.importorskip("scipy.stats")
    data, target = load_iris(return_X_y=True)
    space = {"C": stats.loguniform(1e-3, 1e3), "coef0": stats.uniform(-1, 3), "degree": stats.randint(2, 5)}
    search = HoneSearchCV(SVC(kernel="poly", max_iter=50), space, n_trials=2, cv=2, random_state=1).fit(data, target)
    assert search.study_.trials[0].distributions == {
        "C": FloatDistribution(1e-3, 1e3, log=True),
        "coef0": FloatDistribution(-1, 2),
        "degree": IntDistribution(2, 4),
    }
    with pytest.raises(TypeError, match=r"'C'.*'norm' has no counterpart here; give the bounds"):
        HoneSearchCV(SVC(), {"C": stats.norm(0, 1)}, n_trials=1, cv=2).fit(data, target)
