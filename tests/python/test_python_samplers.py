# SPDX-License-Identifier: MIT
"""Samplers and pruners written in Python, in a study and under `hone run`."""

import json
import os
import subprocess
import sys

import pytest

import hone


class Uniform(hone.Sampler):
    pure = True

    def __init__(self):
        self.ended = []

    def sample_independent(self, study, trial, param_name, param_distribution):
        low, high = param_distribution.low, param_distribution.high
        return low + (high - low) * study.random(trial, "uniform", param_name).uniform()

    def after_trial(self, study, trial, state, values):
        self.ended.append((trial.number, state, values, dict(trial.params)))
        return {"seen": len(self.ended)}


class NearBest(Uniform):
    """Draws all parameters jointly around the best trial, which it finds in the columns of the history."""

    def infer_relative_search_space(self, study, trial):
        return study.history.distributions if trial.number >= 5 else {}

    def sample_relative(self, study, trial, search_space):
        numpy = pytest.importorskip("numpy")
        values = numpy.concatenate(study.history.value_chunks())
        best = int(numpy.nanargmin(values))
        random = study.random(trial, "relative")
        return {
            name: min(max(study.history.params(best)[name] + random.uniform() - 0.5, d.low), d.high)
            for name, d in search_space.items()
        }


def sphere(trial):
    return sum(trial.suggest_float(f"x{i}", -5, 5) ** 2 for i in range(3))


def test_a_sampler_draws_and_is_told():
    sampler = Uniform()
    study = hone.create_study(sampler=sampler, seed=7)
    study.optimize(sphere, n_trials=4)
    assert [(n, v) for n, _, v, _ in sampler.ended] == [(t.number, t.values) for t in study.trials]
    assert sampler.ended[-1][3] == study.trials[-1].params
    assert study.trials[3].system_attrs["seen"] == 4
    again = hone.create_study(sampler=Uniform(), seed=7)
    again.optimize(sphere, n_trials=4)
    assert [t.params for t in again.trials] == [t.params for t in study.trials]


def test_a_joint_draw_from_the_history():
    pytest.importorskip("numpy", reason="the history's columns are arrays of NumPy")
    study = hone.create_study(sampler=NearBest(), seed=1)
    study.optimize(sphere, n_trials=200)
    assert study.best_value < 0.5


def test_the_history_is_shown_without_copies():
    numpy = pytest.importorskip("numpy", reason="the history's columns are arrays of NumPy")
    shown = {}

    class Look(Uniform):
        def before_trial(self, study, trial):
            if trial.number < 1500:
                return
            history = study.history
            shown["values"] = history.value_chunks()
            shown["x"] = history.param_chunks("x0")
            shown["states"] = history.state_chunks()
            shown["revision"] = history.revision
            shown["changed"] = set(history.changes_since(0))
            shown["study"] = study
            with pytest.raises(KeyError):
                history.param_chunks("no such parameter")
            with pytest.raises(IndexError):
                history.values(10**6)

    study = hone.create_study(sampler=Look(), seed=1)
    study.optimize(sphere, n_trials=1501)
    expected = [t.value for t in study.trials[:1500]]
    assert [len(chunk) for chunk in shown["values"]] == [1024, 477]
    assert numpy.array_equal(numpy.concatenate(shown["values"])[:1500], expected)
    assert numpy.array_equal(numpy.concatenate(shown["x"])[:1500], [t.params["x0"] for t in study.trials[:1500]])
    assert set(numpy.concatenate(shown["states"])[:1500]) == {int(hone.TrialState.COMPLETE)}
    assert shown["changed"] >= set(range(1500))
    assert not shown["x"][0].flags.writeable and not shown["x"][0].flags.owndata
    with pytest.raises(RuntimeError, match="do not keep it"):
        shown["study"].history.revision
    kept = shown["x"][0]
    shown.clear()
    del study
    assert float(kept[3]) == pytest.approx(float(kept[3]))  # the memory is still there


