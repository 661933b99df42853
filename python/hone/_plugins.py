# SPDX-License-Identifier: MIT
"""Classes made from the option tables of the plugins that are found, so that a plugin dropped into a folder appears."""

from __future__ import annotations

import difflib
import functools
import inspect
import itertools
from typing import Any, Dict, List, Optional, Type

from hone import _core
from hone._sampler import Pruner, Sampler, TrialView, target_of

_ABBREVIATIONS = {"tpe", "gp", "qmc", "cmaes", "nsga2", "nsga3", "bohb", "pasha", "dehb", "catcma"}
# Names of Optuna that are not the plugin's name written otherwise.
_OTHER_NAMES = {"nsgaii": "nsga2", "nsgaiii": "nsga3"}
# Options of Optuna's classes that are said in another way here.
_SAID_OTHERWISE = {
    "constraints_func": "call trial.set_constraint(name, value) in the objective instead; the trial is feasible when "
    "all of its constraints are <= 0",
    "independent_sampler": "parameters outside of the joint draw are drawn by the sampler itself",
    "warn_asynchronous_seeding": "workers of a study share its seed, so there is nothing to warn of",
    "categorical_distance_func": "choices have no distance here; use an int or a float parameter for choices in order",
    "wrapped_pruner": "it is called 'pruner' here",
    "source_trials": "add them to the study with study.add_trials(trials)",
    "after_trial_strategy": "derive a class from this one and define after_trial",
}


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
        """Name and options; and, if there are any inside, the objects written in Python that the options name."""
        objects: List[Any] = []
        options = {key: _plain(value, objects) for key, value in self.options.items()}
        return (self.name, options, objects) if objects else (self.name, options)

    def __repr__(self) -> str:
        given = dict(self.options)
        if self.seed is not None:
            given["seed"] = self.seed
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in given.items())})"

    def __eq__(self, other: object) -> bool:
        same_class = isinstance(other, Plugin) and _table_class(type(self)) is _table_class(type(other))
        return same_class and (self._spec(), self.seed) == (other._spec(), other.seed)  # type: ignore[attr-defined]

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple:
        if type(self) is not _table_class(type(self)):
            state = {key: value for key, value in self.__dict__.items() if key != "_native_algorithm"}
            return _remake_derived, (type(self), state)
        return _remake, (self.kind, self.name, self.options, self.seed)

    @functools.cached_property
    def _native_algorithm(self) -> Any:
        native = _core.NativeSampler if self.kind == "sampler" else _core.NativePruner
        spec = self._spec()
        if len(spec) > 2:
            raise TypeError(f"{self!r} holds an object written in Python; its functions cannot be called from there")
        return native(spec)


class SamplerPlugin(Plugin, Sampler):
    """A plugin's sampler. Its functions may be called from a sampler written in Python, with the study of the call;
    and a class derived from it may replace some of them."""

    def before_trial(self, study: Any, trial: TrialView) -> None:
        self._native_algorithm.before_trial(study)

    def infer_relative_search_space(self, study: Any, trial: TrialView) -> Dict[str, Any]:
        return self._native_algorithm.infer_relative_search_space(study)

    def sample_relative(self, study: Any, trial: TrialView, search_space: Dict[str, Any]) -> Dict[str, Any]:
        return self._native_algorithm.sample_relative(study, search_space)

    def sample_independent(self, study: Any, trial: TrialView, param_name: str, param_distribution: Any) -> Any:
        return self._native_algorithm.sample_independent(study, param_name, param_distribution)

    def after_trial(self, study: Any, trial: TrialView, state: Any, values: List[float]) -> Optional[Dict[str, Any]]:
        return self._native_algorithm.after_trial(study, int(state), list(values or ()))


class PrunerPlugin(Plugin, Pruner):
    """A plugin's pruner, likewise."""

    def should_prune(self, study: Any, trial: TrialView) -> bool:
        if hasattr(self, "prune"):
            return super().should_prune(study, trial)
        return self._native_algorithm.should_prune(study)

    def cohort(self, study: Any, trial: TrialView) -> Optional[str]:
        return self._native_algorithm.cohort(study)


