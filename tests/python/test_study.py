# SPDX-License-Identifier: MIT
"""Studies: making, running, asking, telling and reading them."""

import logging
import math

import pytest

import hone
from hone import StudyDirection, TrialState


def test_a_study_finds_the_minimum(parabola):
    study = hone.create_study(seed=1)
    study.optimize(parabola, n_trials=150)
    assert len(study.trials) == 150
    assert study.best_value < 0.1
    assert study.best_params == study.best_trial.params
    assert abs(study.best_params["x"] - 2) < 0.4 and study.best_params["y"] == -1
    assert [t.number for t in study.trials] == list(range(150))


def test_equal_seeds_give_equal_trials(parabola):
    runs = []
    for sampler in (hone.samplers.TPE(seed=5), hone.samplers.TPESampler(seed=5)):
        study = hone.create_study(sampler=sampler)
        study.optimize(parabola, n_trials=30)
        runs.append([t.params for t in study.trials])
    assert runs[0] == runs[1]
    assert study.seed == 5


def test_maximize():
    study = hone.create_study(direction="maximize", seed=1)
    study.optimize(lambda t: t.suggest_float("x", 0, 1), n_trials=40)
    assert study.direction is StudyDirection.MAXIMIZE
    assert study.best_value == max(t.value for t in study.trials) > 0.9


def test_several_objectives():
    study = hone.create_study(directions=["minimize", "maximize"], sampler="random", seed=1)

    def objective(trial):
        x = trial.suggest_float("x", 0, 1)
        return x, x * x

    study.optimize(objective, n_trials=20)
    assert study.directions == [StudyDirection.MINIMIZE, StudyDirection.MAXIMIZE]
    assert len(study.best_trials) == 20  # both rise with x, so no trial dominates another
    study.set_metric_names(["cost", "gain"])
    assert study.metric_names == ["cost", "gain"]
    for single_only in ("best_trial", "best_value", "best_params", "direction"):
        with pytest.raises(RuntimeError, match="several objectives"):
            getattr(study, single_only)


def test_names_and_dicts_name_algorithms(parabola):
    for sampler in ("random", {"plugin": "tpe", "multivariate": False}, hone.samplers.RandomSampler()):
        study = hone.create_study(sampler=sampler, pruner="nop")
        study.optimize(parabola, n_trials=12)
        assert study.sampler is sampler and study.pruner == "nop"


def test_ask_and_tell():
    study = hone.create_study(sampler="random", seed=1)
    trial = study.ask()
    x = trial.suggest_float("x", 0, 1)
    assert study.trials[0].state == TrialState.RUNNING
    told = study.tell(trial, 2.5)
    assert (told.number, told.value, told.params, told.state) == (0, 2.5, {"x": x}, TrialState.COMPLETE)
    assert trial.number == 0 and trial.params == {"x": x}
    with pytest.raises(hone.TrialError, match="finished already"):
        study.tell(0, 3.0)
    assert study.tell(0, 3.0, skip_if_finished=True).value == 2.5

    by_number = study.ask()
    assert study.tell(by_number.number, state=TrialState.PRUNED).state == TrialState.PRUNED
    failed = study.ask()
    assert study.tell(failed, state=TrialState.FAIL).state == TrialState.FAIL
    assert study.tell(study.ask(), float("nan")).state == TrialState.FAIL
    assert study.tell(study.ask(), "text").state == TrialState.FAIL
    with pytest.raises(hone.TrialError, match="has no trial 99"):
        study.tell(99, 1.0)
    with pytest.raises(TypeError, match="neither a trial nor a trial's number"):
        study.tell("0", 1.0)


def test_ask_with_distributions():
    study = hone.create_study(sampler="random")
    space = {
        "a": hone.distributions.FloatDistribution(1e-3, 1, log=True),
        "b": hone.distributions.CategoricalDistribution(["u", "v"]),
    }
    trial = study.ask(space)
    assert set(trial.params) == {"a", "b"}
    assert trial.distributions == space
    assert study.trials[0].params == trial.params


def test_enqueued_trials_come_first():
    study = hone.create_study(sampler="random")
    study.enqueue_trial({"x": 0.25}, user_attrs={"why": "a guess"})
    study.enqueue_trial({"x": 0.25}, skip_if_exists=True)
    study.enqueue_trial({})
    assert [t.state for t in study.trials] == [TrialState.WAITING] * 2
    study.optimize(lambda t: t.suggest_float("x", 0, 1), n_trials=3)
    assert study.trials[0].params == {"x": 0.25}
    assert study.trials[0].user_attrs == {"why": "a guess"}
    assert len(study.trials) == 3


