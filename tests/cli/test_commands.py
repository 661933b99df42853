# SPDX-License-Identifier: MIT
"""The commands of `hone`, each as its user types it: what it prints, where, and its exit code."""

import csv
import datetime
import io
import json
import os
import pty
import re
import select
import subprocess
import unittest

from hone_cli import HONE, SPACE, CliTest

TRIAL_KEYS = [
    "number", "state", "values", "params", "intermediate_values", "user_attrs", "system_attrs", "datetime_start",
    "datetime_complete",
]


class Program(CliTest):
    def test_version(self):
        self.assertRegex(self.hone("--version"), r"^hone \d+\.\d+\.\d+\n$")

    def test_help_of_every_command_has_an_example(self):
        listing = self.hone("--help").split("Subcommands:")[1].split("Examples:")[0]
        commands = re.findall(r"^  (\w+)  ", listing, re.MULTILINE)
        self.assertGreaterEqual(len(commands), 15)
        for command in commands:
            with self.subTest(command):
                self.assertRegex(self.hone(command, "--help"), r"(?s)hone " + command + r".*hone " + command)

    def test_nothing_given_prints_help_and_fails(self):
        done = self.run_hone()
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("Subcommands:", done.stderr)

    def test_unknown_command_suggests_the_nearest(self):
        self.fails(2, "trails", says=["no command 'hone trails'", "did you mean 'trials'?"])

    def test_unknown_subcommand_suggests_the_nearest(self):
        self.fails(2, "plugins", "lst", says="did you mean 'list'?")

    def test_unknown_option_suggests_the_nearest(self):
        self.fails(2, "trials", "--formt", "json", says=["'hone trials' has no option '--formt'", "'--format'"])

    def test_surplus_argument_is_refused(self):
        self.fails(2, "best", "of_all", says="does not expect 'of_all'")

    def test_wrong_format_is_refused(self):
        self.fails(2, "trials", "--format", "yaml", says="yaml")

    def test_standard_output_that_cannot_be_written_is_a_failure(self):
        self.study_with_trials()
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = subprocess.run(
                [HONE, "trials", "--storage", "sqlite:///study.db"], cwd=self.folder, stdout=full,
                stderr=subprocess.PIPE, text=True, check=False,
            )
        self.assertEqual(done.returncode, 1)
        self.assertIn("standard output could not be written", done.stderr)


class StorageArguments(CliTest):
    READERS = [["best"], ["trials"], ["studies"], ["show"], ["export"], ["delete", "--yes"], ["replay"], ["tell", "0", "1"]]

    def test_reading_commands_do_not_create_a_storage(self):
        for command in self.READERS:
            with self.subTest(command[0]):
                self.fails(1, *command, HONE_STORAGE="sqlite:///absent.db", says="absent.db")
                self.assertFalse((self.folder / "absent.db").exists())

    def test_path_alone_names_a_sqlite_file(self):
        self.study_with_trials()
        self.assertEqual(json.loads(self.hone("trials", "--format", "json", HONE_STORAGE="study.db"))[0]["number"], 0)
        self.fails(1, "trials", HONE_STORAGE="absent.db", says="absent.db")

    def test_no_storage_is_an_error_that_says_how_to_name_one(self):
        self.fails(2, "trials", HONE_STORAGE="", says=["--storage", "HONE_STORAGE"])

    def test_option_wins_over_the_environment(self):
        self.study_with_trials()
        out = self.hone("studies", "--storage", "sqlite:///study.db", HONE_STORAGE="sqlite:///absent.db")
        self.assertIn("lab", out)

    def test_unknown_kind_of_storage(self):
        self.fails(2, "trials", HONE_STORAGE="oracle://x", says="oracle")

    def test_study_may_be_left_out_when_there_is_one(self):
        self.study_with_trials(study="only")
        self.assertEqual(len(self.hone_json("trials", "--format", "json")), 3)

    def test_several_studies_are_listed_when_none_is_named(self):
        self.study_with_trials(study="first")
        self.study_with_trials(study="second")
        for command in (["best"], ["trials"], ["show"], ["export"], ["replay"], ["delete", "--yes"]):
            with self.subTest(command[0]):
                self.fails(2, *command, says=["first", "second"])

    def test_unknown_study_suggests_the_nearest(self):
        self.study_with_trials(study="digits")
        self.fails(2, "best", "--study", "digist", says=["'digist'", "did you mean 'digits'?"])

    def test_file_that_is_no_database(self):
        (self.folder / "study.db").write_text("this is a text file, long enough to be looked at as one\n" * 40)
        self.fails(1, "trials", says="study.db")


