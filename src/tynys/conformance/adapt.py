"""From a case's input to a kernel's arguments, and from what a kernel gives back to plain JSON values."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import math
import typing
from datetime import date, datetime
from enum import Enum
from fractions import Fraction
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
import numpy as np

from tynys.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

_JSON = (str, int, float, list, dict, type(None))
_INFINITIES = {"Infinity": math.inf, "-Infinity": -math.inf}
"""JSON has no infinity: it is written as a text where a number is due."""


def call(function: Callable[..., Any], given: dict[str, Any]) -> Any:
    """Call a kernel with arguments by name, each brought to the type its signature declares.

    Raises
    ------
    ConfigurationError
        If the kernel takes no such argument, or one that it needs is missing.
    """
    types = _types(function)
    try:
        bound = inspect.signature(function).bind(**given)
    except TypeError as error:
        raise ConfigurationError(f"{function.__qualname__}: {error}", code="conformance.wrong_input") from None
    return function(
        *(to_type(a, types[n]) for n, a in zip(bound.signature.parameters, bound.args, strict=False)),
        **{name: to_type(value, types[name]) for name, value in bound.kwargs.items()},
    )


def to_type(value: Any, wanted: Any) -> Any:  # noqa: PLR0911  # one line a kind
    """A JSON value as an array, a record, an enumeration or whatever else is declared."""
    if not isinstance(value, _JSON):
        return value  # an adaptor has made it already
    kind = _array_kind(wanted)
    if kind is not None and isinstance(value, list):
        return _array(value, kind)
    if typing.get_origin(wanted) in {typing.Union, type(int | str)}:
        members = typing.get_args(wanted)
        if isinstance(value, list) and any(_array_kind(member) for member in members):
            return to_type(value, next(member for member in members if _array_kind(member)))
        if value is None and type(None) not in members:
            return math.nan
        wanted = typing.Union[tuple(m for m in members if _array_kind(m) is None)]  # noqa: UP007  # made of a list
    if wanted is float and (value is None or value in _INFINITIES):
        return math.nan if value is None else _INFINITIES[value]
    if dataclasses.is_dataclass(wanted) and isinstance(value, dict) and isinstance(wanted, type):
        types = _types(wanted)
        return wanted(**{name: to_type(each, types[name]) for name, each in value.items()})
    if typing.get_origin(wanted) in _SEQUENCES and isinstance(value, list):
        return _sequence(value, wanted)
    return msgspec.convert(value, wanted, dec_hook=_decoded)


def _sequence(value: list[Any], wanted: Any) -> Any:
    inner = typing.get_args(wanted)
    if typing.get_origin(wanted) is tuple and Ellipsis not in inner:
        return tuple(to_type(each, kind) for each, kind in zip(value, inner, strict=True))
    made = [to_type(each, inner[0]) for each in value]
    return made if typing.get_origin(wanted) is list else tuple(made)


_SEQUENCES = frozenset({tuple, list, *(typing.get_origin(kind[int]) for kind in (typing.Sequence, typing.Iterable, typing.Collection))})


def _decoded(wanted: type, value: Any) -> Any:
    return value if wanted is Any else to_type(value, wanted)


def _array_kind(wanted: Any) -> Any:
    """The NumPy type of a declared array; absent for anything else."""
    if typing.get_origin(wanted) is np.ndarray:
        return typing.get_args(typing.get_args(wanted)[1])[0]
    return None


def _array(value: list[Any], kind: Any) -> Any:
    if issubclass(kind, np.floating):
        return np.array(_numbers(value), kind)
    return np.array(value, kind)


def _numbers(value: Any) -> Any:
    if isinstance(value, list):
        return [_numbers(each) for each in value]
    return math.nan if value is None else _INFINITIES.get(value, value)


@lru_cache(maxsize=1024)
def _types(thing: Any) -> dict[str, Any]:
    """The declared types of a function's or a record's members, those named only for the type checker included."""
    return typing.get_type_hints(thing, localns=_checked_names(import_module(thing.__module__)))


@lru_cache(maxsize=256)
def _checked_names(module: ModuleType) -> dict[str, Any]:
    """What a module names only while its types are checked: the same lines, run now."""
    names: dict[str, Any] = dict(vars(module))
    tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            exec(compile(ast.Module(node.body, []), str(module.__file__), "exec"), names)  # noqa: S102  # imports of our own module
    return names


def plain(value: Any) -> Any:  # noqa: PLR0911  # one line a kind
    """A kernel's result as JSON knows it: records become objects, arrays lists, what is not a number null."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    if isinstance(value, float):
        return None if math.isnan(value) else value if math.isfinite(value) else "Infinity" if value > 0 else "-Infinity"
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, msgspec.Struct):
        return {name: plain(getattr(value, name)) for name in value.__struct_fields__}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {name: plain(each) for name, each in value._asdict().items()}
    if isinstance(value, dict):
        return {str(plain(name)): plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(each) for each in (sorted(value) if isinstance(value, set | frozenset) else value)]
    if isinstance(value, bytes):
        return value.hex()
    return _text(value)


def _text(value: Any) -> Any:
    """Moments, dates, identities and fractions as they are written."""
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, date | UUID | Fraction) else value


def as_object(value: Any) -> dict[str, Any]:
    """The result as the object a case expects: whatever is no record stands under ``value``."""
    made = plain(value)
    return made if isinstance(made, dict) else {"value": made}
