# SPDX-License-Identifier: MIT
"""A bridge for programs that stay with Optuna, one changed line each:

    optuna.create_study(sampler=hone.optuna.Sampler("tpe"))
    optuna.create_study(pruner=hone.optuna.Pruner("median"))
    optuna.create_study(storage=hone.optuna.Storage("sqlite:///study.db"))

and the other way round, a sampler of Optuna or OptunaHub inside a study of hone:

    hone.create_study(sampler=hone.optuna.wrap_sampler(optuna.samplers.GPSampler()))
"""

try:
    import optuna as _installed  # noqa: F401
except ImportError as error:
    raise ImportError("hone.optuna needs the package optuna; install it with: pip install optuna") from error

from hone.optuna._algorithms import Pruner, Sampler
from hone.optuna._storage import Storage
from hone.optuna._wrapped import wrap_sampler

__all__ = ["Pruner", "Sampler", "Storage", "wrap_sampler"]
