# SPDX-License-Identifier: MIT
"""Tunes a small network of PyTorch on the handwritten digits of examples/digits; hopeless trainings are ended early.

python examples/pytorch/tune.py [TRIALS]
"""

import pathlib
import sys

import torch

import hone

EPOCHS = 12
DATA = pathlib.Path(__file__).resolve().parents[1] / "digits/digits.csv"


def load():
    rows = [[float(cell) for cell in line.split(",")] for line in DATA.read_text().splitlines()]
    table = torch.tensor(rows)
    table = table[torch.randperm(len(table), generator=torch.Generator().manual_seed(0))]
    images, labels = table[:, :64] / 16, table[:, 64].long()
    return images[:1200], labels[:1200], images[1200:], labels[1200:]


def objective(trial, data):
    images, labels, other_images, other_labels = data
    torch.manual_seed(trial.number)
    hidden = trial.suggest_int("hidden", 8, 128, log=True)
    rate = trial.suggest_float("rate", 1e-4, 1.0, log=True)
    batch = trial.suggest_categorical("batch", [16, 64, 256])
    model = torch.nn.Sequential(torch.nn.Linear(64, hidden), torch.nn.ReLU(), torch.nn.Linear(hidden, 10))
    if trial.suggest_categorical("optimizer", ["sgd", "adam"]) == "sgd":
        momentum = trial.suggest_float("momentum", 0.0, 0.99)
        optimizer = torch.optim.SGD(model.parameters(), lr=rate, momentum=momentum)
    else:
        optimizer = torch.optim.Adam(model.parameters(), lr=rate)

    accuracy = 0.0
    for epoch in range(EPOCHS):
        for rows in torch.randperm(len(images)).split(batch):
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(model(images[rows]), labels[rows]).backward()
            optimizer.step()
        with torch.no_grad():
            accuracy = (model(other_images).argmax(1) == other_labels).float().mean().item()
        trial.report(accuracy, epoch)
        if trial.should_prune():
            raise hone.TrialPruned
    return accuracy


def main():
    trials = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    data = load()
    pruner = hone.pruners.Median(n_warmup_steps=2)
    study = hone.create_study(direction="maximize", sampler="tpe", pruner=pruner, seed=1)
    study.optimize(lambda trial: objective(trial, data), n_trials=trials, show_progress_bar=True)
    pruned = len(study.get_trials(states=[hone.TrialState.PRUNED]))
    print(f"best accuracy {study.best_value:.4f} with {study.best_params}; {pruned} of {trials} trials ended early")


if __name__ == "__main__":
    main()
