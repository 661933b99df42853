# SPDX-License-Identifier: MIT
"""The end of a program whose daemon threads are still optimizing."""

import time

import pytest


@pytest.mark.parametrize("storage", ["None", "'sqlite:///study.db'"])
@pytest.mark.parametrize("jobs", [1, 3])
def test_a_daemon_thread_that_optimizes_without_end(script, jobs, storage):
    printed = script(
        f"""
        import threading, time
        import hone

        study = hone.create_study(sampler="random", storage={storage})
        begun = threading.Event()

        def objective(trial):
            if trial.number >= 20:
                begun.set()
            time.sleep(0.001)
            return trial.suggest_float("x", 0, 1)

        threading.Thread(target=lambda: study.optimize(objective, n_jobs={jobs}), daemon=True).start()
        begun.wait()
        print("over")
        """
    )
    assert printed.strip() == "over"


def test_a_daemon_thread_in_the_midst_of_a_long_call(script):
    begin = time.monotonic()
    script(
        """
        import io, sys, threading, time
        import hone

        begun = threading.Barrier(3)

        def objective(trial):
            begun.wait()
            time.sleep(3.2)  # longer than the program waits, and over while the interpreter ends
            return 1.0

        class Slow(io.StringIO):
            def flush(self, sleep=time.sleep):
                sleep(0.7)  # twice, the second time when the interpreter has begun to end

        sys.stdout = Slow()
        study = hone.create_study(sampler="random")
        threading.Thread(target=lambda: study.optimize(objective, n_jobs=2), daemon=True).start()
        begun.wait()
        time.sleep(0.2)  # both sleep now
        """
    )
    assert time.monotonic() - begin < 20


def test_a_thread_that_the_interpreter_waits_for_runs_to_its_end(script):
    printed = script(
        """
        import threading, time
        import hone

        def objective(trial):
            time.sleep(0.01)
            return trial.suggest_float("x", 0, 1)

        def work():
            study.optimize(objective, n_trials=20)
            print(len(study.trials), {t.state.name for t in study.trials})

        study = hone.create_study(sampler="random")
        threading.Thread(target=work).start()
        """
    )
    assert printed.strip() == "20 {'COMPLETE'}"


def test_trials_of_a_program_that_ended_are_taken_up(script):
    script(
        """
        import threading, time
        import hone

        begun = threading.Event()

        def objective(trial):
            trial.suggest_float("x", 0, 1)
            begun.set()
            while True:
                time.sleep(0.01)

        study = hone.create_study(sampler="random", storage="sqlite:///study.db", study_name="ended")
        threading.Thread(target=lambda: study.optimize(objective), daemon=True).start()
        begun.wait()
        """
    )
    printed = script(
        """
        import hone

        study = hone.load_study(storage="sqlite:///study.db", study_name="ended")
        print([t.state.name for t in study.trials], len(study.trials[0].params))
        """
    )
    assert printed.strip() == "['RUNNING'] 1"
