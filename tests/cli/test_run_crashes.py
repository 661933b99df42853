# SPDX-License-Identifier: MIT
"""`hone run` that is killed, interrupted and started many times: nothing is lost, nothing is done twice."""

import os
import random
import resource
import signal
import time
import unittest

from run_test import QUICK, RunTest, alive, guardian_of, kill


class Killed(RunTest):
    """SIGKILL at random moments, and the same command again."""

    def check_twenty_kills(self, **sections):
        self.long_lived(pause=0.005, run={"trials": 300}, **sections)
        self.run_study("--storage", "sqlite:///whole.db")
        moments = random.Random(20)
        kills, early, finished_before = 0, False, {}
        while True:
            worker = self.start("--quiet")
            # A trial whose worker dies three times is given up, so at most every other run ends before it comes to one.
            early = not early and moments.random() < 0.4
            if not early:
                self.wait_for_two_trials(worker)
            time.sleep(moments.uniform(0.0, 0.06))
            if worker.poll() is not None:
                break
            kill(worker)
            kills += 1
            now = {t["number"]: t for t in self.trials_if_any() if t["state"] not in ("RUNNING", "WAITING")}
            for number, trial in finished_before.items():
                self.assertEqual(now.get(number), trial, "a finished trial was lost or changed")
            finished_before = now
        output = worker.communicate()[0]
        self.assertEqual(worker.returncode, 0, output)
        self.assertGreaterEqual(kills, 20, "too quick to be killed 20 times")
        self.assertEqual(self.outcome(), self.outcome("sqlite:///whole.db"))
        self.assertEqual(len(self.outcome()), 300)
        self.assert_replays()

    def wait_for_two_trials(self, worker):
        log = self.folder / "begun"
        size = log.stat().st_size if log.exists() else 0
        self.wait_for(lambda: worker.poll() is not None or (log.exists() and log.read_bytes()[size:].count(b"\n\n") > 1))

    def trials_if_any(self):
        done = self.run_hone("studies", "--storage", "sqlite:///study.db", "--format", "json")
        return self.trials() if '"study"' in done.stdout else []

    def test_random_ends_with_the_trials_of_an_uninterrupted_study(self):
        self.check_twenty_kills()

    def test_tpe_with_a_pruner_ends_with_the_trials_of_an_uninterrupted_study(self):
        self.check_twenty_kills(
            sampler={"plugin": "tpe", "multivariate": True}, pruner={"plugin": "median", "n_warmup_steps": 0}
        )


class ManyProcesses(RunTest):
    def test_four_processes_meet_a_budget_of_800_exactly(self):
        self.long_lived(run={"trials": 800}, sampler={"plugin": "tpe"})
        workers = [self.start("--quiet") for _ in range(4)]
        for worker in workers:
            output = worker.communicate(timeout=240)[0]
            self.assertEqual(worker.returncode, 0, output)
        trials = self.trials()
        self.assertEqual([t["number"] for t in trials], list(range(800)))
        self.assertEqual({t["state"] for t in trials}, {"COMPLETE"})
        report = self.assert_replays()
        self.assertEqual(report["agreed"], 3 * 800)
        self.assertEqual(report["differences"], [])
        self.assertIn("Nothing is missing", self.run_study().stdout)