def test_added_trials_are_kept_as_they_are():
    study = hone.create_study()
    trial = hone.create_trial(
        value=1.5,
        params={"x": 0.5, "c": None},
        distributions={
            "x": hone.distributions.FloatDistribution(0, 1),
            "c": hone.distributions.CategoricalDistribution([None, True]),
        },
        user_attrs={"a": [1, {"b": None}]},
        intermediate_values={0: 3.0, 5: math.inf},
        constraints={"size": -1.0},
    )
    study.add_trial(trial)
    kept = study.trials[0]
    for field in ("state", "values", "params", "distributions", "user_attrs", "intermediate_values", "constraints"):
        assert getattr(kept, field) == getattr(trial, field)
    assert abs((kept.datetime_start - trial.datetime_start).total_seconds()) < 1e-5
    with pytest.raises(ValueError, match="is not in"):
        hone.create_trial(value=1, params={"x": 2.0}, distributions={"x": hone.distributions.FloatDistribution(0, 1)})
    with pytest.raises(ValueError, match="one value for each objective"):
        study.add_trial(hone.create_trial(values=[1.0, 2.0]))


def test_constraints_decide_which_trial_is_best():
    study = hone.create_study(sampler="random")

    def objective(trial):
        x = trial.suggest_float("x", 0, 1)
        trial.set_constraint("at least a half", 0.5 - x)
        return x

    study.enqueue_trial({"x": 0.1})
    study.enqueue_trial({"x": 0.7})
    study.optimize(objective, n_trials=2)
    assert study.best_params == {"x": 0.7}
    assert study.trials[0].constraints == {"at least a half": 0.4}
    assert not study.trials[0].feasible and study.trials[1].feasible


def test_a_study_without_a_complete_trial_has_no_best():
    with pytest.raises(ValueError, match="no COMPLETE trial"):
        hone.create_study().best_trial


def test_callbacks_see_each_trial_and_may_stop():
    study = hone.create_study(sampler="random")
    seen = []

    def callback(of, trial):
        assert of is study
        seen.append(trial.number)
        if trial.number == 4:
            of.stop()

    study.optimize(lambda t: t.suggest_float("x", 0, 1), callbacks=[callback])
    assert seen == [0, 1, 2, 3, 4]
    study.optimize(lambda t: 0.0, callbacks=[hone.MaxTrialsCallback(8)])
    assert len(study.trials) == 8
    with pytest.raises(hone.TrialError, match="no optimize runs"):
        study.stop()


def test_a_callback_that_raises_ends_the_loop():
    study = hone.create_study(sampler="random")

    def callback(of, trial):
        raise LookupError("from the callback")

    with pytest.raises(LookupError, match="from the callback"):
        study.optimize(lambda t: 1.0, n_trials=5, callbacks=[callback])
    assert [t.state for t in study.trials] == [TrialState.COMPLETE]


def test_timeout_and_budget():
    study = hone.create_study(sampler="random")
    study.optimize(lambda t: 1.0, timeout=0.05)
    count = len(study.trials)
    assert count > 10
    study.optimize(lambda t: 1.0, budget=count + 3)
    study.optimize(lambda t: 1.0, budget=count + 3)
    assert len(study.trials) == count + 3


def test_optimize_within_optimize_is_refused():
    study = hone.create_study(sampler="random")

    def objective(trial):
        study.optimize(lambda t: 1.0, n_trials=1)

    with pytest.raises(hone.TrialError, match="while it runs"):
        study.optimize(objective, n_trials=1)


def test_attributes():
    study = hone.create_study()
    study.set_user_attr("a", {"b": [1, 2.5, None, "x", True]})
    study.set_system_attr("s", 1)
    assert study.user_attrs == {"a": {"b": [1, 2.5, None, "x", True]}}
    assert study.system_attrs == {"s": 1}
    with pytest.raises(TypeError, match="no value that JSON has"):
        study.set_user_attr("a", object())


