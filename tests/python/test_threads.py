# SPDX-License-Identifier: MIT
"""One trial, one study, one worker: what several threads may do with them."""


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
