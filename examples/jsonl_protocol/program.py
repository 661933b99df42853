#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A long-lived program: it loads its data once, and runs one trial after another as `hone run` asks it to.

Each line on standard input is a trial or the answer to a question; each line that it prints and that begins with a brace
is a question or a result. Everything else that it prints is kept as the trial's output.
"""

import json
import sys


def ask(**question):
    """One question to the trial, and its answer."""
    print(json.dumps(question), flush=True)
    return json.loads(sys.stdin.readline())


def run(params):
    """Smaller is better; nothing, if the trial was told to stop."""
    x, kind = params["x"], params["kind"]
    # A parameter that the config does not declare.
    y = ask(type="suggest", name="y", distribution={"type": "float", "low": -3, "high": 3})["value"]
    loss = 0.0
    for step in range(1, 11):
        loss = (x - 1) ** 2 + (y + 1) ** 2 + (0 if kind == "good" else 2) + 1 / step
        if ask(type="report", step=step, value=loss)["prune"]:
            return None
    return loss


print("the data are loaded", file=sys.stderr)
for line in sys.stdin:
    trial = json.loads(line)
    loss = run(trial["params"])
    result = {"type": "result", "state": "PRUNED"} if loss is None else {"type": "result", "value": loss}
    print(json.dumps(result), flush=True)