class Trials(CliTest):
    def test_json_is_an_array_with_exactly_these_members(self):
        asked = self.study_with_trials()
        trials = self.hone_json("trials", "--format", "json")
        self.assertEqual([t["number"] for t in trials], [0, 1, 2])
        for trial, asked_for, value in zip(trials, asked, (3.0, -1.5, 2.0)):
            self.assertEqual(list(trial), TRIAL_KEYS)
            self.assertEqual(trial["state"], "COMPLETE")
            self.assertEqual(trial["values"], [value])
            self.assertEqual(trial["params"], asked_for["params"])
            start = datetime.datetime.fromisoformat(trial["datetime_start"])
            end = datetime.datetime.fromisoformat(trial["datetime_complete"])
            self.assertLessEqual(start, end)
            self.assertEqual(start.utcoffset(), datetime.timedelta(0))

    def test_unfinished_trial_has_null_values_and_no_end(self):
        self.ask()
        (trial,) = self.hone_json("trials", "--format", "json")
        self.assertEqual((trial["state"], trial["values"], trial["datetime_complete"]), ("RUNNING", None, None))

    def test_csv_has_a_header_and_quotes_what_needs_it(self):
        self.study_with_trials(values=range(8))
        trials = self.hone_json("trials", "--format", "json")
        rows = list(csv.DictReader(io.StringIO(self.hone("trials", "--format", "csv"))))
        self.assertEqual(len(rows), 8)
        self.assertEqual({t["params"]["kind"] for t in trials}, {"plain", 'with "quotes", and commas'})
        for row, trial in zip(rows, trials):
            self.assertEqual(row["params_kind"], trial["params"]["kind"])
            self.assertEqual(float(row["params_x"]), trial["params"]["x"])
            self.assertEqual(float(row["value"]), trial["values"][0])

    def test_table_is_aligned_with_numbers_to_the_right(self):
        self.study_with_trials(values=(3.0, -15.25, 1e-7))
        lines = self.hone("trials").splitlines()
        end = lines[0].index("value") + len("value")
        self.assertEqual([line[:end].split()[-1] for line in lines], ["value", "3", "-15.25", "1e-07"])
        self.assertTrue(all(line[end] == " " for line in lines))

    def test_table_has_no_colour_without_a_terminal(self):
        self.study_with_trials()
        self.assertNotIn("\x1b", self.hone("trials"))

    def test_only_trials_of_a_state(self):
        self.study_with_trials()
        self.ask()
        self.assertEqual([t["number"] for t in self.hone_json("trials", "--format", "json", "--state", "running")], [3])
        self.fails(2, "trials", "--state", "lost", says="lost")

    def test_only_the_last(self):
        self.study_with_trials()
        self.assertEqual([t["number"] for t in self.hone_json("trials", "--format", "json", "--last", 2)], [1, 2])
        self.fails(2, "trials", "--last", "-1", says="no whole number")

    def test_control_characters_do_not_reach_the_terminal(self):
        self.study_with_trials(study="evil\x1b[31m")
        self.assertIn("evil\\x1b[31m", self.hone("studies"))
        self.assertEqual(self.hone_json("studies", "--format", "json")[0]["name"], "evil\x1b[31m")


class Terminal(CliTest):
    def output_on_a_terminal(self, *arguments, width=40, **environment):
        leader, follower = pty.openpty()
        subprocess.run(["stty", "cols", str(width)], stdin=follower, check=True)
        process = subprocess.Popen(
            [HONE, *arguments], cwd=self.folder, stdout=follower, stdin=subprocess.DEVNULL,
            env={**self.environment, "TERM": "xterm", "HONE_STORAGE": "sqlite:///study.db", **environment},
        )
        os.close(follower)
        output = b""
        while select.select([leader], [], [], 30)[0]:
            try:
                chunk = os.read(leader, 65536)
            except OSError:
                break
            if not chunk:
                break
            output += chunk
        process.wait(timeout=30)
        os.close(leader)
        return output.decode().replace("\r\n", "\n")

    def test_lines_are_cut_to_the_width_of_the_terminal(self):
        self.study_with_trials()
        lines = self.output_on_a_terminal("trials", NO_COLOR="1").splitlines()
        self.assertTrue(all(len(line) <= 40 for line in lines), lines)
        self.assertTrue(any(line.endswith("…") for line in lines), lines)

    def test_colour_on_a_terminal_unless_no_color_is_set(self):
        self.study_with_trials()
        self.assertIn("\x1b[", self.output_on_a_terminal("trials"))
        self.assertNotIn("\x1b[", self.output_on_a_terminal("trials", NO_COLOR="1"))


