# SPDX-License-Identifier: MIT
"""From regrets to verdicts: hypervolume, scores, Mann-Whitney with Holm's correction, Wilcoxon, bootstrap. Needs
NumPy only; the tests compare with SciPy.
"""

from __future__ import annotations

import bisect
import math
from typing import Dict, List, Sequence, Tuple

import numpy as np

FLOOR = 1e-8  # smaller regrets count as this: COCO's final target

# ---- hypervolume


def area(points: np.ndarray, reference: Sequence[float]) -> float:
    """What points (to be minimised) dominate of the quadrant below the reference point."""
    total, lowest = 0.0, reference[1]
    for x, y in sorted(map(tuple, points)):
        if x < reference[0] and y < lowest:
            total += (reference[0] - x) * (lowest - y)
            lowest = y
    return total


def volume(points: np.ndarray, reference: Sequence[float]) -> float:
    """As `area`, with three objectives: slice by slice along the last, the front of the first two kept sorted."""
    xs, ys = [-math.inf, reference[0]], [reference[1], -math.inf]  # x ascends, y descends
    total = covered = 0.0
    last = reference[2]
    for x, y, z in sorted(map(tuple, points), key=lambda p: p[2]):
        total += covered * (z - last) if covered else 0.0
        last = z
        at = bisect.bisect_right(xs, x)
        if ys[at - 1] <= y:
            continue  # dominated
        end = at
        while ys[end] >= y:  # what the new point dominates
            end += 1
        edges, heights = [x, *xs[at:end], xs[end]], ys[at - 1:end]
        covered += sum((right - left) * (height - y) for left, right, height in zip(edges, edges[1:], heights))
        xs[at:end], ys[at:end] = [x], [y]
    return total + covered * (reference[2] - last)


def hypervolume(points: np.ndarray, reference: Sequence[float]) -> float:
    """Of two or three objectives."""
    points = np.asarray(points, dtype=float)
    points = points[(points < reference).all(axis=1)] if len(points) else points
    if len(points) == 0:
        return 0.0
    if len(reference) == 2:
        return area(points, reference)
    if len(reference) != 3:
        raise ValueError(f"hypervolume of {len(reference)} objectives: only 2 and 3 are known here")
    return volume(points, reference)


def dominated_share(points, ideal: Sequence[float], reference: Sequence[float]) -> float:
    """The dominated part of the box between ideal and reference point, at most 1."""
    low, span = np.asarray(ideal, dtype=float), np.asarray(reference, dtype=float) - np.asarray(ideal, dtype=float)
    unit = np.maximum((np.asarray(points, dtype=float).reshape(-1, len(span)) - low) / span, 0.0)
    return hypervolume(unit, [1.0] * len(span))


# ---- scores

Runs = Dict[int, List[float]]  # by seed: the regret at each checkpoint, the last one after all trials


def log_regret(regret: float) -> float:
    return math.log10(max(regret, FLOOR))


def ecdf_area(regrets: Sequence[float]) -> float:
    """The share of COCO's targets, 10^2 to 10^-8, that are reached: its mean over the checkpoints, which are evenly
    spaced in the logarithm of the trials."""
    return float(np.mean([np.clip((2 - log_regret(r)) / 10, 0.0, 1.0) for r in regrets]))


def replace_missing(sides: Sequence[Runs]) -> None:
    """Where no trial was feasible (inf), the worst regret that any side had on this problem stands in, or 1."""
    finite = [r for runs in sides for regrets in runs.values() for r in regrets if math.isfinite(r)]
    worst = max(finite, default=1.0)
    for runs in sides:
        for regrets in runs.values():
            regrets[:] = [r if math.isfinite(r) else worst for r in regrets]


def score(regret: float, random: float, floor: float) -> float:
    """0 for the median of random search after as many trials, 1 for the best known, in decades of regret."""
    best = log_regret(floor)
    span = log_regret(random) - best
    return 0.0 if span <= 0 else float(np.clip((log_regret(random) - log_regret(regret)) / span, -0.5, 1.5))


# ---- statistics


def mann_whitney(a: Sequence[float], b: Sequence[float]) -> float:
    """Two-sided p of the Mann-Whitney U test, by the normal approximation with correction for ties and continuity."""
    n, m = len(a), len(b)
    values = np.concatenate([a, b])
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    u = ranks[:n].sum() - n * (n + 1) / 2
    total = n + m
    variance = n * m / 12 * (total + 1 - (counts**3 - counts).sum() / (total * (total - 1)))
    if variance <= 0:
        return 1.0
    z = max(abs(u - n * m / 2) - 0.5, 0.0) / math.sqrt(variance)
    return math.erfc(z / math.sqrt(2))


def wilcoxon(differences: Sequence[float]) -> float:
    """Two-sided p of the signed-rank test of paired differences, by the normal approximation with correction for ties
    and continuity; differences of 0 are left out."""
    moved = np.asarray([d for d in differences if d != 0], dtype=float)
    if len(moved) == 0:
        return 1.0
    _, inverse, counts = np.unique(np.abs(moved), return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    n = len(moved)
    variance = n * (n + 1) * (2 * n + 1) / 24 - (counts**3 - counts).sum() / 48
    z = max(abs(ranks[moved > 0].sum() - n * (n + 1) / 4) - 0.5, 0.0) / math.sqrt(variance)
    return math.erfc(z / math.sqrt(2))


def sign_test(differences: Sequence[float]) -> float:
    """Two-sided p of as many signs or more being equal, if each were the toss of a coin; 0 is left out."""
    above, below = sum(d > 0 for d in differences), sum(d < 0 for d in differences)
    n = above + below
    return min(1.0, 2 * sum(math.comb(n, k) for k in range(min(above, below) + 1)) / 2**n)


def holm(p_values: Sequence[float]) -> List[float]:
    """Holm's corrected p values, in the given order."""
    corrected, highest, count = [0.0] * len(p_values), 0.0, len(p_values)
    for position, index in enumerate(sorted(range(count), key=lambda i: p_values[i])):
        highest = max(highest, min(1.0, (count - position) * p_values[index]))
        corrected[index] = highest
    return corrected


def verdicts(pairs: Sequence[Tuple[Sequence[float], Sequence[float]]], alpha: float = 0.05) -> List[str]:
    """win, tie or loss of the first of each pair of samples (less is better), corrected for all of them together."""
    corrected = holm([mann_whitney(a, b) for a, b in pairs])
    return ["tie" if p > alpha else "win" if np.median(a) < np.median(b) else "loss"
            for (a, b), p in zip(pairs, corrected)]


def bootstrap_mean(differences: Sequence[Sequence[float]], samples: int = 10_000) -> Tuple[float, float, float]:
    """The mean over problems of the mean over seeds, with the limits of a 95 % interval: problems and their seeds are
    drawn again, with replacement, from fixed random numbers."""
    random = np.random.default_rng(1)
    table = [np.asarray(d, dtype=float) for d in differences]
    means = np.array([d.mean() for d in table])
    # The mean of a problem's drawn seeds, for each sample, then a draw of problems.
    drawn = np.stack([d[random.integers(len(d), size=(samples, len(d)))].mean(axis=1) for d in table], axis=1)
    chosen = random.integers(len(table), size=(samples, len(table)))
    low, high = np.percentile(np.take_along_axis(drawn, chosen, axis=1).mean(axis=1), [2.5, 97.5])
    return float(means.mean()), float(low), float(high)
