# SPDX-License-Identifier: MIT
"""The examples of programs that talk to their trial: from a shell script, and in JSON lines."""

import os
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cli"))
from hone_cli import HONE, CliTest  # noqa: E402

EXAMPLES = pathlib.Path(os.environ["HONE_SOURCE_DIR"]) / "examples"


class Examples(CliTest):
    def trials_of(self, example, *arguments):
        path = f"{pathlib.Path(HONE).parent}:{os.environ['PATH']}"
        self.hone("run", EXAMPLES / example / "study.jsonc", "--storage", "sqlite:///study.db", *arguments, PATH=path)
        return self.hone_json("trials", "--format", "json")

    def test_a_shell_script_asks_for_its_parameters(self):
        trials = self.trials_of("shell_define_by_run")
        self.assertEqual(len(trials), 30)
        self.assertLessEqual({t["state"] for t in trials}, {"COMPLETE", "PRUNED"})
        for trial in trials:
            circle = trial["params"]["shape"] == "circle"
            self.assertEqual(set(trial["params"]), {"shape", "radius" if circle else "corners"})
            if trial["state"] == "COMPLETE":
                self.assertEqual(sorted(trial["intermediate_values"], key=int), ["1", "2", "3", "4", "5"])
                self.assertEqual(trial["user_attrs"], {"note": f"a {trial['params']['shape']}"})
                self.assertEqual(trial["values"], [trial["intermediate_values"]["5"]])
            self.assertEqual((self.folder / f"shell-trials/{trial['number']}/corners.txt").exists(), not circle)
        self.assertIn("PRUNED", {t["state"] for t in trials})
        self.assertLess(min(t["values"][0] for t in trials if t["state"] == "COMPLETE"), 1.0)

    def test_a_long_lived_program_speaks_json_lines(self):
        trials = self.trials_of("jsonl_protocol", "--trials", "80")
        self.assertEqual([t["number"] for t in trials], list(range(80)))
        for trial in trials:
            self.assertEqual(set(trial["params"]), {"x", "kind", "y"})
        self.assertEqual({t["state"] for t in trials}, {"COMPLETE", "PRUNED"})
        self.assertLess(min(t["values"][0] for t in trials if t["state"] == "COMPLETE"), 1.0)

    def test_trials_that_save_checkpoints_pause_and_go_on(self):
        trials = self.trials_of("checkpoints")
        self.assertEqual(len(trials), 27)
        came_to = {}
        for trial in trials:
            epochs = sorted(map(int, trial["intermediate_values"]))
            self.assertEqual(epochs, list(range(1, len(epochs) + 1)))
            ended = trial["state"] == "COMPLETE"
            self.assertEqual(ended, epochs[-1] == 26)
            self.assertIn(trial["state"], {"COMPLETE", "PRUNED"})
            came_to[epochs[-1]] = came_to.get(epochs[-1], 0) + 1
            # Each run but the first went on from the checkpoint of the one before.
            log = next((self.folder / "hone-output").rglob(f"trial-{trial['number']:05}.log")).read_text()
            self.assertEqual(log.count("resumed"), {1: 0, 3: 1, 9: 2, 26: 3}[epochs[-1]])
            self.assertEqual(log.count("epoch 1 "), 1)
        self.assertGreaterEqual(came_to[1], 12)
        self.assertGreaterEqual(came_to[26], 1)
        best = max(t["values"][0] for t in trials if t["state"] == "COMPLETE")
        self.assertGreater(best, 0.9)


if __name__ == "__main__":
    unittest.main()
