# SPDX-License-Identifier: MIT
"""`hone run` and the programs that it drives: what they are told, how they answer, and what they do wrong."""

import json
import math
import os
import signal
import subprocess
import time
import unittest

from run_test import QUICK, SPACE, RunTest


class Told(RunTest):
    """How a program gets its parameters."""

    def test_by_arguments(self):
        self.program('echo "$@" >arguments-$1; ' + QUICK)
        self.config()
        self.run_study()
        for trial in self.trials():
            p = trial["params"]
            (line,) = [f.read_text() for f in self.folder.glob(f"arguments-{p['x']}")]
            self.assertEqual(line, f"{p['x']} {p['n']} {p['kind']}\n")
            self.assertAlmostEqual(trial["values"][0], (p["x"] - 1) ** 2 + p["n"], places=3)

    def test_by_the_environment(self):
        self.program('echo "$HONE_PARAM_x|$HONE_PARAM_N|$HONE_STUDY|$HONE_TRIAL_NUMBER|$EXTRA" >seen; echo 1')
        self.config(objective={"command": ["./program"], "env": {"EXTRA": "<{kind}>"}}, run={"trials": 1})
        self.run_study()
        p = self.trials()[0]["params"]
        self.assertEqual((self.folder / "seen").read_text(), f"{p['x']}|{p['n']}|study|0|<{p['kind']}>\n")

    def test_by_a_parameter_file_and_a_template(self):
        (self.folder / "input.txt").write_text("x = {x};\nkind = {kind}\nother = {braces}\n")
        self.program('cp "$1" params.json; cp filled.txt seen.txt; echo 1')
        self.config(
            objective={
                "command": ["./program", "{params_file}"],
                "params_file": "p-{trial}.json",
                "template": {"from": "{config_dir}/input.txt", "to": "filled.txt"},
            },
            run={"trials": 1},
        )
        self.run_study()
        p = self.trials()[0]["params"]
        self.assertEqual(json.loads((self.folder / "params.json").read_text()), p)
        self.assertEqual((self.folder / "seen.txt").read_text(), f"x = {p['x']};\nkind = {p['kind']}\nother = {{braces}}\n")

    def test_a_nested_list_is_left_out_where_its_parameter_is_inactive(self):
        self.program('echo "$#" >>counts; echo 1')
        space = {
            "kind": {"type": "categorical", "choices": ["a", "b"]},
            "depth": {"type": "int", "low": 1, "high": 9, "when": {"kind": "a"}},
        }
        self.config(space=space, objective={"command": ["./program", "{kind}", ["--depth", "{depth}"]]}, run={"trials": 12})
        self.run_study()
        trials = self.trials()
        self.assertEqual({"depth" in t["params"] for t in trials}, {True, False})
        expected = ["3" if "depth" in t["params"] else "1" for t in trials]
        self.assertEqual((self.folder / "counts").read_text().split(), expected)

    def test_each_in_its_own_working_directory(self):
        self.program("pwd >here; echo 1")
        self.config(objective={"workdir": "runs/{trial}", "command": [str(self.folder / "program"), "{x}"]})
        self.run_study()
        for number in range(3):
            self.assertEqual((self.folder / f"runs/{number}/here").read_text().strip(), str((self.folder / f"runs/{number}").resolve()))

    def test_never_by_a_shell_unless_asked_for(self):
        self.program('echo "$1" >seen; echo 1')
        self.config(objective={"command": ["./program", "$(touch hacked) ; {kind}"]}, run={"trials": 1})
        self.run_study()
        self.assertFalse((self.folder / "hacked").exists())
        self.config("shell.jsonc", objective={"command": "echo {n} | ./program {kind}", "shell": True}, study={"name": "s"})
        done = self.run_hone("run", "shell.jsonc")
        self.assertEqual(done.returncode, 0, done.stderr)


