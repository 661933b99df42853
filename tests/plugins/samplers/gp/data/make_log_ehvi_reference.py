#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes log_ehvi_reference.json: the expected improvement of an interval and of the hypervolume.

    pip install botorch==0.18.1 mpmath==1.3.0        (and torch)
    python3 make_log_ehvi_reference.py > log_ehvi_reference.json

truncated: E[min(max(y - lower, 0), upper - lower)] by mpmath with 400 bits, from its definition. A row: mean,
    deviation, lower, upper, then the log, its derivative in the mean and in the deviation.
exact: log EHVI by mpmath, over all cells of the grid that the points span, which needs no decomposition; also where it
    is far below the smallest double. The derivatives are by the mean and the deviation of each objective in turn.
botorch: BoTorch's analytic EHVI and its automatic derivatives, as logarithms.
All objectives are maximised.
"""
import itertools
import json
import random

import torch
from botorch.acquisition.multi_objective.analytic import ExpectedHypervolumeImprovement
from botorch.utils.multi_objective.box_decompositions.non_dominated import FastNondominatedPartitioning
from botorch.utils.testing import MockModel, MockPosterior
from mpmath import erfc, exp, inf, log, mp, mpf, pi, sqrt

mp.prec = 400
random.seed(7)


def Phi(z):
    return erfc(-z / sqrt(mpf(2))) / 2


def phi(z):
    return exp(-z * z / 2) / sqrt(2 * pi)


def h(z):
    return phi(z) + z * Phi(z)


def side(mean, deviation, lower, upper):
    """The expected length and its derivatives in the mean and the deviation."""
    mean, deviation, lower = mpf(mean), mpf(deviation), mpf(lower)
    a = (mean - lower) / deviation
    value = [deviation * h(a), Phi(a), phi(a)]
    if upper != inf:
        b = (mean - mpf(upper)) / deviation
        value = [value[0] - deviation * h(b), value[1] - Phi(b), value[2] - phi(b)]
    return value


def truncated_rows():
    rows = []
    for deviation in (1.0, 1e-4):
        for middle in (-1e5, -1e3, -45.0, -20.0, -6.0, -2.0, -0.3, 0.0, 0.3, 2.0, 6.0, 20.0, 45.0, 1e3, 1e5):
            for width in (1e-9, 1e-4, 0.01, 0.04, 0.06, 0.5, 1.5, 5.0, 30.0, 1e4):
                lower = -(middle + width / 2) * deviation
                upper = lower + width * deviation
                value, by_mean, by_deviation = side(0.0, deviation, lower, upper)
                rows.append([0.0, deviation, lower, upper] +
                            [float(v) for v in (log(value), by_mean / value, by_deviation / value)])
    return rows


def exact_ehvi(points, reference, means, deviations):
    m = len(reference)
    edges = [sorted({reference[k]} | {p[k] for p in points if p[k] > reference[k]}) + [inf] for k in range(m)]
    sides = [[side(means[k], deviations[k], lower, upper) for lower, upper in zip(edges[k], edges[k][1:])]
             for k in range(m)]
    total = mpf(0)
    slopes = [mpf(0)] * (2 * m)
    for cell in itertools.product(*(range(len(s)) for s in sides)):
        corner = [edges[k][i] for k, i in enumerate(cell)]
        if any(all(p[k] > corner[k] for k in range(m)) for p in points):
            continue
        volume = mpf(1)
        for k, i in enumerate(cell):
            volume *= sides[k][i][0]
        total += volume
        for k, i in enumerate(cell):
            slopes[2 * k] += volume / sides[k][i][0] * sides[k][i][1]
            slopes[2 * k + 1] += volume / sides[k][i][0] * sides[k][i][2]
    return [float(log(total))] + [float(s / total) for s in slopes]


def botorch_ehvi(points, reference, means, deviations):
    Y = torch.tensor(points, dtype=torch.double)
    partitioning = FastNondominatedPartitioning(torch.tensor(reference, dtype=torch.double), Y)
    mean = torch.tensor([[means]], dtype=torch.double, requires_grad=True)
    deviation = torch.tensor([[deviations]], dtype=torch.double, requires_grad=True)
    model = MockModel(MockPosterior(mean=mean, variance=deviation**2))
    value = ExpectedHypervolumeImprovement(model, reference, partitioning)(torch.zeros(1, 1, dtype=torch.double)).log()
    value.sum().backward()
    slopes = torch.stack([mean.grad.flatten(), deviation.grad.flatten()], dim=1).flatten()
    return [value.item()] + slopes.tolist()


def front(n, m):
    points = []
    while len(points) < n:
        p = [random.random() for _ in range(m)]
        length = sum(v * v for v in p) ** 0.5
        points.append([round(v / length, 4) for v in p])
    return points


def case(function, n, m, means, deviation):
    points = front(n, m)
    reference = [-0.05 * k for k in range(m)]
    mean = [round(random.uniform(*means), 4) for _ in range(m)]
    deviations = [deviation * (1.0 + 0.25 * k) for k in range(m)]
    return {"points": points, "reference": reference, "means": mean, "deviations": deviations,
            "expected": function(points, reference, mean, deviations)}


exact = [case(exact_ehvi, n, m, means, deviation)
         for m, n in ((1, 4), (2, 1), (2, 9), (3, 8), (4, 6))
         for means, deviation in (((0.0, 1.0), 0.3), ((1.0, 2.0), 0.01), ((-1.0, 0.5), 0.01), ((-3.0, -2.0), 1e-3),
                                  ((0.6, 0.8), 10.0))]
botorch = [case(botorch_ehvi, n, m, means, deviation)
           for m, n in ((2, 20), (2, 60), (3, 30), (3, 60), (4, 25))
           for means, deviation in (((0.0, 1.0), 0.3), ((0.4, 0.9), 0.1), ((0.9, 1.4), 0.05))]
print(json.dumps({"truncated": truncated_rows(), "exact": exact, "botorch": botorch})
      .replace("], [", "],\n[").replace("}, {", "},\n{"))
