# SPDX-License-Identifier: MIT
"""hone: a black-box and hyper-parameter optimiser.

import hone

def objective(trial):
    x = trial.suggest_float("x", -10, 10)
    return (x - 2) ** 2

study = hone.create_study()
study.optimize(objective, n_trials=100)
study.best_params
"""

import sys

from hone import _core, distributions, exceptions, logging, pruners, samplers, search_space, storages
from hone._sampler import Pruner, Sampler, TrialView
from hone.exceptions import (
    ConfigError,
    DuplicatedStudyError,
    HoneError,
    PluginError,
    StorageError,
    StudyNotFoundError,
    TrialError,
    TrialPruned,
)
from hone.study import (
    MaxTrialsCallback,
    Study,
    StudySummary,
    copy_study,
    create_study,
    delete_study,
    get_all_study_names,
    get_all_study_summaries,
    load_study,
)
from hone.trial import FixedTrial, FrozenTrial, StudyDirection, Trial, TrialState, create_trial
from hone import study, trial  # isort: skip

__version__ = _core.version

__all__ = [
    "ConfigError",
    "DuplicatedStudyError",
    "FixedTrial",
    "FrozenTrial",
    "HoneError",
    "MaxTrialsCallback",
    "PluginError",
    "Pruner",
    "Sampler",
    "StorageError",
    "Study",
    "StudyDirection",
    "StudyNotFoundError",
    "StudySummary",
    "Trial",
    "TrialError",
    "TrialPruned",
    "TrialState",
    "TrialView",
    "copy_study",
    "create_study",
    "create_trial",
    "delete_study",
    "distributions",
    "exceptions",
    "get_all_study_names",
    "get_all_study_summaries",
    "get_cmake_dir",
    "get_include",
    "load_study",
    "logging",
    "pruners",
    "samplers",
    "search_space",
    "storages",
    "study",
    "trial",
]


def get_include() -> str:
    """The folder of the SDK's headers, for plugins built against this package."""
    return str(_folder() / "include")


def get_cmake_dir() -> str:
    """The folder for `find_package(hone)`, to be given to CMake as ``-Dhone_DIR=``."""
    return str(_folder() / "lib" / "cmake" / "hone")


def _folder():
    import pathlib

    return pathlib.Path(__file__).parent


_ELSEWHERE = {
    "importance": "importances are not in hone yet; optuna.load_study opens the same SQLite file for Optuna's",
    "visualization": "plots are not in hone yet; optuna.load_study opens the same SQLite file for Optuna's plots",
    "terminator": "terminators are not in hone yet; stop from a callback with study.stop()",
    "artifacts": "artifacts are not in hone yet; keep a path as a user attribute",
    "integration": "see hone.integrations",
    "cli": "the program `hone` is installed beside this package",
}


def __getattr__(name: str):
    if name in _ELSEWHERE:
        raise AttributeError(f"hone.{name}: {_ELSEWHERE[name]}")
    raise AttributeError(f"module 'hone' has no attribute '{name}'")


class _Elsewhere:
    """Gives the same advice to ``import hone.visualization``; asked after everybody who could find such a module."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        package, _, module = name.partition(".")
        if package == __name__ and module in _ELSEWHERE:
            # Without the module's name, by which `from hone import visualization` would take it for merely absent.
            raise ModuleNotFoundError(f"{name}: {_ELSEWHERE[module]}")
        return None


sys.meta_path.append(_Elsewhere)  # type: ignore[arg-type]
