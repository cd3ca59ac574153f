"""Every public function of the calculation, by name: what the corpus must cover."""

from __future__ import annotations

import inspect
import pkgutil
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

import tynys.calc

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import ModuleType

ROOM = "tynys.calc."


@lru_cache(maxsize=1)
def kernels() -> Mapping[str, Callable[..., Any]]:
    """Public functions by their name below `tynys.calc`, as in ``reference.to_normal``."""
    names = [info.name for info in pkgutil.walk_packages(tynys.calc.__path__, ROOM)]
    public = [name for name in names if not any(part.startswith("_") for part in name.split("."))]
    return {
        f"{name.removeprefix(ROOM)}.{function}": found for name in public for function, found in _functions(import_module(name)).items()
    }


def kernel(name: str) -> Callable[..., Any] | None:
    """The public function of this name; absent if there is none."""
    place, _, function = name.rpartition(".")
    try:
        module = import_module(ROOM + place)
    except ModuleNotFoundError:
        return None
    return _functions(module).get(function)


def _functions(module: ModuleType) -> dict[str, Callable[..., Any]]:
    """What a module defines itself, for others: decorated and compiled ones too, classes not."""

    def own(member: Any) -> bool:
        member = getattr(member, "py_func", member)  # a compiled one is a function as well
        function = inspect.unwrap(member) if callable(member) else member
        return inspect.isfunction(function) and function.__module__ == module.__name__

    return {name: member for name, member in vars(module).items() if not name.startswith("_") and own(member)}
