# SPDX-License-Identifier: MIT
"""Writes tpe_reference.json: what Optuna 5.0's own classes compute, for the tests of the sampler tpe.

    python make_reference.py > tpe_reference.json        (optuna 5.0.0, numpy 2.4, any platform)
"""

import datetime
import json
import sys

import numpy as np
import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.samplers._tpe.parzen_estimator import _ParzenEstimator, _ParzenEstimatorParameters
from optuna.samplers._tpe.sampler import _split_trials, default_gamma, default_weights
from optuna.trial import TrialState, create_trial

from make_reference_common import describe, draw, use_stable_sorting

optuna.logging.set_verbosity(optuna.logging.ERROR)
rng = np.random.RandomState(20261121)

use_stable_sorting()


def estimator(space, count, prior_weight=1.0, magic_clip=True, endpoints=False, points=8):
    columns = {name: draw(rng, d, count) for name, d in space.items()}
    parameters = _ParzenEstimatorParameters(prior_weight, magic_clip, endpoints, default_weights, True)
    made = _ParzenEstimator(columns, space, parameters)
    at = {name: draw(rng, d, points) for name, d in space.items()}
    mixture = made._mixture_distribution
    kernels = []
    for d, distribution in zip(mixture.distributions, space.values()):
        if isinstance(distribution, CategoricalDistribution):
            kernels.append({"rows": d.weights.tolist()})
        else:
            # Equal observations share their widths in an order that depends on the sorting.
            kernels.append({"mu": sorted(d.mu[:-1].tolist()), "sigma": sorted(d.sigma[:-1].tolist()),
                            "prior": [d.mu[-1], d.sigma[-1]]})
    return {"space": [describe(d) for d in space.values()], "prior_weight": prior_weight, "magic_clip": magic_clip,
            "endpoints": endpoints, "observations": np.array(list(columns.values())).T.tolist(),
            "weights": mixture.weights.tolist(), "kernels": kernels,
            "points": np.array(list(at.values())).T.tolist(), "log_density": made.log_pdf(at).tolist()}


def trial(number, state, value=None, reports=(), constraint=None):
    now = datetime.datetime(2026, 11, 21)
    made = create_trial(state=state, value=value if state == TrialState.COMPLETE else None,
                        intermediate_values=dict(reports),
                        constraints=None if constraint is None else {"c": constraint})
    made.number = number
    made.datetime_start = now
    return made


def split(direction, count, n_below, share):
    study = optuna.create_study(direction=direction)
    trials, told = [], []
    for number in range(count):
        kind = rng.choice(list(share), p=list(share.values()))
        value = float(np.round(rng.normal(), 1))  # ties on purpose
        reports = [(int(s), float(np.round(rng.normal(), 1))) for s in range(rng.randint(0, 4))]
        if reports and rng.rand() < 0.1:
            reports[-1] = (reports[-1][0], float("nan"))
        constraint = float(np.round(rng.uniform(0.1, 2.0), 1)) if kind == "infeasible" else None
        state = {"complete": TrialState.COMPLETE, "pruned": TrialState.PRUNED, "running": TrialState.RUNNING,
                 "infeasible": TrialState.COMPLETE}[str(kind)]
        trials.append(trial(number, state, value, reports, constraint))
        told.append({"state": state.name, "value": value, "constraint": constraint,
                     "reports": [[s, None if v != v else v] for s, v in reports]})
    below, above = _split_trials(study, trials, n_below)
    return {"direction": direction, "n_below": n_below, "trials": told, "below": [t.number for t in below],
            "above": [t.number for t in above]}


def split_of_several(directions, count, n_below, decimals, share_complete):
    study = optuna.create_study(directions=directions)
    trials, told = [], []
    for number in range(count):
        values = [float(v) for v in np.round(rng.normal(size=len(directions)), decimals)]
        complete = bool(rng.rand() < share_complete)
        constraint = None if complete else float(np.round(rng.uniform(0.1, 2.0), 2))
        made = create_trial(state=TrialState.COMPLETE, values=values,
                            constraints=None if complete else {"c": constraint})
        made.number = number
        trials.append(made)
        told.append({"values": values, "constraint": constraint})
    below, above = _split_trials(study, trials, n_below)
    return {"directions": directions, "n_below": n_below, "trials": told, "below": [t.number for t in below],
            "above": [t.number for t in above]}


unit = FloatDistribution(0.0, 1.0)
log_float = FloatDistribution(1e-5, 1e2, log=True)
stepped = FloatDistribution(-1.0, 1.0, step=0.25)
whole = IntDistribution(1, 8)
strided = IntDistribution(-10, 20, step=5)
log_whole = IntDistribution(1, 1000, log=True)
choice = CategoricalDistribution(("a", "b", "c"))
everything = {"a": unit, "b": log_float, "c": stepped, "d": whole, "e": log_whole, "f": choice, "g": strided}

estimators = [estimator({"x": d}, count) for d in everything.values() for count in (0, 1, 2, 7)]
estimators += [estimator(everything, count) for count in (3, 24, 25, 26, 60, 130)]
estimators += [estimator({"x": unit, "y": log_float}, 40, magic_clip=False), estimator({"x": unit}, 9, endpoints=True),
               estimator({"x": unit, "f": choice}, 12, prior_weight=2.5)]
splits = [split("minimize", 30, 3, {"complete": 1.0}), split("maximize", 60, 6, {"complete": 1.0}),
          split("minimize", 40, 10, {"complete": 0.1, "pruned": 0.7, "infeasible": 0.1, "running": 0.1}),
          split("maximize", 40, 20, {"complete": 0.2, "pruned": 0.3, "infeasible": 0.3, "running": 0.2}),
          split("minimize", 25, 25, {"complete": 0.3, "pruned": 0.3, "infeasible": 0.3, "running": 0.1})]
splits_of_several = [split_of_several(directions, count, n_below, decimals, share)
                     for directions in (["minimize"] * 2, ["minimize", "maximize"], ["maximize"] * 3)
                     for count, n_below, decimals, share in ((20, 2, 3, 1.0), (60, 6, 1, 1.0), (200, 20, 3, 0.9),
                                                             (40, 30, 2, 0.5))]
json.dump({"optuna": optuna.__version__, "estimators": estimators, "splits": splits, "splits_of_several": splits_of_several,
           "weights": {str(k): default_weights(k).tolist() for k in (0, 1, 24, 25, 26, 27, 40, 200)},
           "gamma": {str(n): default_gamma(n) for n in (0, 1, 9, 10, 11, 30, 99, 100, 249, 250, 251, 1000)}},
          sys.stdout)
