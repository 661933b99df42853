# SPDX-License-Identifier: MIT
"""Values between hone and Optuna."""

from __future__ import annotations

from typing import Any, Dict

import optuna

from hone import distributions
from hone.trial import FrozenTrial


def distribution_to_optuna(given: distributions.Distribution) -> optuna.distributions.BaseDistribution:
    if isinstance(given, distributions.FloatDistribution):
        return optuna.distributions.FloatDistribution(given.low, given.high, log=given.log, step=given.step)
    if isinstance(given, distributions.IntDistribution):
        return optuna.distributions.IntDistribution(given.low, given.high, log=given.log, step=given.step)
    assert isinstance(given, distributions.CategoricalDistribution)
    return optuna.distributions.CategoricalDistribution(given.choices)


def constraints_to_optuna(constraints: Dict[str, float], system_attrs: Dict[str, Any]) -> Dict[str, Any]:
    """The system attributes in which Optuna keeps constraints: one each; before Optuna 5, all in a list. In Optuna 5
    both are read, so those that such a list among `system_attrs` has are left out."""
    listed = list(system_attrs.get("constraints") or ())
    named = {key: value for key, value in constraints.items() if not (key.isdigit() and int(key) < len(listed))}
    if hasattr(optuna.trial.FrozenTrial, "constraints"):
        return {f"constraints:{key}": value for key, value in named.items()}
    return {"constraints": listed + list(named.values())} if named else {}


def trial_to_optuna(trial: FrozenTrial, trial_id: int) -> optuna.trial.FrozenTrial:
    system_attrs = {**trial.system_attrs, **constraints_to_optuna(trial.constraints, trial.system_attrs)}
    return optuna.trial.FrozenTrial(
        number=trial.number,
        state=optuna.trial.TrialState(int(trial.state)),
        value=None,
        values=trial.values,
        datetime_start=trial.datetime_start,
        datetime_complete=trial.datetime_complete,
        params=trial.params,
        distributions={name: distribution_to_optuna(d) for name, d in trial.distributions.items()},
        user_attrs=trial.user_attrs,
        system_attrs=system_attrs,
        intermediate_values=trial.intermediate_values,
        trial_id=trial_id,
    )