def test_storages(url, parabola):
    study = hone.create_study(storage=url, study_name="one", seed=3)
    study.optimize(parabola, n_trials=5)
    again = hone.create_study(storage=url, study_name="one", load_if_exists=True)
    again.optimize(parabola, n_trials=5)
    assert len(study.trials) == 10 and study.trials == again.trials
    assert hone.load_study(storage=url).study_name == "one"
    with pytest.raises(hone.DuplicatedStudyError, match="exists already"):
        hone.create_study(storage=url, study_name="one")
    hone.copy_study(from_study_name="one", from_storage=url, to_storage=url, to_study_name="two")
    assert hone.get_all_study_names(url) == ["one", "two"]
    summaries = hone.get_all_study_summaries(url)
    assert [(s.study_name, s.n_trials, s.best_trial.value) for s in summaries] == [
        (name, 10, study.best_value) for name in ("one", "two")
    ]
    with pytest.raises(KeyError, match="several studies"):
        hone.load_study(storage=url)
    hone.delete_study(study_name="one", storage=url)
    with pytest.raises(KeyError, match="there is no study 'one'"):
        hone.load_study(study_name="one", storage=url)


def test_studies_share_a_storage_object():
    memory = hone.storages.InMemoryStorage()
    study = hone.create_study(storage=memory, study_name="a")
    study.optimize(lambda t: 1.0, n_trials=3)
    assert len(hone.load_study(study_name="a", storage=memory).trials) == 3
    assert memory.study_names() == ["a"]


def test_trials_dataframe():
    pytest.importorskip("pandas", reason="trials_dataframe needs the package pandas")
    study = hone.create_study(sampler="random")
    study.optimize(lambda t: t.suggest_float("x", 0, 1) + t.suggest_int("n", 1, 2), n_trials=4)
    frame = study.trials_dataframe()
    assert list(frame["value"]) == [t.value for t in study.trials]
    assert list(frame["params_x"]) == [t.params["x"] for t in study.trials]
    assert set(frame["state"]) == {"COMPLETE"}
    assert study.trials_dataframe(multi_index=True)["params"]["n"].isin([1, 2]).all()


def test_messages_go_to_logging(caplog):
    hone.logging.enable_propagation()
    hone.logging.set_verbosity(hone.logging.INFO)
    try:
        with caplog.at_level(logging.INFO, logger="hone"):
            study = hone.create_study(sampler="random")
            study.optimize(lambda t: t.suggest_float("x", 0, 1), n_trials=1)
            study.optimize(lambda t: 1 / 0, n_trials=1, catch=ZeroDivisionError)
    finally:
        hone.logging.disable_propagation()
        hone.logging.set_verbosity(hone.logging.WARNING)
    assert any("Trial 0 finished with value" in message for message in caplog.messages)
    assert any("Trial 1 failed: ZeroDivisionError" in message for message in caplog.messages)


def test_progress_bar(capsys):
    hone.create_study(sampler="random").optimize(lambda t: 1.0, n_trials=10, show_progress_bar=True)
    assert "10/10 trials" in capsys.readouterr().err


def test_a_declared_space_is_drawn_at_once():
    space = {"x": hone.distributions.FloatDistribution(0, 1), "n": hone.distributions.IntDistribution(1, 9)}
    study = hone.create_study(space=space, seed=1)
    trial = study.ask()
    assert set(trial.params) == {"x", "n"}


@pytest.mark.parametrize("limit", [math.inf, 1e30])
def test_a_time_that_never_ends(limit):
    study = hone.create_study(sampler="random")
    study.optimize(lambda t: 1.0, n_trials=3, timeout=limit)
    assert len(study.trials) == 3
    trial = study.ask(lease=limit)
    assert study.tell(trial, 1.0).state == TrialState.COMPLETE
    with pytest.raises(ValueError, match="NaN"):
        study.optimize(lambda t: 1.0, n_trials=1, timeout=math.nan)


def test_added_trials_keep_their_named_reports():
    directions = ["minimize", "maximize"]
    study = hone.create_study(directions=directions, sampler="random")

    def objective(trial):
        trial.report(0.5, 1, metric="loss")
        trial.report(0.25, 3, metric="loss")
        return 1.0, 2.0

    study.optimize(objective, n_trials=1)
    copy = hone.create_study(directions=directions, sampler="random")
    copy.add_trials(study.trials)
    assert copy.trials[0].named_reports == {"loss": {1: 0.5, 3: 0.25}}
