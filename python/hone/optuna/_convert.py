# SPDX-License-Identifier: MIT
"""Values between hone and Optuna."""

from __future__ import annotations

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


def trial_to_optuna(trial: FrozenTrial, trial_id: int) -> optuna.trial.FrozenTrial:
    system_attrs = dict(trial.system_attrs)
    # Optuna keeps constraints as attributes of this name.
    system_attrs.update({f"constraints:{name}": value for name, value in trial.constraints.items()})
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
