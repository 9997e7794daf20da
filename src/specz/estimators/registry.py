"""Names of estimators and of their settings.

This package's estimators have short names (:data:`REGISTRY`). Any other class is named by its path,
``mypackage.module:MyClass``, or by an entry point of an installed package in the group
``specz.estimators``. No module that decides a result imports this one, so a new line here does not
change the key of a stored result.
"""

import inspect
from collections.abc import Collection, Iterable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from importlib.metadata import entry_points
from typing import Any

from specz.common import checks
from specz.common.classes import import_class
from specz.estimators.base import Estimator

REGISTRY = {
    "cnn": "specz.estimators.cnn:CNN",
    "datathon": "specz.estimators.cnn:DatathonNetwork",
    "equivariant": "specz.estimators.equivariant:Equivariant",
    "knn": "specz.estimators.nearest_neighbours:NearestNeighbours",
    "forest": "specz.estimators.forest:Forest",
    "linear_svm": "specz.estimators.svm:LinearSVM",
    "kernel_svm": "specz.estimators.svm:KernelSVM",
    "sklearn": "specz.estimators.sklearn_adapter:Sklearn",
    "evidence": "specz.estimators.evidence:GaussianEvidence",
    "template_fit": "specz.estimators.template_fit:TemplateFit",
    "redrock": "specz.estimators.redrock:Redrock",
    "bayes": "specz.estimators.bayes:BayesLimit",
}
"""Short names, which are part of the keys of archived results."""

STAMPS_REGISTRY = {
    "stamp_network": "specz.images.networks:StampNetwork",
    "stamp_forest": "specz.images.measure:StampForest",
    "stamp_bank": "specz.images.bank:BankLimit",
}

RADIO_REGISTRY = {
    "radio_network": "specz.images.radio_networks:RadioNetwork",
    "radio_forest": "specz.images.radio_shapes:RadioForest",
}

DENOISERS_REGISTRY = {
    "raw": "specz.denoising.linear:Raw",
    "wiener": "specz.denoising.linear:Wiener",
    "dictionary": "specz.denoising.linear:Dictionary",
    "unet": "specz.denoising.networks:UNet",
    "gan": "specz.denoising.networks:ConditionalGAN",
    "posterior_mean": "specz.denoising.posterior_mean:PosteriorMean",
    "posterior_sample": "specz.denoising.posterior_mean:PosteriorSample",
}

SPECTRA, STAMPS, RADIO, DENOISING = (
    *("spectra", "stamps of images"),
    *("images of radio galaxies", "denoising"),
)
TASKS = {
    SPECTRA: REGISTRY,
    STAMPS: STAMPS_REGISTRY,
    RADIO: RADIO_REGISTRY,
    DENOISING: DENOISERS_REGISTRY,
}
"""What a method is for, to its short names; a name stands in one table only."""

GROUP = "specz.estimators"
"""Entry-point group in which other packages name their estimators."""

FIT_TAKES = ("train", "validation", "seed", "checkpoint")

Method = str | Mapping[str, Any]
"""A name, or a mapping of ``name`` and settings: ``{"name": "forest", "trees": 50}``."""


def make_estimator(method: Method) -> Estimator:
    """Return the estimator that ``method`` names, alone or in a mapping with settings.

    >>> make_estimator({"name": "forest", "trees": 50})
    Forest(trees=50, features=8)

    Raises
    ------
    ValueError, TypeError
        If there is no such class, it is no estimator, or it has no such setting; the message names
        the nearest one.
    """
    settings = {"name": method} if isinstance(method, str) else method
    if not isinstance(settings, Mapping) or not isinstance(settings.get("name"), str):
        expected = "a method must be a name or a mapping with a name and settings"
        raise TypeError(f"{expected}; got {method!r}")
    name = settings["name"]
    others = {key: value for key, value in settings.items() if key != "name"}
    made: Estimator = _configure(estimator_class(name), others, f"setting of {name}")
    return made


def _configure(kind: type[Any], settings: Mapping[str, Any], what: str) -> Any:
    """Make a dataclass from settings; a nested dataclass takes a mapping of its own."""
    known = {f.name: f for f in fields(kind)}
    given = {}
    for name, value in settings.items():
        checks.choice(what, name, known)
        factory = known[name].default_factory
        default = factory() if factory is not MISSING else None
        if is_dataclass(default):
            if not isinstance(value, Mapping):
                raise TypeError(f"{what}: {name} must be a mapping of settings; got {value!r}")
            inner = {f.name: getattr(default, f.name) for f in fields(default)}
            value = _configure(type(default), {**inner, **value}, f"{what}, {name}")
        # YAML and JSON have lists; a frozen dataclass needs a tuple to be hashable.
        given[name] = tuple(value) if isinstance(value, list) else value
    try:
        return kind(**given)
    except TypeError as error:
        raise TypeError(f"{what}: {error}") from None