class Best(CliTest):
    def test_prints_the_best_trial(self):
        asked = self.study_with_trials()
        out = self.hone("best")
        self.assertIn("trial 1\n", out)
        self.assertRegex(out, r"value +-1\.5\n")
        self.assertRegex(out, rf"n +{asked[1]['params']['n']}\n")

    def test_json_is_one_trial(self):
        self.study_with_trials()
        best = self.hone_json("best", "--format", "json")
        self.assertEqual((best["number"], best["values"]), (1, [-1.5]))
        self.assertEqual(list(best), TRIAL_KEYS)

    def test_no_complete_trial(self):
        self.ask()
        self.fails(1, "best", says="no COMPLETE trial")

    def test_two_directions_give_the_pareto_front(self):
        for values in ((1.0, 5.0), (2.0, 2.0), (3.0, 3.0)):
            trial = self.hone_json(
                "ask", "--study", "two", "--direction", "minimize", "--direction", "minimize", "--sampler", "random",
                "--space", SPACE,
            )
            self.hone("tell", "--study", "two", trial["number"], *values, "--lease", trial["lease"])
        self.assertEqual([t["number"] for t in self.hone_json("best", "--format", "json")], [0, 1])
        rows = list(csv.DictReader(io.StringIO(self.hone("best", "--format", "csv"))))
        self.assertEqual([float(row["value_1"]) for row in rows], [5.0, 2.0])


class Studies(CliTest):
    def test_lists_the_studies(self):
        self.study_with_trials(study="first")
        self.ask("second")
        studies = self.hone_json("studies", "--format", "json")
        self.assertEqual([(s["name"], s["directions"], s["trials"]) for s in studies],
                         [("first", ["minimize"], 3), ("second", ["minimize"], 1)])
        self.assertRegex(self.hone("studies"), r"first +minimize +3 ")
        self.assertEqual(self.hone("studies", "--format", "csv").splitlines()[0], "name,direction,trials,datetime_start")


class Show(CliTest):
    def test_json_summary(self):
        self.study_with_trials()
        trial = self.ask()
        self.hone("tell", trial["number"], "--state", "fail")
        summary = self.hone_json("show", "--format", "json")
        self.assertEqual(summary["name"], "lab")
        self.assertEqual(summary["directions"], ["minimize"])
        self.assertEqual(summary["trials"], {"COMPLETE": 3, "PRUNED": 0, "FAIL": 1, "RUNNING": 0, "WAITING": 0})
        self.assertEqual(summary["best"]["number"], 1)
        self.assertEqual(summary["seed"], "1")
        self.assertEqual([s["plugin"] for s in summary["samplers"]], ["random"])
        self.assertIn("study.db", summary["storage"])

    def test_text_summary(self):
        self.study_with_trials()
        out = self.hone("show")
        for part in ("lab", "minimize", "random", "3 COMPLETE", "trial 1"):
            self.assertIn(part, out)

    def test_csv_summary(self):
        self.study_with_trials()
        rows = dict(list(csv.reader(io.StringIO(self.hone("show", "--format", "csv"))))[1:])
        self.assertEqual(rows["trials"], "3 COMPLETE")


class Delete(CliTest):
    def test_deletes_with_yes(self):
        self.study_with_trials(study="old")
        self.ask("new")
        self.hone("delete", "--study", "old", "--yes")
        self.assertEqual([s["name"] for s in self.hone_json("studies", "--format", "json")], ["new"])

    def test_absent_study_is_a_failure(self):
        self.study_with_trials()
        self.fails(1, "delete", "--study", "absent", "--yes", says="'absent'")

    def test_needs_yes_where_nobody_can_be_asked(self):
        self.study_with_trials()
        self.fails(2, "delete", "--study", "lab", says="--yes")
        self.assertEqual(len(self.hone_json("studies", "--format", "json")), 1)

    def test_asks_on_a_terminal(self):
        self.study_with_trials()
        for answer, code, left in (("n\n", 1, 1), ("y\n", 0, 0)):
            with self.subTest(answer):
                leader, follower = pty.openpty()
                os.write(leader, answer.encode())
                done = subprocess.run(
                    [HONE, "delete", "--storage", "sqlite:///study.db"], cwd=self.folder, stdin=follower,
                    capture_output=True, text=True, timeout=60, check=False,
                )
                os.close(leader)
                os.close(follower)
                self.assertEqual(done.returncode, code, done.stderr)
                self.assertIn("Delete the study 'lab' with its 3 trials", done.stderr)
                self.assertEqual(len(self.hone_json("studies", "--format", "json")), left)


