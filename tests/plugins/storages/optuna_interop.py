# SPDX-License-Identifier: MIT
"""Compares hone's SQLite files with Optuna's, both ways: what either writes, the other reads and goes on with.

    optuna_interop.py HONE OPTUNA_STUDY EXAMPLE_DB

Runs itself again by HONE_OPTUNA_PYTHON, the interpreter with Optuna that scripts/test sets; without it, exits with 77.
"""

import datetime
import json
import math
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest
import warnings

try:
    import optuna
except ImportError:  # in the interpreter that looks for the one that has it
    optuna = None

INF = math.inf


def same(a, b):
    """Equal in value and type, at every depth; NaN equals NaN."""
    if type(a) is not type(b):
        return False
    if isinstance(a, float):
        return a == b or (a != a and b != b)
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b))
    return a == b


def utc_microseconds(local):
    """Optuna gives local times; hone prints UTC."""
    return local and local.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f+00:00")


def constraints_of(trial):
    """Both forms: named, and the older list."""
    attrs = trial.system_attrs
    listed = dict(enumerate(attrs.get("constraints") or []))
    named = {key.removeprefix("constraints:"): v for key, v in attrs.items() if key.startswith("constraints:")}
    return {**{str(index): value for index, value in listed.items()}, **named}


def optuna_view(trial):
    """A trial of Optuna's in the form of hone's export."""
    return {
        "number": trial.number,
        "state": trial.state.name,
        "values": trial.values,
        "params": trial.params,
        "intermediate_values": {str(step): value for step, value in trial.intermediate_values.items()},
        "user_attrs": trial.user_attrs,
        "system_attrs": {k: v for k, v in trial.system_attrs.items() if k.split(":")[0] != "constraints"},
        "datetime_start": utc_microseconds(trial.datetime_start),
        "datetime_complete": utc_microseconds(trial.datetime_complete),
        "constraints": constraints_of(trial),
    }


def objective(trial):
    """The one of optuna_study.cpp."""
    value = trial.suggest_float("x", -5.0, 5.0) ** 2
    value += trial.suggest_int("n", 1, 10)
    value += 0.0 if trial.suggest_categorical("kind", ["a", "b"]) == "a" else 1.0
    trial.set_user_attr("worker", "optuna")
    for step in range(3):
        trial.report(value + step, step)
        if trial.should_prune():
            raise optuna.TrialPruned()
    return value


def write_by_optuna(url):
    """A study with everything that a trial of Optuna's can hold."""
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
    from optuna.trial import TrialState, create_trial

    study = optuna.create_study(study_name="all", storage=url)
    study.set_user_attr("who", ["optuna", None, {"a": math.nan}])
    study.set_metric_names(["loss"])
    choices = ["text", 7, 2.5, True, None, INF, math.nan]
    for choice in choices:
        study.add_trial(
            create_trial(
                value=0.1,
                params={"f": 0.30000000000000004, "log": 1e-4, "step": 0.3, "i": 3, "is": 5, "il": 1000, "c": choice},
                distributions={
                    "f": FloatDistribution(-1.5, 2.5),
                    "log": FloatDistribution(1e-5, 1.0, log=True),
                    "step": FloatDistribution(0.0, 1.0, step=0.1),
                    "i": IntDistribution(-5, 10),
                    "is": IntDistribution(1, 9, step=2),
                    "il": IntDistribution(1, 1024, log=True),
                    "c": CategoricalDistribution(choices),
                },
                intermediate_values={0: 1.5, 3: math.nan, 7: INF, 9: -INF},
                user_attrs={"long": "é漢😀" * 3000, "list": [1, 2.5, None, True, math.nan], "名前": {"k": -INF}},
                system_attrs={"constraints": [-0.5, 1.25], "other": "x"},
            )
        )
    for value in (INF, -INF, -0.0, 5e-324, 1.7976931348623157e308):
        study.add_trial(create_trial(value=value))
    study.add_trial(create_trial(state=TrialState.PRUNED, value=0.25, intermediate_values={2: 0.25}))
    study.add_trial(create_trial(state=TrialState.FAIL))
    named = study.ask()
    named.set_constraint("memory", -0.5)
    study.tell(named, 2.0)
    running = study.ask({"x": FloatDistribution(0.0, 1.0)})
    running.report(0.5, 1)
    study.enqueue_trial({"x": 0.5, "kind": None})
    several = optuna.create_study(study_name="several", storage=url, directions=["minimize", "maximize"])
    several.add_trial(create_trial(values=[1.0, -INF]))