def estimator_class(name: str) -> type[Any]:
    """Return the class of a method for spectra: a short name, an entry point's name, or a path.

    Raises
    ------
    ValueError
        If there is no such class, or it is no
        :class:`~specz.estimators.base.Estimator`, or a method for something else than spectra; the
        message says why.
    """
    outside = {entry.name: entry for entry in entry_points(group=GROUP)}
    paths = {each: entry.value for each, entry in outside.items()} | REGISTRY
    if other := _other_task(name, SPECTRA):
        raise _misplaced(name, other, SPECTRA, paths)
    if ":" not in name:
        checks.choice("estimator", name, paths)
    what = "estimator"
    if name in outside and name not in REGISTRY:
        package = outside[name].dist
        what = f"entry point {name!r} of {package.name if package else 'a package'}: {what}"
    kind: type[Any] = import_class(what, paths.get(name, name), "mypackage.module:MyClass")
    _check_fits(name, kind)
    return kind


def _check_fits(name: str, kind: Any) -> None:
    """Raise ValueError unless ``kind`` has the interface of an estimator."""
    wanted = f"estimator {name!r} must be a frozen dataclass with a label and a fit"
    options = getattr(kind, "__dataclass_params__", None)
    if options is None or not options.frozen:
        raise ValueError(f"{wanted}; {kind!r} is no frozen dataclass")
    for member in ("label", "fit"):
        if not hasattr(kind, member):
            raise ValueError(f"{wanted}; {kind.__qualname__} has no {member}")
    takes = tuple(inspect.signature(kind.fit).parameters)[1:]  # without self
    if takes != FIT_TAKES:
        wanted, found = (", ".join(names) for names in (FIT_TAKES, takes))
        raise ValueError(f"fit of estimator {name!r} must take ({wanted}); got ({found})")


def estimator_name(estimator: Estimator) -> str:
    """Return the short name of an estimator's class, or its import path.

    Raises
    ------
    ValueError
        If the class cannot be imported, as when it is defined inside a function.
    """
    path = _path(estimator)
    for name, registered in (item for table in TASKS.values() for item in table.items()):
        if registered == path:
            return name
    if "<locals>" in path or type(estimator).__module__ == "__main__":
        raise ValueError(f"{path} cannot be imported; put the class into a module of its own")
    return path


def check_task(estimator: Estimator, task: str) -> None:
    """Raise ValueError if this package's estimator is a method for another task."""
    if other := _other_task(_path(estimator), task):
        raise _misplaced(estimator.label, other, task, TASKS[task])


def _path(estimator: Estimator) -> str:
    return f"{type(estimator).__module__}:{type(estimator).__qualname__}"


def _other_task(name: str, task: str) -> str | None:
    """The other task that a short name or a path is a method for, if there is one."""
    others = (other for other in TASKS if other != task)
    return next((o for o in others if name in (*TASKS[o], *TASKS[o].values())), None)


def _misplaced(called: str, other: str, task: str, methods: Iterable[str]) -> ValueError:
    listed = ", ".join(map(repr, methods))
    return ValueError(
        f"estimator {called!r} is a method for {other}, not for {task}; "
        f"methods for {task} are {listed}"
    )


AS_IT_IS = "as it is"
"""Settings of an estimator that are all its defaults, in words."""


def differences(
    one: Estimator, other: Estimator | None = None, without: Collection[str] = ()
) -> str:
    """Name the settings in which ``one`` differs from ``other``, with their values.

    By default ``other`` is the method with default settings. Settings in ``without`` do not count.
    The result is the label if the methods differ, and :data:`AS_IT_IS` if nothing does.
    """
    if other is not None and type(one) is not type(other):
        return one.label
    return ", ".join(_differing(one, other, without)) or AS_IT_IS


def _differing(one: Any, other: Any, without: Collection[str]) -> list[str]:
    found = []
    for f in fields(one):
        default = f.default_factory() if f.default_factory is not MISSING else f.default
        value, before = getattr(one, f.name), default if other is None else getattr(other, f.name)
        name = f.name.replace("_", " ")
        if value == before or f.name in without:
            continue
        if is_dataclass(value):
            found += _differing(value, before, without)
        elif isinstance(value, bool):
            negated = f"un{name}" if name.startswith("known") else f"do not {name}"
            found.append(name if value else negated)
        elif isinstance(value, tuple):
            found.append(f"{name} {', '.join(map(str, value))}")
        else:
            found.append(f"{name} {value:g}" if isinstance(value, float) else f"{name} {value}")
    return found
