# SPDX-License-Identifier: MIT
"""Writes genetic_reference.json: what pymoo's operators and selections compute. Made with pymoo 0.6.2."""

import json
import pathlib

import numpy as np
from pymoo.algorithms.moo.nsga3 import HyperplaneNormalization, associate_to_niches
from pymoo.indicators.hv import Hypervolume
from pymoo.operators.crossover.sbx import cross_sbx
from pymoo.operators.mutation.pm import mut_pm
from pymoo.operators.survival.rank_and_crowding.metrics import calc_crowding_distance
from pymoo.util.nds.non_dominated_sorting import NonDominatedSorting
from pymoo.util.ref_dirs import get_reference_directions

rng = np.random.default_rng(1)


class Given:
    """Gives out prepared numbers in place of random ones."""

    def __init__(self, *answers):
        self.answers = list(answers)

    def random(self, shape):
        return np.broadcast_to(self.answers.pop(0), shape).astype(float)


def sbx(a, b, u, eta):
    # Crossed for certain, and never exchanged: the children beside the first and the second parent.
    x = np.array([[[a]], [[b]]])
    eta, prob = np.array([[float(eta)]]), np.array([[0.0]])
    children = cross_sbx(x, np.zeros(1), np.ones(1), eta, 1.0, prob, random_state=Given(0.0, u, 1.0))
    return sorted(children[:, 0, 0].tolist())


def mutation(x, u, eta):
    state = Given(0.0, u)
    return mut_pm(np.array([[x]]), np.zeros(1), np.ones(1), np.array([float(eta)]), np.array([1.0]), False,
                  random_state=state)[0, 0]


def sbx_cases():
    for eta in (2, 15, 20):
        for a, b in ((0.2, 0.7), (0.9, 0.05), (0.0, 0.4), (0.5, 0.5001)):
            for u in (0.0, 0.01, 0.3, 0.5, 0.6, 0.93, 0.999):
                yield [a, b, u, eta, *sbx(a, b, u, eta)]


def mutation_cases():
    for eta in (5, 20):
        for x in (0.0, 0.03, 0.5, 0.81, 1.0):
            for u in (0.0, 0.01, 0.3, 0.5, 0.6, 0.93, 0.999):
                yield [x, u, eta, mutation(x, u, eta)]


def fronts():
    for objectives, count in ((2, 40), (3, 40), (4, 30)):
        points = np.round(rng.random((count, objectives)), 3)
        ranks = NonDominatedSorting().do(points, return_rank=True)[1]
        front = points[ranks == 0]
        # pymoo takes the mean over the objectives, the paper the sum.
        crowding = calc_crowding_distance(front) * objectives
        yield {
            "objectives": objectives,
            "points": points.ravel().tolist(),
            "ranks": ranks.tolist(),
            "crowding": [None if np.isinf(c) else c for c in crowding],
        }


def reference_points():
    for objectives, divisions in ((2, 12), (3, 4), (5, 3)):
        points = get_reference_directions("das-dennis", objectives, n_partitions=divisions)
        yield {"objectives": objectives, "divisions": divisions, "points": points.ravel().tolist()}


def niches():
    directions = get_reference_directions("das-dennis", 3, n_partitions=4)
    normalization = HyperplaneNormalization(3)
    for generation in range(4):
        # Parts of a sphere of unlike extent, coming nearer.
        raw = np.abs(rng.normal(size=(30, 3)))
        points = raw / np.linalg.norm(raw, axis=1, keepdims=True) * [1.0, 10.0, 0.2] * (2.0 - 0.3 * generation)
        points = points + rng.random((30, 1)) * [0.1, 1.0, 0.02]
        first = NonDominatedSorting().do(points, only_non_dominated_front=True)
        normalization.update(points, nds=first)
        ideal, nadir = normalization.ideal_point, normalization.nadir_point
        niche, distance, _ = associate_to_niches(points, directions, ideal, nadir)
        yield {
            "points": points.ravel().tolist(),
            "ideal": ideal.tolist(),
            "nadir": nadir.tolist(),
            "niches": niche.tolist(),
            "distances": distance.tolist(),
        }


def contributions():
    for objectives, count in ((2, 12), (3, 15), (4, 10)):
        raw = np.abs(rng.normal(size=(count, objectives)))
        points = 1.0 - raw / np.linalg.norm(raw, axis=1, keepdims=True)
        volume = Hypervolume(ref_point=np.full(objectives, 1.1))
        whole = volume(points)
        lost = [whole - volume(np.delete(points, i, axis=0)) for i in range(count)]
        yield {"objectives": objectives, "points": points.ravel().tolist(), "contributions": lost}


reference = {
    "sbx": list(sbx_cases()),
    "mutation": list(mutation_cases()),
    "fronts": list(fronts()),
    "reference_points": list(reference_points()),
    "niches": list(niches()),
    "contributions": list(contributions()),
}
text = json.dumps(reference, separators=(",", ":"))
pathlib.Path(__file__).with_name("genetic_reference.json").write_text(text.replace("],[", "],\n[") + "\n")