def test_a_sampler_that_raises_is_named_with_its_cause():
    class Broken(hone.Sampler):
        def sample_independent(self, study, trial, param_name, param_distribution):
            raise ZeroDivisionError("in the sampler")

    study = hone.create_study(sampler=Broken())
    with pytest.raises(hone.PluginError, match="sample_independent.*in the sampler") as caught:
        study.optimize(sphere, n_trials=1)
    assert isinstance(caught.value.__cause__, ZeroDivisionError)
    assert caught.value.plugin == "sampler/python" and caught.value.call == "sample_independent"


@pytest.mark.parametrize("value", [99.0, float("nan"), "text", None])
def test_impossible_proposals_are_refused(value):
    class Wrong(hone.Sampler):
        def sample_independent(self, study, trial, param_name, param_distribution):
            return value

    study = hone.create_study(sampler=Wrong())
    with pytest.raises(hone.HoneError):
        study.optimize(sphere, n_trials=1)
    assert study.trials[0].params == {}


def test_facts_are_published_once():
    class Agreeing(Uniform):
        def before_trial(self, study, trial):
            self.fact = study.publish_once("limit", {"of": trial.number})
            assert study.published("limit") == self.fact

    sampler = Agreeing()
    hone.create_study(sampler=sampler).optimize(sphere, n_trials=3)
    assert sampler.fact == {"of": 0}


def test_a_pruner_in_python():
    class Half(hone.Pruner):
        def should_prune(self, study, trial):
            step, value = study.history.reports(trial.number)[-1]
            return step >= 2 and trial.number % 2 == 1

    study = hone.create_study(sampler="random", pruner=Half())

    def objective(trial):
        for step in range(5):
            trial.report(1.0, step)
            if trial.should_prune():
                raise hone.TrialPruned
        return 1.0

    study.optimize(objective, n_trials=4)
    assert [t.state.name for t in study.trials] == ["COMPLETE", "PRUNED"] * 2


def test_workers_share_a_sampler():
    study = hone.create_study(sampler=Uniform(), seed=1)
    study.optimize(sphere, n_trials=60, n_jobs=4)
    assert sorted(t.number for t in study.trials) == list(range(60))


def test_hone_run_takes_a_sampler_in_python(tmp_path):
    (tmp_path / "my_sampler.py").write_text(
        "import hone\n"
        "class Ends(hone.Sampler):\n"
        "    def __init__(self, first=0):\n"
        "        self.first = first\n"
        "    def sample_independent(self, study, trial, name, distribution):\n"
        "        return distribution.high if (trial.number + self.first) % 2 else distribution.low\n"
    )
    (tmp_path / "study.jsonc").write_text(
        json.dumps(
            {
                "study": {"name": "ends"},
                "storage": "sqlite:///ends.db",
                "sampler": {"plugin": "python:my_sampler:Ends", "options": {"first": 1}},
                "space": {"x": {"type": "float", "low": 0, "high": 1}},
                "objective": {"command": ["echo", "{x}"]},
                "run": {"trials": 4, "jobs": 2},
            }
        )
    )
    program = os.environ.get("HONE_BIN", os.path.join(os.path.dirname(hone.__file__), "bin", "hone"))
    environment = {**os.environ, "HONE_PYTHON": sys.executable}

    def run(*more):
        return subprocess.run(
            [program, "run", "study.jsonc", *more], cwd=tmp_path, env=environment, capture_output=True, text=True
        )

    done = run()
    if "is not there; install it" in done.stderr:
        pytest.skip(done.stderr.strip())
    assert done.returncode == 0, done.stderr
    study = hone.load_study(storage=f"sqlite:///{tmp_path}/ends.db")
    assert [t.params["x"] for t in study.trials] == [1.0, 0.0, 1.0, 0.0]
    wrong = run("--more", "1", "--set", 'sampler={"plugin": "python:my_sampler:Other"}')
    assert wrong.returncode != 0 and "no attribute 'Other'" in wrong.stderr
