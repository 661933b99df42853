# SPDX-License-Identifier: MIT
"""One trial, one study, one worker: what several threads may do with them."""

import threading

import pytest

import hone


def test_a_trial_that_ends_while_another_thread_asks_the_pruner(script):
    printed = script(
        """
        import threading
        import hone

        asked, told = threading.Event(), threading.Event()

        class Slow(hone.Pruner):
            def should_prune(self, study, trial):
                asked.set()
                told.wait(0.2)
                return trial.params == {}

        study = hone.create_study(sampler="random", pruner=Slow())
        for _ in range(3):
            asked.clear()
            trial = study.ask()
            trial.report(1.0, 0)
            def ask():
                trial.should_prune()
                try:
                    trial.report(2.0, 1)
                except hone.TrialError as error:
                    print("no longer" in str(error))
            other = threading.Thread(target=ask)
            other.start()
            asked.wait()
            study.tell(trial, 1.0)
            other.join()
        print([t.state.name for t in study.trials])
        """
    )
    assert printed.splitlines()[-1] == str(["COMPLETE"] * 3)
    assert set(printed.splitlines()[:-1]) <= {"True"}


def test_one_trial_serves_several_threads(script):
    printed = script(
        """
        import threading
        import hone

        def objective(trial):
            def suggest(k):
                for i in range(100):
                    trial.suggest_float(f"x{k}_{i}", 0, 1)
            def look():
                for i in range(100):
                    trial.params
                    trial.report(float(i), i)
                    trial.set_user_attr(str(i), i)
                    trial.user_attrs
            threads = [threading.Thread(target=suggest, args=(k,)) for k in range(4)]
            threads.append(threading.Thread(target=look))
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            return 1.0

        study = hone.create_study(sampler="random")
        study.optimize(objective, n_trials=3)
        print([(len(t.params), len(t.intermediate_values), len(t.user_attrs)) for t in study.trials])
        """
    )
    assert printed.strip() == str([(400, 100, 100)] * 3)


def test_a_study_that_its_own_sampler_or_pruner_calls(script):
    printed = script(
        """
        import hone

        calls = [
            lambda: study.trials,
            lambda: study.best_trials,
            lambda: study.ask(),
            lambda: study.set_user_attr("a", 1),
            lambda: study.enqueue_trial({"x": 0.5}),
            lambda: hone.load_study(study_name="own", storage=storage).trials,
            lambda: running[0].report(2.0, 1),
            lambda: running[0].params,
        ]

        def refused(number):
            for call in calls if number else calls[:6]:
                try:
                    call()
                    yield False
                except hone.HoneError as error:
                    yield "use the `study`" in str(error)

        class Curious(hone.Sampler):
            def before_trial(self, study, trial):
                print(all(refused(trial.number)))
            def sample_independent(self, study, trial, name, distribution):
                print(all(refused(1)))
                other = hone.create_study(sampler="random")
                other.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=2)
                return other.best_value
            def after_trial(self, view, trial, state, values):
                print(all(refused(1)), study.study_name, len(study.directions))
                if trial.number == 1:
                    study.stop()

        class Asks(hone.Pruner):
            def should_prune(self, study, trial):
                print(all(refused(1)))
                return False

        running = []

        def objective(trial):
            running[:] = [trial]
            trial.report(1.0, 0)
            trial.should_prune()
            return trial.suggest_float("x", 0, 1)

        storage = hone.storages.InMemoryStorage()
        study = hone.create_study(storage=storage, study_name="own", sampler=Curious(), pruner=Asks())
        study.optimize(objective, n_trials=9)
        print(len(study.trials))
        """
    )
    assert printed.splitlines() == ["True", "True", "True", "True own 1"] * 2 + ["2"]


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_a_worker_keeps_for_its_thread_lasts(jobs):
    own = threading.local()
    made = []
    together = threading.Barrier(jobs, timeout=20)

    def objective(trial):
        if not hasattr(own, "connection"):
            own.connection = object()
            made.append(own.connection)
            together.wait()  # all workers are there before one of them has done all trials
        return 1.0

    study = hone.create_study(sampler="random")
    study.optimize(objective, n_trials=20, n_jobs=jobs)
    assert len(made) == jobs and len(study.trials) == 20