class Children(RunTest):
    def pids(self):
        return [int(p.read_text()) for p in self.folder.glob("child-*") if p.read_text().strip()]

    def test_no_child_of_a_killed_worker_runs_after_the_takeover(self):
        # The program and a child of it, both deaf to SIGTERM; the second attempt ends at once.
        self.program(
            """trap '' TERM
            [ -e child-a ] && { echo 1; exit; }
            (trap '' TERM; sleep 300) & echo $! >child-b
            setsid sleep 300 & echo $! >child-c
            echo $$ >child-a
            sleep 300"""
        )
        self.config(run={"trials": 1})
        worker = self.start()
        self.wait_for(lambda: (self.folder / "child-a").exists() and len(self.pids()) == 3)
        kill(worker)
        self.run_study()
        self.assertEqual([pid for pid in self.pids() if alive(pid)], [])
        (trial,) = self.trials()
        self.assertEqual((trial["number"], trial["state"], trial["values"]), (0, "COMPLETE", [1.0]))

    def test_no_long_lived_program_of_a_killed_worker_runs_after_the_takeover_of_a_later_trial(self):
        # It hangs in its second trial, deaf to the end of its input; the guardian dies with the worker.
        self.program(
            """echo $$ >child-$$
            while read line; do
              [ $(ls child-* | wc -l) = 1 ] && [ -e begun ] && sleep 300
              echo >>begun; echo '{"type": "result", "value": 1}'
            done"""
        )
        self.config(objective={"command": ["./program"], "protocol": "jsonl"}, run={"trials": 2})
        worker = self.start()
        self.wait_for((self.folder / "begun").exists)
        self.wait_for(lambda: [t["state"] for t in self.trials()] == ["COMPLETE", "RUNNING"])
        guardian = guardian_of(worker)
        worker.send_signal(signal.SIGSTOP)
        os.kill(guardian, signal.SIGKILL)
        kill(worker)
        (left,) = self.pids()
        self.assertTrue(alive(left))
        self.run_study()
        self.assertEqual([t["state"] for t in self.trials()], ["COMPLETE", "COMPLETE"])
        self.assertFalse(alive(left))

    def test_children_of_a_pruned_trial_are_ended(self):
        self.program("""sleep 300 & echo $! >child-$$; for i in 1 2 3 4 5 6; do echo "step $i $2"; sleep 0.05; done; wait""")
        self.config(
            pruner={"plugin": "percentile", "percentile": 1.0, "n_startup_trials": 0, "n_warmup_steps": 0},
            objective={"report": {"regex": "step (\\d+) (\\S+)"}, "grace": "1s", "timeout": "1s"},
            run={"trials": 4, "jobs": 2},
        )
        self.run_hone("run", "study.jsonc")
        self.assertGreaterEqual(len(self.pids()), 4)
        self.assertEqual([pid for pid in self.pids() if alive(pid)], [])

    def test_pruning_is_polite_first(self):
        self.program(
            """trap 'echo goodbye >parting; exit 0' TERM
            echo "step 1 $2"; i=0; while [ $i -lt 200 ]; do sleep 0.02; i=$((i + 1)); done; echo 1"""
        )
        self.config(
            space={"x": {"type": "float", "low": 0, "high": 1}, "n": {"type": "int", "low": 5, "high": 5}},
            objective={"command": ["./program", "{x}", "{n}"], "report": {"regex": "step (\\d+) (\\S+)"}},
            pruner={"plugin": "percentile", "percentile": 50.0, "n_startup_trials": 0, "n_warmup_steps": 0},
            run={"trials": 1},
        )
        # An earlier trial was better at that step.
        self.program('echo "step 1 1"; echo 1', name="first")
        (self.folder / "first.jsonc").write_text((self.folder / "study.jsonc").read_text().replace("./program", "./first"))
        done = self.run_hone("run", "first.jsonc")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.run_study("--trials", "2")
        self.assertEqual([t["state"] for t in self.trials()], ["COMPLETE", "PRUNED"])
        self.assertEqual((self.folder / "parting").read_text(), "goodbye\n")

    def test_how_fast_a_program_is_does_not_decide_what_is_pruned(self):
        outcomes = []
        for pause in ("", "sleep 0.05; "):
            self.program(f"""for i in 1 2 3 4; do echo "step $i $2"; {pause}done; echo "$2" """)
            self.config(
                storage=f"sqlite:///{len(outcomes)}.db",
                objective={"report": {"regex": "step (\\d+) (\\S+)"}},
                pruner={"plugin": "median", "n_startup_trials": 2, "n_warmup_steps": 0},
                run={"trials": 12},
            )
            self.run_study()
            outcomes.append([(t["state"], t["intermediate_values"]) for t in self.trials(f"sqlite:///{len(outcomes)}.db")])
        self.assertEqual({state for state, _ in outcomes[0]}, {"COMPLETE", "PRUNED"})
        self.assertEqual(outcomes[0], outcomes[1])


class Surroundings(RunTest):
    """What hone itself needs is gone: no trial is blamed, and the same command completes the study."""

    def check_a_fault_of_hones_own(self, break_it, says):
        self.program("echo >>begun; sleep 0.02; " + QUICK)
        self.config(run={"trials": 40, "jobs": 1})
        self.run_study("--storage", "sqlite:///whole.db")
        (self.folder / "begun").unlink()
        worker = self.start("--quiet")
        self.wait_for(lambda: (self.folder / "begun").exists() and len((self.folder / "begun").read_text()) > 5)
        break_it(worker)
        output = worker.communicate(timeout=30)[0]
        self.assertEqual(worker.returncode, 1, output)
        self.assertIn(says, output)
        self.assertIn("The same command goes on where this one stopped.", output)
        states = [t["state"] for t in self.trials()]
        self.assertLess(len(states), 40)
        self.assertEqual(set(states[:-1]), {"COMPLETE"})
        self.run_study("--quiet")
        self.assertEqual(self.outcome(), self.outcome("sqlite:///whole.db"))

    def test_a_killed_guardian_ends_the_run_and_costs_no_trial(self):
        def kill_guardian(worker):
            os.kill(guardian_of(worker), signal.SIGKILL)

        self.check_a_fault_of_hones_own(kill_guardian, "the guardian process")

    def test_a_worker_that_cannot_make_another_descriptor_blames_no_trial(self):
        def no_more_descriptors(worker):
            resource.prlimit(worker.pid, resource.RLIMIT_NOFILE, (5, 5))

        self.check_a_fault_of_hones_own(no_more_descriptors, "Too many open files")


