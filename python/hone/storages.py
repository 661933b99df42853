# SPDX-License-Identifier: MIT
"""Where studies are kept. A study takes a URL such as ``sqlite:///study.db``, or one of these objects, which several
studies may share."""

from __future__ import annotations

import os
import threading
import weakref
from typing import Any, List, Optional, Union

from hone import _core
from hone.exceptions import ConfigError

__all__ = ["BaseStorage", "InMemoryStorage", "RDBStorage", "get_storage"]


_live_storages: "weakref.WeakSet[BaseStorage]" = weakref.WeakSet()


class BaseStorage:
    """An opened storage."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._opened_object = _core.Storage.open(url)
        self._forked = False
        _live_storages.add(self)

    @property
    def _opened(self) -> _core.Storage:
        if self._forked:
            with _reopening:
                if self._forked:
                    self._opened_object = _core.Storage.open(self._url)
                    self._forked = False
        return self._opened_object

    @property
    def location(self) -> str:
        """One line that tells where the studies are."""
        return self._opened.location

    def study_names(self) -> List[str]:
        """In order of creation."""
        return [name for _, name, _, _ in self._opened.studies()]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._url!r})"

    def __reduce__(self) -> tuple:
        if not self._opened.shared:
            raise TypeError("studies in memory cannot be sent to another process; use a file, 'sqlite:///study.db'")
        return get_storage, (self._url,)


class InMemoryStorage(BaseStorage):
    """Keeps studies in this process; gone when it ends."""

    def __init__(self) -> None:
        super().__init__("memory")


class RDBStorage(BaseStorage):
    """A database by its URL, such as ``sqlite:///study.db``."""

    def __init__(self, url: str, **unsupported: Any) -> None:
        if unsupported:
            names = ", ".join(sorted(unsupported))
            raise TypeError(
                f"RDBStorage: {names}: not an option here. Heartbeats are always on; durability and lock timeouts are "
                "options of the plugin, see `hone plugins show sqlite`"
            )
        super().__init__(url)


def get_storage(storage: Union[None, str, os.PathLike, BaseStorage]) -> BaseStorage:
    """The storage of a URL, a path or nothing; an opened one as it is."""
    if isinstance(storage, BaseStorage):
        return storage
    if storage is None:
        return InMemoryStorage()
    try:
        url = os.fspath(storage)
    except TypeError:
        url = b""
    if not isinstance(url, str):
        raise ConfigError(f"{storage!r} is no storage; {_advice_for(storage)}")
    return InMemoryStorage() if url == "memory" else BaseStorage(url)


def _advice_for(storage: Any) -> str:
    module = type(storage).__module__
    if module.startswith("hone.optuna"):
        return "it is for studies of Optuna; give its URL, which both can open at a time"
    if module.startswith("optuna"):
        # An RDBStorage, bare or behind a cache.
        url = getattr(getattr(storage, "_backend", storage), "url", None)
        if isinstance(url, str) and url.startswith("sqlite"):
            return f"it is Optuna's; give its URL, '{url}', which hone opens as well"
        return "it is Optuna's; hone opens SQLite files, by a URL such as 'sqlite:///study.db'"
    return "give a URL such as 'sqlite:///study.db'"


def __getattr__(name: str) -> Optional[object]:
    if name.startswith("Journal") or name.startswith("Grpc"):
        raise AttributeError(f"hone has no {name}; use a URL such as 'sqlite:///study.db' with create_study")
    raise AttributeError(f"module 'hone.storages' has no attribute '{name}'")


# ---- processes

_reopening = threading.Lock()


def _after_fork() -> None:
    """In a forked child the parent's connections are neither used nor closed, which would disturb the parent; what is
    shared is opened anew when it is next used."""
    global _reopening
    _reopening = threading.Lock()
    for storage in list(_live_storages):
        _core.keep_for_ever(storage._opened_object)
        storage._forked = storage._opened_object.shared


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