class Answers(RunTest):
    def answer(self, script, objective=None, **sections):
        self.program(script)
        self.config(objective=objective or {}, run={"trials": 1}, **sections)
        self.run_study()
        return self.trials()[0]

    def test_the_last_line_that_is_a_number(self):
        self.assertEqual(self.answer("echo 5; echo words 7; echo ' -2.5e1 '; echo done")["values"], [-25.0])

    def test_a_json_line(self):
        script = """echo '{"loss": 1}'; echo '{"loss": {"final": 0.25}}'"""
        self.assertEqual(self.answer(script, {"result": {"json": "loss.final"}})["values"], [0.25])

    def test_a_regular_expression(self):
        self.assertEqual(self.answer("echo loss=3 ; echo loss=2 end", {"result": {"regex": "loss=(\\S+)"}})["values"], [2.0])

    def test_a_file(self):
        script = "echo 99; echo 4 >result-0.txt"
        self.assertEqual(self.answer(script, {"result": {"file": "result-{trial}.txt"}})["values"], [4.0])

    def test_an_old_result_file_is_not_taken_for_a_new_one(self):
        (self.folder / "result.txt").write_text("4\n")
        self.program("true")
        self.config(objective={"result": {"file": "result.txt"}}, run={"trials": 1})
        self.run_study(code=1)
        self.assertEqual(self.trials()[0]["state"], "FAIL")

    def test_two_objectives(self):
        trial = self.answer(
            """echo '{"loss": 1, "size": 30}'""", {"result": {"json": ["loss", "size"]}},
            study={"direction": None, "directions": ["minimize", "maximize"]},
        )
        self.assertEqual(trial["values"], [1.0, 30.0])

    def test_intermediate_values_by_pattern_and_by_json(self):
        trial = self.answer("echo step 3: 0.5; echo step 7: 0.25; echo 0.1", {"report": {"regex": "step (\\d+): (\\S+)"}})
        self.assertEqual(trial["intermediate_values"], {"3": 0.5, "7": 0.25})

    def test_infinity_is_a_value(self):
        self.assertEqual(self.answer("echo inf")["values"], [math.inf])

    def test_output_is_kept_in_a_file_of_its_own(self):
        self.answer("echo to stdout; echo to stderr >&2; echo 1")
        (file,) = (self.folder / "hone-output/study").iterdir()
        self.assertEqual(sorted(file.read_text().splitlines()), ["1", "to stderr", "to stdout"])


class BadPrograms(RunTest):
    """Each makes FAIL trials with their reason, and the run goes on."""

    def reason_of(self, script, objective=None):
        self.program(script)
        self.config(objective=objective or {}, run={"trials": 2})
        done = self.run_study(code=1)
        self.assertIn("none of the trials came to a result", done.stderr)
        trials = self.trials()
        self.assertEqual([t["state"] for t in trials], ["FAIL", "FAIL"])
        return trials[0]["system_attrs"]["hone:fail_reason"]

    def test_exits_with_an_error(self):
        reason = self.reason_of("echo 1; echo went wrong >&2; exit 3")
        self.assertIn("exited with status 3", reason)
        self.assertIn("went wrong", reason)

    def test_is_killed_by_a_signal(self):
        self.assertIn("killed by signal 11", self.reason_of("kill -SEGV $$"))

    def test_prints_nothing_usable(self):
        self.assertIn("a line that is a number", self.reason_of("echo no number here"))

    def test_prints_nothing_at_all(self):
        self.assertIn("nothing usable", self.reason_of("true"))

    def test_prints_nan(self):
        self.assertIn("nan", self.reason_of("echo nan"))

    def test_hangs(self):
        self.assertIn("within 300ms", self.reason_of("sleep 100", {"timeout": "0.3s", "grace": "0.2s"}))

    def test_prints_without_end(self):
        self.assertIn("nothing usable", self.reason_of("head -c 50000000 /dev/zero | tr '\\0' x"))

    def test_closes_its_output(self):
        self.assertIn("nothing usable", self.reason_of("exec >&-; sleep 0.2"))

    def test_a_child_that_holds_the_output_open_does_not_hold_the_trial(self):
        self.program("sleep 300 & echo 1")
        self.config(run={"trials": 2})
        self.run_study()
        self.assertEqual([t["values"] for t in self.trials()], [[1.0], [1.0]])

    def test_some_fail_and_the_others_count(self):
        self.program('[ "$HONE_TRIAL_NUMBER" = 1 ] && exit 1; echo 1')
        self.config()
        self.run_study()
        self.assertEqual([t["state"] for t in self.trials()], ["COMPLETE", "FAIL", "COMPLETE"])

    def test_a_long_lived_program_that_breaks_the_protocol_is_replaced(self):
        self.program("read line; echo '{\"type\": \"reslut\"}'; read line")
        self.config(objective={"command": ["./program"], "protocol": "jsonl"}, run={"trials": 2})
        self.run_study(code=1)
        for trial in self.trials():
            self.assertIn("did you mean 'result'?", trial["system_attrs"]["hone:fail_reason"])


