# SPDX-License-Identifier: MIT
"""The commands about plugins, and those that plugins are written and checked with."""

import json
import os
import pathlib
import re
import sqlite3
import unittest

from hone_cli import CliTest


class Replay(CliTest):
    def test_agrees_with_what_was_proposed(self):
        self.study_with_trials(values=range(5))
        report = self.hone_json("replay", "--format", "json")
        self.assertEqual((report["agreed"], report["differences"]), (15, []))
        self.assertIn("15 proposals agree", self.hone("replay"))

    def test_a_value_that_was_tampered_with_differs(self):
        self.study_with_trials()
        with sqlite3.connect(self.folder / "study.db") as database:
            database.execute("UPDATE trial_params SET param_value = 4.25 WHERE param_name = 'x' AND trial_id = 2")
        done = self.run_hone("replay", HONE_STORAGE="sqlite:///study.db")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("4.25", done.stdout)


class Plugins(CliTest):
    SHIPPED = {("sampler", "random"), ("sampler", "tpe"), ("pruner", "nop"), ("pruner", "median"),
               ("pruner", "percentile"), ("storage", "memory"), ("storage", "sqlite")}

    def test_list_has_what_is_shipped(self):
        plugins = self.hone_json("plugins", "list", "--format", "json")
        self.assertLessEqual(self.SHIPPED, {(p["kind"], p["name"]) for p in plugins})
        self.assertRegex(self.hone("plugins", "list"), r"sampler +tpe +\d")

    def test_list_of_one_kind(self):
        kinds = {p["kind"] for p in self.hone_json("plugins", "list", "--kind", "pruner", "--format", "json")}
        self.assertEqual(kinds, {"pruner"})

    def test_bad_file_is_reported_and_does_not_hide_good_ones(self):
        folder = self.folder / "plugins" / "samplers"
        folder.mkdir(parents=True)
        (folder / "broken.so").write_text("not a shared object")
        done = self.run_hone("plugins", "list", "--format", "json", HONE_PLUGIN_PATH=str(self.folder / "plugins"))
        self.assertEqual(done.returncode, 0)
        self.assertIn("broken.so", done.stderr)
        self.assertLessEqual(self.SHIPPED, {(p["kind"], p["name"]) for p in json.loads(done.stdout)})

    def test_show_lists_the_options(self):
        (tpe,) = self.hone_json("plugins", "show", "tpe", "--format", "json")
        option = {o["name"]: o for o in tpe["options"]}["n_startup_trials"]
        self.assertEqual((option["type"], option["default"], option["required"]), ("int", 10, False))
        self.assertIn("categorical", tpe["capabilities"])
        self.assertRegex(self.hone("plugins", "show", "sampler/tpe"), r"n_startup_trials +int +10 ")

    def test_show_suggests_the_nearest(self):
        self.fails(1, "plugins", "show", "mediam", says="did you mean 'median'?")

    def test_show_of_a_file_that_is_no_plugin(self):
        (self.folder / "text.so").write_text("not a shared object")
        self.fails(1, "plugins", "show", "./text.so", says="text.so")


