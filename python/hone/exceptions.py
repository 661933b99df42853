# SPDX-License-Identifier: MIT
"""What hone raises. Every message says what was wrong, where, and what to do."""

__all__ = [
    "ConfigError",
    "DuplicatedStudyError",
    "HoneError",
    "PluginError",
    "StorageError",
    "StudyNotFoundError",
    "TrialError",
    "TrialPruned",
]


class HoneError(Exception):
    """The base of all errors of hone."""


class ConfigError(HoneError, ValueError):
    """An option or an argument that cannot be used."""

    #: Where it stands, such as ``sampler.gamma``; may be empty.
    where: str = ""


class StudyNotFoundError(ConfigError, KeyError):
    """A study that was named and does not exist."""

    # KeyError would show the message in quotes.
    __str__ = Exception.__str__


class PluginError(HoneError, RuntimeError):
    """A plugin that cannot be found or loaded, or that failed. ``__cause__`` is the exception of one in Python."""

    #: Such as ``sampler/tpe``.
    plugin: str = ""
    #: The shared object; empty for one that is not loaded from a file.
    file: str = ""
    #: The function that failed, such as ``sample_relative``; may be empty.
    call: str = ""


class StorageError(HoneError, RuntimeError):
    """A storage that cannot be opened, read or written."""

    #: Whether the same call may succeed later.
    retryable: bool = False


class DuplicatedStudyError(StorageError):
    """The name of a new study is taken."""

    study: str = ""


class TrialError(HoneError, ValueError, RuntimeError):
    """A trial that was used wrongly: an impossible range, a value that is refused, a trial told twice."""

    #: The trial's number; -1 if no trial is concerned.
    trial: int = -1
    #: The parameter's name; may be empty.
    parameter: str = ""


_OF_OPTUNA = {
    "OptunaError": "HoneError",
    "StorageInternalError": "StorageError",
    "UpdateFinishedTrialError": "TrialError",
    "CLIUsageError": "ConfigError",
    "ExperimentalWarning": "",
}


def __getattr__(name: str) -> object:
    if name in _OF_OPTUNA:
        instead = _OF_OPTUNA[name]
        advice = f"hone raises {instead} instead" if instead else "hone raises no such warning"
        raise AttributeError(f"hone.exceptions has no '{name}'; {advice}")
    raise AttributeError(f"module 'hone.exceptions' has no attribute '{name}'")


class TrialPruned(Exception):
    """Raised by an objective to end its trial as PRUNED. Derives from no other class of hone."""