class EndlessOutput(RunTest):
    """A program that never stops printing is held to its time and to Ctrl-C as any other."""

    def endless(self, command, protocol, **objective):
        if protocol == "lines":  # so that lines are read more slowly than printed
            objective["report"] = {"regex": "(y|ye|yes)*(?<step>[0-9]+) (?<value>[0-9]+)$"}
        self.config(objective={"command": command, "protocol": protocol, "grace": "0.2s", **objective}, run={"trials": 2})

    def test_its_timeout_holds(self):
        for protocol in ("lines", "jsonl"):
            for command in (["yes"], ["sh", "-c", "yes >&2; true"]):
                with self.subTest(protocol=protocol, command=command):
                    self.endless(command, protocol, timeout="0.3s")
                    began = time.monotonic()
                    done = self.run_study("--storage", "memory", code=1)
                    self.assertLess(time.monotonic() - began, 8.0)
                    self.assertEqual(done.stdout.count("did not end within 300ms"), 2, done.stdout)

    def test_ctrl_c_ends_it(self):
        for protocol in ("lines", "jsonl"):
            with self.subTest(protocol=protocol):
                self.endless(["yes"], protocol, output=f"output-{protocol}")
                worker = self.start()
                self.addCleanup(worker.kill)
                self.wait_for((self.folder / f"output-{protocol}/trial-00000.log").exists)
                worker.send_signal(signal.SIGINT)
                output = worker.communicate(timeout=8)[0]
                self.assertEqual(worker.returncode, 130, output)

    def test_last_words_without_end_do_not_hold_up_the_run(self):
        self.program("""while read line; do echo '{"type": "result", "value": 1}'; done; exec yes""")
        self.endless(["./program"], "jsonl")
        began = time.monotonic()
        self.run_study()
        self.assertLess(time.monotonic() - began, 8.0)
        self.assertEqual([t["values"] for t in self.trials()], [[1.0], [1.0]])

    def test_a_child_that_goes_on_printing_does_not_hold_the_trial(self):
        self.endless(["sh", "-c", "echo 1; setsid yes & sleep 0.1"], "lines", result={"regex": "^([0-9]+)$"})
        began = time.monotonic()
        self.run_study()
        self.assertLess(time.monotonic() - began, 8.0)
        self.assertEqual([t["values"] for t in self.trials()], [[1.0], [1.0]])


class BadConfigs(RunTest):
    """Refused before anything is stored, with exit code 2."""

    def refused(self, *says, **sections):
        self.config(**sections)
        done = self.run_study(code=2)
        for part in says:
            self.assertIn(part, done.stderr)
        self.assertFalse((self.folder / "study.db").exists())

    def setUp(self):
        super().setUp()
        self.program(QUICK)

    def test_a_program_that_does_not_exist(self):
        self.refused("study.jsonc: objective.command[0]: ", "nowhere", objective={"command": ["./nowhere", "{x}"]})
        self.refused("no-such-program", objective={"command": ["no-such-program"]})

    def test_a_program_that_is_not_executable(self):
        (self.folder / "program").chmod(0o644)
        self.refused("program")

    def test_a_placeholder_without_a_parameter(self):
        self.refused("study.jsonc: objective.command[1]: ", "'{y}'", objective={"command": ["./program", "{y}"]})
        self.refused("did you mean '{kind}'?", objective={"command": ["./program", "{knid}"]})

    def test_a_conditional_parameter_outside_of_a_nested_list(self):
        space = {**SPACE, "d": {"type": "int", "low": 1, "high": 2, "when": {"kind": "a"}}}
        self.refused("'{d}'", '["--d", "{d}"]', space=space, objective={"command": ["./program", "{d}"]})

    def test_a_syntax_error_is_named_with_line_and_column(self):
        (self.folder / "study.jsonc").write_text('{\n  "study": {"name": "a",, }\n}\n')
        self.assertIn("study.jsonc:2:2", self.run_study(code=2).stderr)

    def test_an_unknown_key_suggests_the_nearest(self):
        self.refused("study.jsonc: objective.timeuot: ", "did you mean 'timeout'", objective={"timeuot": "1s"})
        self.refused("did you mean 'sampler'", smapler={"plugin": "tpe"})

    def test_an_unknown_plugin_says_where_it_was_looked_for(self):
        self.refused("samplers/tpee.so", "did you mean 'tpe'", sampler={"plugin": "tpee"})

    def test_an_option_of_the_wrong_type(self):
        self.refused("n_startup_trials", '"many"', sampler={"plugin": "tpe", "n_startup_trials": "many"})

    def test_an_impossible_range(self):
        self.refused("space.x", "low", space={"x": {"type": "float", "low": 2, "high": 1}})
        self.refused("space.x", "log", space={"x": {"type": "float", "low": 0, "high": 1, "log": True}})

    def test_two_directions_for_a_sampler_of_one(self):
        one = os.path.join(os.environ["HONE_BUILD_DIR"], "tests", "cli_plugins", "bad_state.so")
        self.refused(
            "bad", "random", sampler={"plugin": one}, study={"direction": None, "directions": ["minimize", "maximize"]}
        )

    def test_nothing_says_when_to_stop(self):
        self.refused("--trials", run={"trials": None})


