# SPDX-License-Identifier: MIT
"""How much hone says. Messages go to the standard module `logging`, to the logger ``hone``."""

from __future__ import annotations

import logging
import sys
from logging import CRITICAL, DEBUG, ERROR, FATAL, INFO, WARN, WARNING
from typing import Optional

from hone import _core

__all__ = [
    "CRITICAL",
    "DEBUG",
    "ERROR",
    "FATAL",
    "INFO",
    "WARN",
    "WARNING",
    "disable_default_handler",
    "disable_propagation",
    "enable_default_handler",
    "enable_propagation",
    "get_logger",
    "get_verbosity",
    "set_verbosity",
]

_LEVELS = (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR)  # by the engine's own numbers


class _StderrHandler(logging.StreamHandler):
    """Writes to what `sys.stderr` is at the moment, as notebooks and test runners change it."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(logging.Formatter("[%(levelname).1s %(asctime)s] %(message)s"))

    @property
    def stream(self):
        return sys.stderr

    @stream.setter
    def stream(self, value) -> None:
        pass


_logger = logging.getLogger("hone")
_handler = _StderrHandler()
_logger.addHandler(_handler)
_logger.propagate = False
_logger.setLevel(logging.WARNING)


def _write(level: int, message: str) -> None:
    _logger.log(_LEVELS[level], message)


def get_logger(name: Optional[str] = None) -> logging.Logger:
    """The logger of hone, or one by name."""
    return logging.getLogger(name) if name else _logger


def get_verbosity() -> int:
    return _logger.getEffectiveLevel()


def set_verbosity(verbosity: int) -> None:
    """The least level that is shown. At `INFO` each trial's end is one line; the default is `WARNING`."""
    _logger.setLevel(verbosity)
    _core.set_log_level(sum(level < verbosity for level in _LEVELS))


def enable_default_handler() -> None:
    if _handler not in _logger.handlers:
        _logger.addHandler(_handler)


def disable_default_handler() -> None:
    _logger.removeHandler(_handler)


def enable_propagation() -> None:
    _logger.propagate = True


def disable_propagation() -> None:
    _logger.propagate = False