class Export(CliTest):
    def test_json_holds_everything(self):
        self.study_with_trials()
        self.hone("enqueue", "--param", "x=1", "--user-attr", "who=me")
        self.hone("export", "--output", "study.json")
        exported = json.loads((self.folder / "study.json").read_text())
        self.assertEqual(exported["study"]["name"], "lab")
        self.assertIn("seed", exported["study"]["facts"])
        self.assertEqual([t["state"] for t in exported["trials"]], ["COMPLETE"] * 3 + ["WAITING"])
        self.assertEqual(exported["trials"][3]["user_attrs"]["who"], "me")
        self.assertEqual(exported["trials"][0]["distributions"]["n"]["name"], "IntDistribution")
        self.assertEqual(sorted(p.name for p in self.folder.iterdir() if "study.json" in p.name), ["study.json"])

    def test_csv_to_standard_output(self):
        self.study_with_trials()
        rows = list(csv.DictReader(io.StringIO(self.hone("export", "--format", "csv"))))
        self.assertEqual([float(row["value"]) for row in rows], [3.0, -1.5, 2.0])

    def test_folder_that_does_not_exist(self):
        self.study_with_trials()
        self.fails(1, "export", "--output", "absent/study.json", says="absent/study.json")


class AskAndTell(CliTest):
    def test_ask_prints_number_params_and_lease(self):
        trial = self.ask()
        self.assertEqual(list(trial), ["number", "params", "lease"])
        self.assertEqual(trial["number"], 0)
        self.assertEqual(set(trial["params"]), {"x", "n", "kind"})
        self.assertTrue(-5 <= trial["params"]["x"] <= 5)
        self.assertTrue(trial["lease"])

    def test_ask_for_several(self):
        out = self.hone("ask", "--study", "lab", "--direction", "minimize", "--space", SPACE, "--count", 3)
        self.assertEqual([json.loads(line)["number"] for line in out.splitlines()], [0, 1, 2])
        self.fails(2, "ask", "--count", 0, says="no whole number")

    def test_distributions_in_the_form_of_optuna(self):
        text = json.dumps({
            "y": {"name": "FloatDistribution", "attributes": {"step": None, "low": 1e-3, "high": 1.0, "log": True}},
        })
        trial = self.hone_json("ask", "--study", "lab", "--direction", "maximize", "--distributions", text)
        self.assertTrue(1e-3 <= trial["params"]["y"] <= 1.0)

    def test_ask_does_not_create_a_study_without_directions(self):
        self.fails(1, "ask", "--study", "lab", "--space", SPACE, says="study.db")
        self.study_with_trials()
        self.fails(2, "ask", "--study", "other", "--space", SPACE, says="'other'")

    def test_ask_by_a_config(self):
        (self.folder / "study.jsonc").write_text(json.dumps({
            "study": {"name": "configured", "direction": "maximize"}, "storage": "sqlite:///own.db",
            "sampler": {"plugin": "random", "seed": 3}, "space": json.loads(SPACE),
        }))
        trial = self.hone_json("ask", "--config", "study.jsonc")
        self.assertEqual(set(trial["params"]), {"x", "n", "kind"})
        studies = json.loads(self.hone("studies", "--storage", "sqlite:///own.db", "--format", "json"))
        self.assertEqual([(s["name"], s["directions"]) for s in studies], [("configured", ["maximize"])])

    def test_memory_storage_is_refused(self):
        self.fails(2, "ask", "--study", "lab", "--direction", "minimize", HONE_STORAGE="memory", says="memory")

    def test_wrong_spaces_are_refused(self):
        for space, part in (
            ("{", "--space"),
            ('{"x": {"type": "float", "low": 2, "high": 1}}', "low"),
            ('{"x": {"type": "float", "low": 0, "high": 1, "log": true}}', "log"),
            ('{"x": {"type": "flaot", "low": 0, "high": 1}}', "flaot"),
        ):
            with self.subTest(space):
                self.fails(2, "ask", "--study", "lab", "--direction", "minimize", "--space", space, says=part)

    def test_wrong_lease_length_is_refused(self):
        self.fails(2, "ask", "--study", "lab", "--direction", "minimize", "--lease", "long", says=["'long'", "10m"])

    def test_unknown_sampler(self):
        self.fails(2, "ask", "--study", "lab", "--direction", "minimize", "--sampler", "tpee", says="tpe")

    def test_tell_completes_a_trial(self):
        trial = self.ask()
        done = self.run_hone("tell", 0, "-.5", "--lease", trial["lease"], HONE_STORAGE="sqlite:///study.db")
        self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)
        self.assertIn("trial 0 is COMPLETE with -0.5", done.stderr)
        self.assertEqual(self.hone_json("best", "--format", "json")["values"], [-0.5])

    def test_tell_nan_makes_the_trial_fail(self):
        self.ask()
        self.hone("tell", 0, "nan")
        self.assertEqual(self.hone_json("trials", "--format", "json")[0]["state"], "FAIL")

    def test_tell_a_failure_with_its_reason(self):
        self.ask()
        self.hone("tell", 0, "--state", "fail", "--reason", "no material")
        self.assertIn("no material", self.hone("trials"))

    def test_finished_trial_is_not_told_again(self):
        self.study_with_trials()
        self.fails(1, "tell", 1, 7, says="finished")
        self.assertEqual(self.hone_json("best", "--format", "json")["values"], [-1.5])
        self.hone("tell", 1, 7, "--skip-if-finished")
        self.assertEqual(self.hone_json("best", "--format", "json")["values"], [-1.5])

    def test_wrong_lease_is_refused(self):
        self.ask()
        self.ask()
        other = self.ask()["lease"]
        self.fails(1, "tell", 0, 1, "--lease", other, says="trial 0")
        self.assertEqual(self.hone_json("trials", "--format", "json")[0]["state"], "RUNNING")

    def test_wrong_values_are_refused(self):
        self.ask()
        self.fails(2, "tell", 0, 1, 2, says="1 objective")
        self.fails(2, "tell", 0, "good", says="'good' is no number")
        self.fails(2, "tell", 0, says="--state fail")
        self.fails(2, "tell", "first", 1, says="'first' is no whole number")
        self.fails(2, "tell", 0, "--state", "done", says="done")
        self.assertEqual(self.hone_json("trials", "--format", "json")[0]["state"], "RUNNING")

    def test_unknown_trial(self):
        self.ask()
        self.fails(1, "tell", 5, 1, says="5")