class Output(RunTest):
    def setUp(self):
        super().setUp()
        self.program(QUICK)
        self.config(run={"trials": 4})

    def test_plain_lines_without_colour_where_there_is_no_terminal(self):
        out = self.run_study().stdout
        self.assertNotIn("\x1b", out)
        self.assertNotIn("\r", out)
        self.assertIn("best so far", out)

    def test_the_end_shows_the_best_trial_and_commands_that_work_as_printed(self):
        out = self.run_study().stdout
        best = min(self.trials(), key=lambda t: t["values"][0])
        self.assertIn(f"Best: trial {best['number']}\n", out)
        commands = out[out.index("What to type next:") :].splitlines()[1:4]
        self.assertEqual(len(commands), 3)
        for command in commands:
            self.assertEqual(os.system(f"cd {self.folder} && {command} >/dev/null"), 0, command)
        self.assertEqual(len(self.trials()), 8)

    def test_nothing_to_do_says_so(self):
        self.run_study()
        self.assertIn("Nothing is missing", self.run_study().stdout)
        self.assertIn("Best: trial", self.run_study("--quiet").stdout)

    def test_more_goes_beyond_what_is_finished(self):
        self.run_study()
        self.run_study("--more", "2")
        self.assertEqual(len(self.trials()), 6)

    def test_a_dry_run_stores_nothing(self):
        out = self.run_study("--dry-run").stdout
        self.assertIn("./program", out)
        self.assertFalse((self.folder / "study.db").exists())

    def test_flags_override_the_config(self):
        self.run_study("--set", "sampler.plugin=tpe", "--seed", "3", "--trials", "2", "--set", "study.direction=maximize")
        shown = self.hone("show")
        self.assertIn("maximize", shown)
        self.assertEqual(len(self.trials()), 2)

    def test_a_timeout_begins_no_trial_after_it(self):
        self.program("sleep 0.2; echo 1")
        self.config(run={"trials": 1000, "timeout": "0.5s"})
        self.assertIn("The time is over", self.run_study().stdout)
        self.assertLess(len(self.trials()), 6)

    def test_enqueued_trials_come_first(self):
        self.run_study("--trials", "1")
        self.hone("enqueue", "--param", "x=1", "--param", "n=1")
        self.run_study("--trials", "2")
        trial = self.trials()[1]
        self.assertEqual((trial["params"]["x"], trial["params"]["n"], trial["values"]), (1.0, 1, [1.0]))

    def test_a_full_disk_is_one_clear_error_and_loses_nothing(self):
        self.run_study()
        before = self.outcome()
        command = f"ulimit -f 128; trap '' XFSZ; {os.environ.get('HONE_BIN', 'hone')} run study.jsonc --more 3000 --quiet"
        self.long_lived(run={"trials": 4})
        done = self.run_in_shell(command)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertIn("disk", done.stderr)
        self.assertLess(len(done.stderr.splitlines()), 6, done.stderr)
        self.assertEqual(self.outcome()[:4], before)

    def run_in_shell(self, command):
        return subprocess.run(
            ["bash", "-c", command], cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=100
        )


if __name__ == "__main__":
    unittest.main()