class Interoperability(unittest.TestCase):
    def setUp(self):
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        folder = tempfile.TemporaryDirectory(prefix="hone-optuna-")
        self.addCleanup(folder.cleanup)
        self.file = pathlib.Path(folder.name) / "study.db"
        self.url = f"sqlite:///{self.file}"

    def hone(self, *words):
        run = subprocess.run([HONE, *words], capture_output=True, text=True, timeout=120)
        self.assertEqual(run.returncode, 0, run.stderr)
        return run.stdout

    def worker(self, *words):
        return subprocess.Popen([OPTUNA_STUDY, *map(str, words)], stderr=subprocess.PIPE, text=True)

    def run_worker(self, *words):
        self.finish(self.worker(*words))

    def finish(self, worker):
        _, errors = worker.communicate(timeout=120)
        self.assertEqual(worker.returncode, 0, errors)

    def assert_same_study(self, name):
        """All that hone exports of a study is what Optuna reads."""
        exported = json.loads(self.hone("export", "--storage", self.url, "--study", name))
        study = optuna.load_study(study_name=name, storage=self.url)
        self.assertEqual(exported["study"]["directions"], [d.name.lower() for d in study.directions])
        self.assertEqual(exported["study"]["metric_names"], study.metric_names or [])
        self.assertTrue(same(exported["study"]["user_attrs"], study.user_attrs), exported["study"]["user_attrs"])
        system_attrs = study._storage.get_study_system_attrs(study._study_id)
        shared = {k: v for k, v in system_attrs.items() if k != "hone:uuid"}
        self.assertTrue(same(exported["study"]["system_attrs"], shared), exported["study"]["system_attrs"])
        trials = study.get_trials(deepcopy=False)
        self.assertEqual(len(exported["trials"]), len(trials))
        for ours, theirs in zip(exported["trials"], trials):
            for key, value in optuna_view(theirs).items():
                self.assertTrue(same(ours[key], value), f"{name} {theirs.number} {key}: {ours[key]!r} != {value!r}")
            self.assertEqual(list(ours["params"]), list(theirs.params), "the order of the parameters")
            for parameter, distribution in ours["distributions"].items():
                read = optuna.distributions.json_to_distribution(json.dumps(distribution))
                # NaN among choices is equal to nothing.
                self.assertEqual(repr(read), repr(theirs.distributions[parameter]))
        return study

    def assert_consecutive(self, study, count):
        numbers = [trial.number for trial in study.get_trials(deepcopy=False)]
        self.assertEqual(numbers, list(range(count)))

    def test_optuna_reads_what_hone_wrote(self):
        self.run_worker("write", self.file)
        study = self.assert_same_study("all")
        several = self.assert_same_study("several")
        trials = study.get_trials(deepcopy=False)
        for trial, choice in zip(trials, ["text", 7, 2.5, True, None, -INF]):
            expected = {"f": 0.30000000000000004, "log": 1.2345678901234567e-4, "step": 0.30000000000000004}
            expected |= {"i": -3, "i step": 5, "i log": 1000, "i big": 2**53, "c": choice}
            self.assertTrue(same(trial.params, expected), trial.params)
            self.assertTrue(
                same(trial.intermediate_values, {0: 1.5, 3: math.nan, 7: INF, 9: -INF}), trial.intermediate_values
            )
            self.assertEqual(trial.user_attrs["long"], "é漢😀" * 3000)
            self.assertTrue(same(trial.user_attrs["list"], [1, 2.5, None, True, "x", math.nan, INF]))
            self.assertEqual(trial.user_attrs['名前 "quoted"'], {"k": {"deep": -INF}})
            self.assertEqual(constraints_of(trial), {"memory": -0.5, "latency": 1.25, "ü": -INF})
        rest = [(trial.state.name, trial.values) for trial in trials[6:]]
        self.assertEqual(
            rest,
            [("COMPLETE", [INF]), ("COMPLETE", [-INF]), ("PRUNED", [0.25]), ("PRUNED", None), ("FAIL", None)]
            + [("COMPLETE", [0.5]), ("RUNNING", None), ("WAITING", None)],
        )
        self.assertEqual(trials[11].params, {"x": 0.5, "kind": None})
        self.assertEqual(trials[12].intermediate_values, {4: 0.125})
        self.assertEqual(trials[13].system_attrs["fixed_params"], {"x": 0.25})
        self.assertEqual([d.name for d in several.directions], ["MINIMIZE", "MAXIMIZE", "MINIMIZE"])
        self.assertEqual(several.trials[1].values, [-INF, 5e-324, 1.7976931348623157e308])
        # An infeasible trial is not the best, whichever library looks.
        self.assertEqual(study.best_trial.number, 7)
        best = json.loads(self.hone("best", "--storage", self.url, "--study", "all", "--format", "json"))
        self.assertEqual(best["number"], 7)

    def test_hone_reads_what_optuna_wrote(self):
        write_by_optuna(self.url)
        self.assert_same_study("all")
        self.assert_same_study("several")
        with sqlite3.connect(self.file) as database:
            tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE name LIKE 'hone%'")]
            self.assertEqual(tables, [], "reading changes nothing in another's file")

    def test_hone_reads_the_example_of_optuna(self):
        shutil.copy(EXAMPLE, self.file)
        names = optuna.get_all_study_names(self.url)
        self.assertEqual(len(names), 9)
        for name in names:
            self.assert_same_study(name)
        listed = json.loads(self.hone("studies", "--storage", self.url, "--format", "json"))
        self.assertEqual([study["name"] for study in listed], names)

    def test_optuna_goes_on_in_a_study_of_hone(self):
        self.run_worker("write", self.file)
        study = optuna.load_study(study_name="all", storage=self.url, sampler=optuna.samplers.TPESampler(seed=1))
        # The waiting trial comes first, and keeps its fixed value.
        first = study.ask()
        self.assertEqual((first.number, first.suggest_float("x", 0.0, 1.0)), (13, 0.25))
        study.tell(first, 1.0)
        study.optimize(objective_in_own_names, n_trials=15)
        self.assert_consecutive(study, 29)
        self.assert_same_study("all")

    def test_hone_goes_on_in_a_study_of_optuna(self):
        study = optuna.create_study(study_name="ours", storage=self.url, sampler=optuna.samplers.TPESampler(seed=1))
        study.optimize(objective, n_trials=12)
        study.enqueue_trial({"x": 1.25, "n": 3, "kind": "b"})
        self.run_worker("work", self.file, "ours", 20, 5)
        study = self.assert_same_study("ours")
        self.assert_consecutive(study, 32)
        self.assertEqual(study.trials[12].params, {"x": 1.25, "n": 3, "kind": "b"})
        self.assertEqual(study.trials[12].user_attrs, {"worker": "hone"})
        study.optimize(objective, n_trials=5)
        self.assert_consecutive(self.assert_same_study("ours"), 37)
        with sqlite3.connect(self.file) as database:
            self.assertEqual(database.execute("PRAGMA journal_mode").fetchone(), ("delete",), "the file keeps its mode")

    def work_at_the_same_time(self):
        workers = [self.worker("work", self.file, "both", 60, seed) for seed in (1, 2)]
        sampler = optuna.samplers.TPESampler(seed=3)
        optuna.load_study(study_name="both", storage=self.url, sampler=sampler).optimize(objective, n_trials=40)
        for worker in workers:
            self.finish(worker)
        study = self.assert_same_study("both")
        self.assert_consecutive(study, 160)
        by = [trial.user_attrs["worker"] for trial in study.trials]
        self.assertEqual((by.count("hone"), by.count("optuna")), (120, 40))
        self.assertTrue(all(trial.state.is_finished() for trial in study.trials))
        replayed = self.hone("replay", "--storage", self.url, "--study", "both")
        self.assertIn(" 0 differ", replayed)

    def test_both_work_at_the_same_time_in_a_file_of_optuna(self):
        optuna.create_study(study_name="both", storage=self.url)
        self.work_at_the_same_time()

    def test_both_work_at_the_same_time_in_a_file_of_hone(self):
        self.run_worker("write", self.file)
        optuna.create_study(study_name="both", storage=self.url)
        self.work_at_the_same_time()
        with sqlite3.connect(self.file) as database:
            self.assertEqual(database.execute("PRAGMA journal_mode").fetchone(), ("wal",))


def objective_in_own_names(trial):
    """Beside the parameters of the study "all"."""
    return trial.suggest_float("x", 0.0, 1.0) + trial.suggest_int("n", 1, 3)


if __name__ == "__main__":
    HONE, OPTUNA_STUDY, EXAMPLE, *rest = sys.argv[1:]
    if rest[:1] != ["inside"]:
        python = os.environ.get("HONE_OPTUNA_PYTHON")
        if not python:
            print("skipped: HONE_OPTUNA_PYTHON names no Python that has Optuna (scripts/test sets it)")
            sys.exit(77)
        os.execv(python, [python, *sys.argv, "inside"])
    unittest.main(argv=[sys.argv[0], *rest[1:]], verbosity=2)
