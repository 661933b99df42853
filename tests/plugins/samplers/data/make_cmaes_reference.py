#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes cmaes_reference.json: states of other implementations of CMA-ES after updates from fixed populations.

    pip install cma==4.5.0 cmaes==0.13.1 scipy
    python3 make_cmaes_reference.py > cmaes_reference.json

`cma` is pycma (N. Hansen), `cmaes` is CyberAgent's, which Optuna uses. Populations come from a linear congruential
generator, so that both sides make the same ones; the points of a generation are told in order of rank.
"""
import json
import warnings

import cma
import cmaes
import numpy as np
from cma.utilities.math import Mh

warnings.simplefilter("ignore")
GENERATIONS = 50


def populations(n, popsize, seed=1):
    """GENERATIONS arrays of popsize points: uniform in a cube that moves."""
    state = seed
    result = []
    for g in range(GENERATIONS):
        X = np.empty((popsize, n))
        for k in range(popsize):
            for j in range(n):
                state = (1103515245 * state + 12345) % 2**31
                X[k, j] = state / 2**30 - 1.0 + 0.02 * g * (j % 3)
        result.append(X)
    return result


def stalls(p_sigma, c_sigma, g):
    """Whether the rank-one update stalls after generation g, by the tutorial's rule and by pycma's."""
    n = len(p_sigma)
    length = np.linalg.norm(p_sigma) / np.sqrt(1 - (1 - c_sigma) ** (2 * g))
    chi = np.sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n))
    return length >= (1.4 + 2 / (n + 1)) * chi, length**2 / n - 1 >= 1 + 4 / (n + 1)


def pycma(n, popsize, seed=1):
    es = cma.CMAEvolutionStrategy(n * [0.1], 0.5, {"popsize": popsize, "updatecovwait": 0, "verbose": -9, "seed": 1})
    C0 = es.sm.C.copy()  # not quite the unit matrix
    for g, X in enumerate(populations(n, popsize, seed)):
        es.ask()
        es.tell([x.copy() for x in X], list(range(popsize)), check_points=False)
        by_tutorial, by_pycma = stalls(es.adapt_sigma.ps, es.adapt_sigma.cs, g + 1)
        if by_tutorial != by_pycma:
            return pycma(n, popsize, seed + 1)  # the one place where they differ, on purpose
    es.ask()  # decomposes C
    return {
        "kind": "pycma", "seed": seed, "C0": C0.tolist(), "n": n, "popsize": popsize, "sigma0": 0.5, "mean0": 0.1,
        "weights": [float(w) for w in es.sp.weights], "mu_eff": float(es.sp.weights.mueff), "c_c": float(es.sp.cc),
        "c_1": float(es.sp.c1), "c_mu": float(es.sp.cmu), "c_sigma": float(es.adapt_sigma.cs),
        "d_sigma": float(es.adapt_sigma.damps), "chi_n": float(Mh.chiN(n)),
        "mean": es.mean.tolist(), "sigma": float(es.sigma), "C": es.sm.C.tolist(), "p_c": es.pc.tolist(),
        "p_sigma": es.adapt_sigma.ps.tolist(),
    }


def state_of(kind, es, n, popsize):
    return {
        "kind": kind, "n": n, "popsize": popsize, "sigma0": 0.5, "mean0": 0.1,
        "weights": es._weights.tolist(), "mu_eff": float(es._mu_eff), "c_c": float(es._cc), "c_1": float(es._c1),
        "c_mu": float(es._cmu), "c_sigma": float(es._c_sigma), "d_sigma": float(es._d_sigma),
        "chi_n": float(es._chi_n), "mean": es._mean.tolist(), "sigma": float(es._sigma),
        "C": es._C.tolist(), "p_c": es._pc.tolist(), "p_sigma": es._p_sigma.tolist(),
    }


def cyberagent(kind, n, popsize):
    mean = np.full(n, 0.1)
    if kind == "cmaes":
        es = cmaes.CMA(mean, 0.5, population_size=popsize)
    elif kind == "lr_adapt":
        es = cmaes.CMA(mean, 0.5, population_size=popsize, lr_adapt=True)
    else:
        es = cmaes.SepCMA(mean, 0.5, population_size=popsize)
    for X in populations(n, popsize):
        es.tell([(x, float(k)) for k, x in enumerate(X)])
    return state_of(kind, es, n, popsize)


def margin(n, popsize):
    """The first half of the coordinates are the integers -2 ... 2."""
    half = n // 2
    bounds = np.array(half * [[-2.0, 2.0]] + (n - half) * [[-np.inf, np.inf]])
    es = cmaes.CMAwM(np.full(n, 0.1), 0.5, bounds, np.array(half * [1.0] + (n - half) * [0.0]),
                     population_size=popsize)
    A, means = [], []
    for X in populations(n, popsize):
        es.tell([(x, float(k)) for k, x in enumerate(X)])
        A.append(es._A.tolist())
        means.append(es._cma._mean.tolist())
    return {**state_of("margin", es._cma, n, popsize), "margin": es.margin, "A": A[9::10], "means": means[9::10]}


def warm_start(n, count):
    """The first `count` points of populations(n, 10), worst last."""
    points = np.concatenate(populations(n, 10))[:count]
    mean, sigma, C = cmaes.get_warm_start_mgd([(x, float(k)) for k, x in enumerate(points)])
    return {"kind": "warm_start", "n": n, "count": count, "mean": mean.tolist(), "sigma": sigma, "C": C.tolist()}


def catcma(n, choices, popsize):
    """A fixed population for the numbers; point k of generation g chooses (g // (i + 3) + k * (i + 1)) % choices[i]."""
    es = cmaes.CatCMA(np.full(n, 0.1), 0.5, np.array(choices), population_size=popsize)
    q = []
    for g, X in enumerate(populations(n, popsize)):
        points = []
        for k, x in enumerate(X):
            c = np.zeros((len(choices), max(choices)), dtype=bool)
            for i, K in enumerate(choices):
                c[i, (g // (i + 3) + k * (i + 1)) % K] = True
            points.append(((x, c), float(k)))
        es.tell(points)
        q.append([es._q[i, :K].tolist() for i, K in enumerate(choices)])
    return {**state_of("catcma", es, n, popsize), "choices": choices, "q": q[9::10]}


print(json.dumps([
    pycma(1, 4), pycma(3, 7), pycma(10, 10), pycma(5, 30),
    cyberagent("cmaes", 3, 7), cyberagent("cmaes", 10, 10), cyberagent("lr_adapt", 4, 8),
    cyberagent("sep", 6, 9), margin(6, 8), warm_start(4, 100),
    catcma(3, [2, 3, 5], 8),
], indent=0))
