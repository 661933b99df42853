# SPDX-License-Identifier: MIT
"""What trials have in common, for samplers written in Python."""

from __future__ import annotations

from typing import Dict, Iterable

from hone.distributions import Distribution
from hone.trial import FrozenTrial, TrialState

__all__ = ["intersection_search_space"]


def intersection_search_space(trials: Iterable[FrozenTrial], include_pruned: bool = False) -> Dict[str, Distribution]:
    """The parameters that every finished trial has with the same distribution, in the order of their names."""
    states = (TrialState.COMPLETE, TrialState.PRUNED) if include_pruned else (TrialState.COMPLETE,)
    spaces = [trial.distributions for trial in trials if trial.state in states]
    if not spaces:
        return {}
    first, *others = spaces
    return {name: d for name, d in sorted(first.items()) if all(space.get(name) == d for space in others)}
