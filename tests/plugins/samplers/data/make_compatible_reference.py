# SPDX-License-Identifier: MIT
"""Writes tpe_compatible_reference.json: log l(x) and log g(x) of Optuna 5.0's TPESampler with its defaults, as it models
whole histories, for the test of the sampler tpe with "compatible": "optuna".

    python make_compatible_reference.py > tpe_compatible_reference.json        (optuna 5.0.0, numpy 2.4, any platform)
"""

import json
import sys
import warnings

import numpy as np
import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.samplers import TPESampler
from optuna.samplers._tpe.sampler import _split_trials, default_gamma, default_gamma_multiobjective
from optuna.trial import TrialState, create_trial

from make_reference_common import describe, draw, use_stable_sorting

optuna.logging.set_verbosity(optuna.logging.ERROR)
warnings.simplefilter("ignore")
rng = np.random.RandomState(20261122)
use_stable_sorting()

SPACE = {
    "rate": FloatDistribution(1e-5, 1e2, log=True),
    "unit": FloatDistribution(0.0, 1.0),
    "stepped": FloatDistribution(-1.0, 1.0, step=0.25),
    "whole": IntDistribution(1, 8),
    "log_whole": IntDistribution(1, 1000, log=True),
    "kind": CategoricalDistribution(("a", "b", "c")),
}
BRANCHES = {0: {"branch_a": FloatDistribution(0.0, 1.0), "depth_a": IntDistribution(1, 9)},
            1: {"branch_b": FloatDistribution(1e-3, 1.0, log=True)}, 2: {}}


def one_trial(number, objectives, constrained, running):
    params = {name: float(draw(rng, d, 1)[0]) for name, d in SPACE.items()}
    space = {**SPACE, **BRANCHES[int(params["kind"])]}
    params.update({name: float(draw(rng, d, 1)[0]) for name, d in space.items() if name not in params})
    fate = rng.rand()
    state, values, reports, violations = TrialState.COMPLETE, np.round(rng.normal(size=objectives), 1).tolist(), {}, {}
    if running and fate < 0.08:
        state, values = TrialState.RUNNING, None
    elif objectives == 1 and fate < 0.3:
        state, values = TrialState.PRUNED, None
        reports = {int(s): float(np.round(rng.normal(), 1)) for s in range(rng.randint(0, 4))}
    if constrained and values is not None and rng.rand() < 0.4:
        violations = {"first": float(np.round(rng.uniform(-1.0, 2.0), 2)),
                      "second": float(np.round(rng.uniform(-100.0, 300.0)))}
    external = {name: space[name].to_external_repr(value) for name, value in params.items()}
    made = create_trial(state=state, values=values, params=external, distributions=space, intermediate_values=reports,
                        constraints=violations or None)
    return made, {"state": state.name, "values": values or [], "params": params,
                  "reports": [[s, v] for s, v in reports.items()], "constraints": violations}


def history(directions, count, constrained, multivariate, running):
    """What Optuna's sampler would draw from for the next trial: the densities for the joint space and for others."""
    sampler = TPESampler(multivariate=multivariate)
    study = optuna.create_study(directions=directions, sampler=sampler)
    told = []
    for number in range(count):
        made, written = one_trial(number, len(directions), constrained, running)
        study.add_trial(made)
        told.append(written)
    joint = sampler._search_space.calculate(study)
    spaces = [joint] if multivariate else [{name: d} for name, d in joint.items()]
    spaces += [{name: d} for branch in BRANCHES.values() for name, d in branch.items()]
    # As _sample does it.
    states = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.RUNNING)
    trials = study._get_trials(deepcopy=False, states=states, use_cache=False)
    n = sum(trial.state != TrialState.RUNNING for trial in trials)
    gamma = default_gamma if len(directions) == 1 else default_gamma_multiobjective
    below, above = _split_trials(study, trials, gamma(n))
    densities = []
    for space in spaces:
        columns = {name: draw(rng, d, 5) for name, d in space.items()}
        estimators = [sampler._build_parzen_estimator(study, space, part, handle_below=is_below)
                      for part, is_below in ((below, True), (above, False))]
        densities.append({"space": [{"name": name, **describe(d)} for name, d in space.items()],
                          "points": np.array(list(columns.values())).T.tolist(),
                          "log_below": estimators[0].log_pdf(columns).tolist(),
                          "log_above": estimators[1].log_pdf(columns).tolist()})
    return {"directions": directions, "multivariate": multivariate, "trials": told, "densities": densities}


one, two = ["minimize"], ["minimize", "maximize"]
json.dump({"optuna": optuna.__version__,
           "histories": [history(one, 12, False, True, False), history(["maximize"], 60, False, True, True),
                         history(one, 200, True, True, True), history(one, 60, True, False, True),
                         history(two, 40, False, False, True), history(two, 80, True, True, False)]}, sys.stdout)
