# SPDX-License-Identifier: MIT
"""The digits example: the program alone, and a few trials of its study."""

import os
import pathlib
import re
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cli"))
from hone_cli import CliTest  # noqa: E402

SOURCE = pathlib.Path(os.environ["HONE_SOURCE_DIR"])
DIGITS = pathlib.Path(os.environ["HONE_BUILD_DIR"]) / "examples/digits/digits"
BUILT = "{config_dir}/../../build/release/examples/digits/digits"


def digits(*arguments):
    return subprocess.run([DIGITS, *arguments], capture_output=True, text=True, check=False)


class Program(unittest.TestCase):
    def test_prints_its_accuracy_after_each_epoch_and_learns(self):
        run = digits("--epochs", "8", "--test")
        self.assertEqual(run.returncode, 0, run.stderr)
        accuracies = [float(a) for a in re.findall(r"^epoch \d+ accuracy (\S+)$", run.stdout, re.MULTILINE)]
        self.assertEqual(len(accuracies), 8)
        self.assertGreater(accuracies[-1], 0.85)
        self.assertGreater(float(re.search(r"^test accuracy (\S+)$", run.stdout, re.MULTILINE)[1]), 0.85)

    def test_is_the_same_for_the_same_seed(self):
        flags = ("--epochs", "3", "--dropout", "0.3", "--optimizer", "adam", "--layers", "2")
        self.assertEqual(digits(*flags).stdout, digits(*flags).stdout)
        self.assertNotEqual(digits(*flags).stdout, digits(*flags, "--seed", "2").stdout)

    def test_says_what_is_wrong_with_its_data(self):
        run = digits("--data", "/nowhere.csv")
        self.assertEqual((run.returncode, run.stderr), (1, "digits: cannot read /nowhere.csv\n"))


class Tuning(CliTest):
    def test_the_study_runs_prunes_and_betters_the_defaults(self):
        config = (SOURCE / "examples/digits/study.jsonc").read_text()
        self.assertIn(BUILT, config)
        (self.folder / "study.jsonc").write_text(config.replace(BUILT, str(DIGITS)))
        self.hone("run", "study.jsonc", "--storage", "sqlite:///study.db", "--trials", "40")
        trials = self.hone_json("trials", "--format", "json")
        self.assertEqual(len(trials), 40)
        self.assertEqual({t["state"] for t in trials}, {"COMPLETE", "PRUNED"})
        for trial in trials:
            self.assertEqual("momentum" in trial["params"], trial["params"]["optimizer"] == "sgd")
            self.assertEqual("hidden2" in trial["params"], trial["params"]["layers"] == 2)
            # A trial may still be pruned at its last epoch.
            epochs = len(trial["intermediate_values"])
            self.assertIn(epochs, [30] if trial["state"] == "COMPLETE" else range(5, 31))
        best = max(t["values"][0] for t in trials if t["state"] == "COMPLETE")
        default = float(digits().stdout.split()[-1])
        self.assertGreater(best, default)


if __name__ == "__main__":
    unittest.main()
