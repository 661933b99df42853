# SPDX-License-Identifier: MIT
"""Classes made from the option tables of the plugins that are found, so that a plugin dropped into a folder appears."""

from __future__ import annotations

import difflib
import functools
import inspect
from typing import Any, Dict, List, Type

from hone import _core

_ABBREVIATIONS = {"tpe", "gp", "qmc", "cmaes", "nsga2", "nsga3", "bohb", "pasha", "dehb", "catcma"}
# Names of Optuna that are not the plugin's name written otherwise.
_OTHER_NAMES = {"nsgaii": "nsga2", "nsgaiii": "nsga3"}


class Plugin:
    """An algorithm by name, with its options. Its classes are made from the plugins' own tables."""

    #: `sampler`, `pruner` or `storage`.
    kind: str = ""
    #: The name that a config uses.
    name: str = ""

    def __init__(self, *, seed: int | None = None, **options: Any) -> None:
        self.seed = seed
        self.options: Dict[str, Any] = options

    def _spec(self) -> tuple:
        return self.name, {key: _plain(value) for key, value in self.options.items()}

    def __repr__(self) -> str:
        given = dict(self.options)
        if self.seed is not None:
            given["seed"] = self.seed
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in given.items())})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Plugin) and (self._spec(), self.seed) == (other._spec(), other.seed)

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple:
        return _remake, (self.kind, self.name, self.options, self.seed)


def _remake(kind: str, name: str, options: Dict[str, Any], seed: int | None) -> Plugin:
    return class_of(kind, name)(seed=seed, **options) if kind == "sampler" else class_of(kind, name)(**options)


def _plain(value: Any) -> Any:
    # An inner plugin is an object with "plugin" and the options beside it.
    if isinstance(value, Plugin):
        name, options = value._spec()
        return {"plugin": name, **options}
    return value


def _class_name(plugin: str, kind: str) -> str:
    words = plugin.split("_")
    name = "".join(word.upper() if word in _ABBREVIATIONS else word.capitalize() for word in words)
    return name if name.isidentifier() else kind.capitalize() + name


def _documentation(info: Dict[str, Any]) -> str:
    lines = [info["description"].capitalize() + ".", ""]
    for option in info["options"]:
        default = "required" if option["required"] else f"default {option['default']!r}"
        lines.append(f":param {option['name']}: {option['doc']} ({default})")
    if info["kind"] == "sampler":
        lines.append(":param seed: the study's seed, if the sampler is given to a new study")
    for reference in filter(None, info["references"].split("\n")):
        lines.append(f"\nSee {reference}.")
    return "\n".join(lines)


def _signature(info: Dict[str, Any]) -> inspect.Signature:
    """The options in the table's order. One that must be given and follows one that need not is shown as a keyword."""
    parameters: List[inspect.Parameter] = []
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    for option in info["options"]:
        default = inspect.Parameter.empty if option["required"] else option["default"]
        if option["required"] and parameters and parameters[-1].default is not inspect.Parameter.empty:
            kind = inspect.Parameter.KEYWORD_ONLY
        parameters.append(inspect.Parameter(option["name"], kind, default=default))
    if info["kind"] == "sampler":
        parameters.append(inspect.Parameter("seed", inspect.Parameter.KEYWORD_ONLY, default=None))
    return inspect.Signature(parameters)


def _bind(class_name: str, info: Dict[str, Any], args: tuple, kwargs: Dict[str, Any]) -> Dict[str, Any]:
    """The given options by name; those without a name stand for the table's first."""
    names = [option["name"] for option in info["options"]]
    known = names + (["seed"] if info["kind"] == "sampler" else [])
    if len(args) > len(names):
        raise TypeError(f"{class_name} takes {len(names)} options, but {len(args)} were given without a name")
    for name in kwargs:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f"did you mean '{near[0]}'?" if near else f"it has: {', '.join(known) or 'none'}"
            raise TypeError(f"{class_name} has no option '{name}'; {hint}")
    given = dict(zip(names, args))
    for name in given:
        if name in kwargs:
            raise TypeError(f"{class_name}: the option '{name}' is given twice")
    given.update(kwargs)
    for option in info["options"]:
        if option["required"] and option["name"] not in given:
            raise TypeError(f"{class_name} needs the option '{option['name']}': {option['doc']}")
    return given


def _make_class(info: Dict[str, Any]) -> Type[Plugin]:
    signature = _signature(info)
    class_name = _class_name(info["name"], info["kind"])

    def __init__(self: Plugin, *args: Any, **kwargs: Any) -> None:
        given = _bind(class_name, info, args, kwargs)
        Plugin.__init__(self, seed=given.pop("seed", None), **given)

    __init__.__signature__ = signature  # type: ignore[attr-defined]
    return type(
        class_name,
        (Plugin,),
        {
            "__init__": __init__,
            "__doc__": _documentation(info),
            "__signature__": signature,
            "__module__": f"hone.{info['kind']}s",
            "kind": info["kind"],
            "name": info["name"],
        },
    )


@functools.lru_cache(maxsize=None)
def classes(kind: str) -> Dict[str, Type[Plugin]]:
    """All classes of a kind, by plugin name."""
    return {info["name"]: _make_class(info) for info in _core.plugins() if info["kind"] == kind}


def class_of(kind: str, name: str) -> Type[Plugin]:
    """The class by the plugin's name."""
    return classes(kind)[name]


def look_up(kind: str, attribute: str) -> Type[Plugin]:
    """The class that `hone.samplers.TPE` names; `TPESampler`, `tpe` and other spellings are understood.

    :raises AttributeError: with what there is
    """
    if attribute.startswith("_"):
        raise AttributeError(attribute)
    wanted = _folded(attribute, kind)
    for name, found in classes(kind).items():
        if _folded(name, kind) == wanted:
            return found
    known = sorted(c.__name__ for c in classes(kind).values())
    raise AttributeError(f"there is no {kind} '{attribute}' in hone; there are: {', '.join(known)}")


def _folded(name: str, kind: str) -> str:
    folded = name.replace("_", "").lower()
    if folded.endswith(kind) and folded != kind:
        folded = folded[: -len(kind)]
    return _OTHER_NAMES.get(folded, folded)


def spec_of(given: Any, kind: str) -> Any:
    """What the engine takes: a plugin's name and options, or an object written in Python.

    :raises TypeError: for anything else
    """
    from hone._sampler import Pruner, Sampler

    base = Sampler if kind == "sampler" else Pruner
    if isinstance(given, str):
        return given, {}
    if isinstance(given, Plugin):
        if given.kind != kind:
            raise TypeError(f"{given!r} is a {given.kind}, but a {kind} is wanted")
        return given._spec()
    if isinstance(given, dict):
        options = dict(given)
        try:
            return options.pop("plugin"), options
        except KeyError:
            raise TypeError(f"a {kind} given as a dict needs the key 'plugin'") from None
    if isinstance(given, base):
        return given
    hint = ""
    if type(given).__module__.startswith(("optuna", "optunahub")):
        hint = f"; use hone.optuna.wrap_{kind}(...) for one of Optuna" if kind == "sampler" else "; name hone's own"
    raise TypeError(
        f"{given!r} is no {kind}; give a name such as 'tpe', a class of hone.{kind}s, or an object of a class derived "
        f"from hone.{kind.capitalize()}{hint}"
    )