class Enqueue(CliTest):
    def test_enqueued_trial_is_asked_for_next(self):
        self.study_with_trials()
        self.assertEqual(self.hone("enqueue", "--param", "x=0.25", "--param", "kind=plain"), "3\n")
        trial = self.ask()
        self.assertEqual(trial["number"], 3)
        self.assertEqual((trial["params"]["x"], trial["params"]["kind"]), (0.25, "plain"))

    def test_params_as_json(self):
        self.study_with_trials()
        self.hone("enqueue", "--params", '{"x": 1.5, "n": 4}')
        self.assertEqual(self.ask()["params"]["n"], 4)

    def test_existing_trial_is_skipped(self):
        self.study_with_trials()
        self.hone("enqueue", "--param", "x=1", "--skip-if-exists")
        self.assertEqual(self.hone("enqueue", "--param", "x=1", "--skip-if-exists"), "")
        self.assertEqual(len(self.hone_json("trials", "--format", "json")), 4)

    def test_config_creates_the_study_and_checks_the_values(self):
        (self.folder / "study.jsonc").write_text(json.dumps({
            "study": {"direction": "minimize"}, "storage": "sqlite:///own.db", "sampler": "random",
            "space": {"lr": {"type": "float", "low": 0, "high": 1}, "size": {"type": "categorical", "choices": ["1", "2"]}},
        }))
        enqueue = ["enqueue", "--config", "study.jsonc"]
        self.fails(2, *enqueue, "--param", "lr=2", says=["lr", "range"])
        self.fails(2, *enqueue, "--param", "lrr=1", says="did you mean 'lr'?")
        self.assertFalse((self.folder / "own.db").exists())
        self.assertEqual(self.hone(*enqueue, "--param", "lr=0.5", "--param", "size=2"), "0\n")
        trial = self.hone_json("ask", "--config", "study.jsonc")
        self.assertEqual(trial["params"], {"lr": 0.5, "size": "2"})
        self.assertRegex(self.hone("studies", "--storage", "own.db"), "\nstudy +minimize")

    def test_wrong_assignments_are_refused(self):
        self.study_with_trials()
        self.fails(2, "enqueue", "--param", "x", says="name=value")
        self.fails(2, "enqueue", "--param", "x=[1]", says="x")
        self.fails(2, "enqueue", "--params", "[1]", says="object")


if __name__ == "__main__":
    unittest.main()