_BASES = {"sampler": SamplerPlugin, "pruner": PrunerPlugin, "storage": Plugin}
_FUNCTIONS = {
    "sampler": ("before_trial", "infer_relative_search_space", "sample_relative", "sample_independent", "after_trial"),
    "pruner": ("should_prune", "cohort"),
    "storage": (),
}


def _table_class(given: Type[Plugin]) -> Type[Plugin]:
    """The class made from the plugin's table that this one is, or derives from."""
    return next(each for each in given.__mro__ if "_made_from_table" in each.__dict__)


def _is_python(given: Any) -> bool:
    """Whether the algorithm must be called in Python: not a plugin's own, with none of its functions replaced."""
    if not isinstance(given, Plugin):
        return isinstance(given, (Sampler, Pruner))
    base = _BASES[given.kind]
    own = type(given)
    return hasattr(own, "prune") or any(getattr(own, f) is not getattr(base, f) for f in _FUNCTIONS[given.kind])


def _remake(kind: str, name: str, options: Dict[str, Any], seed: int | None) -> Plugin:
    return class_of(kind, name)(seed=seed, **options) if kind == "sampler" else class_of(kind, name)(**options)


def _remake_derived(derived: Type[Plugin], state: Dict[str, Any]) -> Plugin:
    made = derived.__new__(derived)
    made.__dict__.update(state)
    return made


def _plain(value: Any, objects: List[Any]) -> Any:
    # An inner plugin is an object with "plugin" and the options beside it.
    if _is_python(value):
        objects.append(value)
        return {"plugin": f"python:{target_of(value)}"}
    if isinstance(value, Plugin):
        name, options, *inner = value._spec()
        objects.extend(itertools.chain(*inner))
        return {"plugin": name, **options}
    if isinstance(value, dict):
        return {key: _plain(member, objects) for key, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(member, objects) for member in value]
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
        if name not in known and name in _SAID_OTHERWISE:
            raise TypeError(f"{class_name} has no option '{name}'; {_SAID_OTHERWISE[name]}")
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
        if callable(given.get(option["name"])) and not isinstance(given[option["name"]], (Plugin, Sampler, Pruner)):
            raise TypeError(f"{class_name}: the option '{option['name']}' takes no function. It is {option['doc']}")
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
        (_BASES[info["kind"]],),
        {
            "_made_from_table": True,
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


def python_objects(given: Any, kind: str) -> List[Any]:
    """The algorithms written in Python that an algorithm is or holds."""
    spec = None if given is None else spec_of(given, kind)
    if isinstance(spec, tuple):
        return spec[2] if len(spec) > 2 else []
    return [] if spec is None else [spec]


def spec_of(given: Any, kind: str) -> Any:
    """What the engine takes: a plugin's name and options (and the objects written in Python that these name), or an
    object written in Python.

    :raises TypeError: for anything else
    """
    base = Sampler if kind == "sampler" else Pruner
    if isinstance(given, str):
        return given, {}
    if isinstance(given, Plugin):
        if given.kind != kind:
            raise TypeError(f"{given!r} is a {given.kind}, but a {kind} is wanted")
        return given if _is_python(given) else given._spec()
    if isinstance(given, dict):
        if "plugin" not in given:
            raise TypeError(f"a {kind} given as a dict needs the key 'plugin'")
        objects: List[Any] = []
        options = {key: _plain(value, objects) for key, value in given.items() if key != "plugin"}
        return (given["plugin"], options, objects) if objects else (given["plugin"], options)
    if isinstance(given, base):
        return given
    hint = ""
    if type(given).__module__.startswith(("optuna", "optunahub")):
        hint = f"; use hone.optuna.wrap_{kind}(...) for one of Optuna" if kind == "sampler" else "; name hone's own"
    raise TypeError(
        f"{given!r} is no {kind}; give a name such as 'tpe', a class of hone.{kind}s, or an object of a class derived "
        f"from hone.{kind.capitalize()}{hint}"
    )
