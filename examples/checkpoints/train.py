#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Trains a linear classifier of handwritten digits, and goes on where it was stopped.

    train.py --rate R --decay D --smooth S [--resume EPOCH]

After each epoch it saves what it has come to in the working directory and prints `epoch E accuracy A`; the last line is
the accuracy after the last epoch. It may be stopped at any time: what it printed, it has saved before.
"""

import argparse
import json
import math
import os
import pathlib
import random

EPOCHS = 27
CHECKPOINT = pathlib.Path("checkpoint.json")
DIGITS = pathlib.Path(__file__).resolve().parent.parent / "digits" / "digits.csv"


def read_digits(count):
    """Pixels in 0..1 with a constant one, and the digit; every third for validation."""
    train, valid = [], []
    for i, line in enumerate(DIGITS.read_text().splitlines()[:count]):
        *pixels, digit = map(int, line.split(","))
        (valid if i % 3 == 0 else train).append(([p / 16.0 for p in pixels] + [1.0], digit))
    return train, valid


def scores(weights, pixels):
    return [sum(w * p for w, p in zip(row, pixels)) for row in weights]


def train_epoch(weights, examples, rate, smooth):
    """Softmax regression by stochastic gradient descent, with smoothed labels."""
    for pixels, digit in examples:
        raw = scores(weights, pixels)
        top = max(raw)
        odds = [math.exp(r - top) for r in raw]
        total = sum(odds)
        for k, row in enumerate(weights):
            wanted = (1.0 - smooth if k == digit else 0.0) + smooth / 10.0
            change = rate * (odds[k] / total - wanted)
            for i, p in enumerate(pixels):
                if p:
                    row[i] -= change * p


def accuracy(weights, examples):
    right = sum(max(range(10), key=scores(weights, pixels).__getitem__) == digit for pixels, digit in examples)
    return right / len(examples)


def main():
    parser = argparse.ArgumentParser()
    for name in ("rate", "decay", "smooth"):
        parser.add_argument("--" + name, type=float, required=True)
    parser.add_argument("--resume", type=int, default=0)
    arguments = parser.parse_args()

    train, valid = read_digits(450)
    weights = [[0.0] * 65 for _ in range(10)]
    done = 0
    if arguments.resume:
        saved = json.loads(CHECKPOINT.read_text())
        weights, done = saved["weights"], saved["epoch"]
        # Saved may be a later epoch, if it was stopped between saving and printing.
        print(f"resumed after epoch {done}", flush=True)
    for epoch in range(done + 1, EPOCHS + 1):
        # The same order whether it was stopped before or not.
        shuffled = random.Random(epoch).sample(train, len(train))
        train_epoch(weights, shuffled, arguments.rate * arguments.decay**epoch, arguments.smooth)
        # Written aside and moved, so that it is never half there.
        aside = CHECKPOINT.with_suffix(".new")
        aside.write_text(json.dumps({"epoch": epoch, "weights": weights}))
        os.replace(aside, CHECKPOINT)
        # After the last epoch there is nothing to stop.
        if epoch < EPOCHS:
            print(f"epoch {epoch} accuracy {accuracy(weights, valid)}", flush=True)
    print(accuracy(weights, valid))


main()