class PluginAuthor(CliTest):
    def test_new_writes_a_project_for_each_kind(self):
        for kind in ("sampler", "pruner", "storage"):
            with self.subTest(kind):
                self.hone("plugin", "new", kind, f"my_{kind}")
                folder = self.folder / f"my_{kind}"
                self.assertTrue((folder / "CMakeLists.txt").is_file())
                texts = [p.read_text() for p in folder.rglob("*") if p.is_file()]
                self.assertFalse([t for t in texts if "@NAME@" in t or "@CLASS@" in t])
                self.assertTrue((folder / "src" / f"my_{kind}.cpp").is_file())
                self.assertTrue(any(f"My{kind.capitalize()}" in t for t in texts))

    def test_new_into_another_folder(self):
        self.hone("plugin", "new", "pruner", "mine", "--dir", "deep/place")
        self.assertTrue((self.folder / "deep" / "place" / "CMakeLists.txt").is_file())

    def test_new_does_not_overwrite(self):
        self.hone("plugin", "new", "sampler", "mine")
        self.fails(1, "plugin", "new", "sampler", "mine", says=["mine", "not empty"])

    def test_new_refuses_names_and_kinds_that_cannot_be(self):
        self.fails(2, "plugin", "new", "sampler", "My-Sampler", says="my_sampler")
        self.fails(2, "plugin", "new", "samplr", "mine", says="samplr")

    def shipped_file(self, kind, name):
        for plugin in self.hone_json("plugins", "list", "--format", "json"):
            if (plugin["kind"], plugin["name"]) == (kind, name):
                return plugin["file"]
        self.fail(f"{kind}/{name} is not found")

    def test_check_passes_what_is_shipped(self):
        for kind, name in (("sampler", "random"), ("pruner", "median"), ("storage", "memory")):
            with self.subTest(name):
                checks = self.hone_json("plugin", "check", self.shipped_file(kind, name), "--format", "json")
                self.assertGreater(len(checks), 3)
                self.assertEqual({c["result"] for c in checks}, {"ok"})

    def test_check_of_a_storage_with_options(self):
        checks = self.hone_json("plugin", "check", self.shipped_file("storage", "sqlite"), "--options",
                                '{"target": "check.db"}', "--format", "json")
        self.assertEqual({c["result"] for c in checks}, {"ok"})

    def failed_checks(self, fault):
        file = pathlib.Path(os.environ["HONE_BUILD_DIR"]) / "tests" / "cli_plugins" / f"bad_{fault}.so"
        done = self.run_hone("plugin", "check", file, "--format", "json")
        self.assertEqual(done.returncode, 1, done.stderr)
        return [c for c in json.loads(done.stdout) if c["result"] == "FAILED"]

    def test_check_finds_proposals_out_of_range(self):
        self.assertTrue([c for c in self.failed_checks("out_of_range") if c["check"].startswith("proposals are possible")])

    def test_check_says_what_was_proposed_and_the_seed_to_get_it_again(self):
        file = pathlib.Path(os.environ["HONE_BUILD_DIR"]) / "tests" / "cli_plugins" / "bad_out_of_range.so"
        (first, *_) = self.failed_checks("out_of_range")
        seed, trial = re.match(r"seed (\d+): in trial (\d+) it proposes \w+ = -1\d+, which is no", first["detail"]).groups()
        again = self.run_hone("plugin", "check", file, "--seed", seed, "--cases", "1")
        self.assertEqual(again.returncode, 1)
        self.assertIn(f"seed {seed}: in trial {trial} it proposes", again.stdout)
        self.assertIn("--seed N --cases 1", again.stderr)

    def test_check_of_a_sampler_that_refuses_what_it_cannot_try(self):
        checks = self.hone_json("plugin", "check", self.shipped_file("sampler", "grid"), "--format", "json")
        self.assertEqual({c["result"] for c in checks}, {"ok"})

    def test_check_finds_state_that_does_not_come_from_the_history(self):
        self.assertTrue([c for c in self.failed_checks("state") if c["check"].startswith("a fresh instance")])

    def test_check_finds_what_throws_and_what_exports_too_much(self):
        failed = self.failed_checks("throw")
        self.assertTrue([c for c in failed if c["check"].startswith("exports hone_plugin_table")], failed)
        self.assertTrue([c for c in failed if "sample_independent" in c["detail"]], failed)

    def test_check_of_what_is_no_plugin(self):
        (self.folder / "text.so").write_text("not a shared object")
        self.fails(1, "plugin", "check", "text.so", says="text.so")
        self.fails(1, "plugin", "check", "absent.so", says="absent.so")


class Schema(CliTest):
    def test_schema_holds_the_plugins_and_their_options(self):
        schema = self.hone_json("schema")
        self.assertIn("2020-12", schema["$schema"])
        text = json.dumps(schema)
        for word in ("n_startup_trials", "percentile", "objective", "storage"):
            self.assertIn(word, text)


if __name__ == "__main__":
    unittest.main()