class Interrupted(RunTest):
    def slow_study(self, script="sleep 300; echo 1"):
        self.program(f"echo $$ >>started; {script}")
        self.config(run={"trials": 3, "jobs": 2})

    def started(self):
        file = self.folder / "started"
        return file.read_text().split() if file.exists() else []

    def test_ctrl_c_gives_the_running_trials_back_and_the_same_command_resumes(self):
        self.slow_study()
        worker = self.start()
        self.wait_for(lambda: len(self.started()) == 2)
        worker.send_signal(signal.SIGINT)
        output = worker.communicate(timeout=20)[0]
        self.assertEqual(worker.returncode, 130, output)
        self.assertIn("The same command goes on where this one stopped.", output)
        self.assertIn("The study 'study' has 0 finished trials.\n", output)
        self.assertFalse(any(alive(pid) for pid in self.started()))
        before = self.trials()
        self.assertEqual([t["state"] for t in before], ["RUNNING", "RUNNING"])
        self.program("echo 1")
        self.run_study()
        after = self.trials()
        self.assertEqual([t["state"] for t in after], ["COMPLETE"] * 3)
        self.assertEqual([t["params"] for t in after[:2]], [t["params"] for t in before])

    def test_after_a_run_is_interrupted_ask_continues_a_paused_trial_and_lines_are_counted_on(self):
        # Three lines, numbered from 0, come to the first rung, at step 2, where three trials pause. The first of them
        # then goes on, prints three more, which is short of the second rung, at step 6, and waits.
        self.program(
            'echo "$HONE_TRIAL_NUMBER" >>started; for line in 1 2 3; do echo "loss 1.5"; done; sleep 300; echo 2'
        )
        self.config(
            objective={"command": ["./program"], "report": {"regex": "loss (\\S+)"}},
            pruner={"plugin": "successive_halving", "min_resource": 2, "reduction_factor": 3, "promotion": True},
            run={"trials": 5},
        )
        worker = self.start()
        self.wait_for(lambda: len(self.started()) == 4)
        self.assertEqual(self.started(), ["0", "1", "2", "0"])
        self.wait_for(lambda: "5" in self.trials()[0]["intermediate_values"])
        worker.send_signal(signal.SIGINT)
        worker.communicate(timeout=20)
        steps = [int(step) for step in self.trials()[0]["intermediate_values"]]
        self.assertEqual(steps, list(range(6)))
        trial = self.hone_json("ask", "--config", "study.jsonc")
        self.assertEqual((trial["number"], trial["resume_step"]), (0, 2))

    def test_a_second_ctrl_c_is_immediate(self):
        self.slow_study("trap '' TERM; while :; do sleep 1; done")
        worker = self.start()
        self.wait_for(lambda: len(self.started()) == 2)
        worker.send_signal(signal.SIGINT)
        time.sleep(0.3)
        self.assertIsNone(worker.poll())
        began = time.monotonic()
        worker.send_signal(signal.SIGINT)
        worker.communicate(timeout=20)
        self.assertLess(time.monotonic() - began, 4.0)  # the grace is 5 s
        self.assertEqual(worker.returncode, 130)
        self.wait_for(lambda: not any(alive(pid) for pid in self.started()), 5)

    def start_whose_output_nobody_reads(self, last_words="", **sections):
        """A run that has filled the pipe of its output and waits."""
        self.long_lived(run={"trials": 10000}, **sections)
        with open(self.folder / "program.py", "a") as program:
            program.write(last_words)
        begun = self.folder / "begun"
        begun.unlink(missing_ok=True)
        worker = self.start(pipesize=4096)
        self.addCleanup(worker.stdout.close)
        self.addCleanup(worker.kill)
        self.wait_for(lambda: begun.exists() and begun.stat().st_size > 0)
        size = -1
        while size != begun.stat().st_size:
            size = begun.stat().st_size
            time.sleep(1.0)
        self.assertIsNone(worker.poll())
        return worker

    def test_ctrl_c_and_sigterm_end_a_run_whose_output_nobody_reads(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(number):
                worker = self.start_whose_output_nobody_reads(storage=f"sqlite:///{number}.db")
                worker.send_signal(number)
                self.assertEqual(worker.wait(timeout=10), 130)
                self.assertNotIn("FAIL", [t["state"] for t in self.trials(f"sqlite:///{number}.db")])

    def test_a_second_ctrl_c_is_immediate_when_nobody_reads_the_output(self):
        worker = self.start_whose_output_nobody_reads(last_words="time.sleep(300)")
        began = time.monotonic()
        worker.send_signal(signal.SIGINT)
        time.sleep(0.1)
        worker.send_signal(signal.SIGINT)
        self.assertEqual(worker.wait(timeout=10), 130)
        self.assertLess(time.monotonic() - began, 4.0)  # the grace of its program is 5 s

    def test_sigterm_ends_a_run_as_ctrl_c_does(self):
        self.slow_study()
        worker = self.start()
        self.wait_for(lambda: len(self.started()) == 2)
        worker.send_signal(signal.SIGTERM)
        worker.communicate(timeout=20)
        self.assertFalse(any(alive(pid) for pid in self.started()))
        self.assertEqual([t["state"] for t in self.trials()], ["RUNNING", "RUNNING"])


if __name__ == "__main__":
    unittest.main()
