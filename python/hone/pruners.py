# SPDX-License-Identifier: MIT
"""The pruners that are found, each a class made from its plugin's table.

`help(hone.pruners.Median)` shows the options.
"""

from __future__ import annotations

from typing import List, Type

from hone import _plugins
from hone._sampler import Pruner as BasePruner

__all__ = ["BasePruner"]


def __getattr__(name: str) -> Type[_plugins.Plugin]:
    return _plugins.look_up("pruner", name)


def __dir__() -> List[str]:
    return sorted([*__all__, *(c.__name__ for c in _plugins.classes("pruner").values())])
