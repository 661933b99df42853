#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Trains examples/digits at every point of a grid over its space and writes what it printed, for curves.py:

    record_digits.py build/dev/examples/digits/digits > digits_curves.txt

After a comment, one line for each point, the last parameter fastest: how many of the 599 validation images the network
gets right after each of 27 epochs, two digits to the base 32 each.
"""

import concurrent.futures
import itertools
import re
import subprocess
import sys

EPOCHS = 27
IMAGES = 599
GRID = [
    ("optimizer", ["sgd", "rmsprop", "adam"]),
    ("activation", ["relu", "tanh", "sigmoid"]),
    ("lr", [f"{10 ** (k / 3 - 4):.6g}" for k in range(13)]),
    ("hidden", ["16", "32", "64", "128"]),
    ("batch", ["8", "32", "128"]),
    ("dropout", ["0", "0.3"]),
]
DIGITS = "0123456789abcdefghijklmnopqrstuv"


def curve(program, point):
    flags = [word for (name, _), value in zip(GRID, point) for word in ("--" + name, value)]
    done = subprocess.run([program, "--epochs", str(EPOCHS), *flags], capture_output=True, text=True, check=True)
    right = [round(float(a) * IMAGES) for a in re.findall(r"accuracy (\S+)", done.stdout)]
    assert len(right) == EPOCHS
    return "".join(DIGITS[n // 32] + DIGITS[n % 32] for n in right)


if __name__ == "__main__":
    print(f"# Recorded by record_digits.py: right of {IMAGES} images after 1 to {EPOCHS} epochs, at the grid of")
    for name, values in GRID:
        print(f"# {name} {' '.join(values)}")
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        points = itertools.product(*(values for _, values in GRID))
        for line in pool.map(lambda point: curve(sys.argv[1], point), points):
            print(line)
