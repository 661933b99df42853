# SPDX-License-Identifier: MIT
"""What the scripts that write down Optuna's numbers share."""

import numpy as np
from optuna.distributions import CategoricalDistribution, IntDistribution


def use_stable_sorting():
    """Which of several equal observations gets which width is left to the sorting, and matters for a joint density.
    Optuna's sorting leaves it to chance; hone takes equal ones in the order of their trials, and so do the references."""
    argsort = np.argsort
    np.argsort = lambda values, *arguments, **options: argsort(values, *arguments, **{**options, "kind": "stable"})


def describe(distribution):
    if isinstance(distribution, CategoricalDistribution):
        return {"type": "categorical", "choices": len(distribution.choices)}
    kind = "int" if isinstance(distribution, IntDistribution) else "float"
    return {"type": kind, "low": distribution.low, "high": distribution.high, "log": distribution.log,
            "step": distribution.step}


def draw(rng, distribution, count):
    """Internal representations, unequal ones where the distribution is continuous."""
    if isinstance(distribution, CategoricalDistribution):
        return rng.randint(len(distribution.choices), size=count).astype(float)
    if distribution.log:
        values = np.exp(rng.uniform(np.log(distribution.low), np.log(distribution.high), size=count))
    else:
        values = rng.uniform(distribution.low, distribution.high, size=count)
    if distribution.step is not None:
        values = distribution.low + np.round((values - distribution.low) / distribution.step) * distribution.step
    return np.clip(values, distribution.low, distribution.high)
