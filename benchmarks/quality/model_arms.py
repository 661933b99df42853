# SPDX-License-Identifier: MIT
"""Peers that want the whole search space first: Ax, whose default is BoTorch's, and HEBO, each with its defaults."""

from __future__ import annotations

from typing import Any, Dict, List

from problems import Outcome, Problem, RandomTrial


class AskedTrial(RandomTrial):
    """Remembers what it was asked for: the parameters' bounds or choices."""

    def __init__(self):
        super().__init__(0)
        self.space: Dict[str, Dict[str, Any]] = {}

    def suggest_float(self, name, low, high, *, step=None, log=False):
        if step:
            raise ValueError(f"{name} has steps, which are not known here")
        self.space[name] = {"kind": "float", "low": low, "high": high, "log": log}
        return super().suggest_float(name, low, high, log=log)

    def suggest_int(self, name, low, high, *, step=1, log=False):
        if step != 1 or log:
            raise ValueError(f"{name} has steps or a logarithm, which are not known here")
        self.space[name] = {"kind": "int", "low": low, "high": high}
        return super().suggest_int(name, low, high)

    def suggest_categorical(self, name, choices):
        self.space[name] = {"kind": "choice", "choices": list(choices)}
        return super().suggest_categorical(name, choices)


def space_of(problem: Problem) -> Dict[str, Dict[str, Any]]:
    """The parameters of a problem that asks for the same ones in each trial."""
    trial = AskedTrial()
    problem(trial)
    return trial.space


class ToldTrial:
    """Has the values that it was made with."""

    def __init__(self, params: Dict[str, Any]):
        self.params = params

    def suggest_float(self, name, low, high, *, step=None, log=False):
        return min(max(float(self.params[name]), low), high)

    def suggest_int(self, name, low, high, *, step=1, log=False):
        return int(self.params[name])

    def suggest_categorical(self, name, choices):
        return self.params[name]


def one_thread(seed: int) -> None:
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(seed)


def ax(name: str, problem: Problem, outcomes: List[Outcome], trials: int, seed: int) -> None:
    """Appends so many outcomes. Ax chooses the method: Sobol points first, then BoTorch's default model and logEI."""
    import logging
    import warnings

    from ax.api.client import Client
    from ax.api.configs import ChoiceParameterConfig, RangeParameterConfig

    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    one_thread(seed)
    client = Client(random_seed=seed)
    client.configure_experiment(parameters=[
        ChoiceParameterConfig(name=name, parameter_type="str", values=p["choices"], is_ordered=False)
        if p["kind"] == "choice" else
        RangeParameterConfig(name=name, parameter_type=p["kind"], bounds=(p["low"], p["high"]),
                             scaling="log" if p.get("log") else None)
        for name, p in space_of(problem).items()])
    client.configure_optimization(objective="-loss")
    while len(outcomes) < trials:
        for index, params in client.get_next_trials(max_trials=1).items():
            outcomes.append(problem(ToldTrial(params)))
            client.complete_trial(trial_index=index, raw_data={"loss": outcomes[-1].values[0]})


def hebo(name: str, problem: Problem, outcomes: List[Outcome], trials: int, seed: int) -> None:
    """Appends so many outcomes."""
    import warnings

    import numpy as np
    from hebo.design_space.design_space import DesignSpace
    from hebo.optimizers.hebo import HEBO

    warnings.simplefilter("ignore")
    one_thread(seed)
    np.random.seed(seed)
    space = DesignSpace().parse([
        {"name": name, "type": "cat", "categories": p["choices"]} if p["kind"] == "choice" else
        {"name": name, "type": "int" if p["kind"] == "int" else "pow" if p["log"] else "num", "lb": p["low"],
         "ub": p["high"]}
        for name, p in space_of(problem).items()])
    optimizer = HEBO(space, scramble_seed=seed)
    while len(outcomes) < trials:
        proposal = optimizer.suggest(n_suggestions=1)
        outcomes.append(problem(ToldTrial(proposal.iloc[0].to_dict())))
        optimizer.observe(proposal, np.array([[outcomes[-1].values[0]]]))


RUN = {"ax": ax, "hebo": hebo}
