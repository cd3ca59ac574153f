"""Settings and configuration documents: text into strict records, and errors that name file, line and key."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, TypeVar

import msgspec

from tynys.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from types import UnionType

T = TypeVar("T")

_UNKNOWN = re.compile(r"contains unknown field `(?P<field>[^`]+)`")
_MISSING = re.compile(r"missing required field `(?P<field>[^`]+)`")
_PATH = re.compile(r" - at `\$(?P<path>[^`]*)`$")
_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+|\.\.\.)\]")
_TOML_LINE = re.compile(r"\(at line (?P<line>\d+), column \d+\)")


def load_toml(text: str, kind: type[T] | UnionType, where: str = "") -> T:
    """A TOML document as a strict record: an unknown key, a wrong type and broken TOML are errors a person can act on.

    Parameters
    ----------
    text : str
        The document.
    kind : type
        A `msgspec.Struct` that forbids unknown fields, or a union of tagged ones.
    where : str
        The file's name, for the message.

    Raises
    ------
    ConfigurationError
        Naming the file, the line where it can be found, the key, what was expected and what came.
    """
    text = text.removeprefix("\ufeff")  # what some editors put before UTF-8
    try:
        tree = tomllib.loads(text)
    except RecursionError:
        raise ConfigurationError(
            "expected TOML, got lists or tables nested without end", where=where, hint="Is it the right file?", code="configuration.toml"
        ) from None
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        found = _TOML_LINE.search(message)
        line = int(found["line"]) if found else text.count("\n") + 1
        raise ConfigurationError(
            f"expected TOML, got text that is not: {message}",
            where=_place(where, line),
            hint=f"The line reads: {_line(text, line)}",
            code="configuration.toml",
        ) from None
    return _convert(tree, kind, text, where)


def load_json(text: str | bytes, kind: type[T], where: str = "") -> T:
    """A JSON document as a strict record, with the same errors as `load_toml` (without the line where JSON has only one)."""
    try:
        tree = msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        raise ConfigurationError(
            f"expected JSON, got text that is not: {error}", where=where, hint="Is the file complete?", code="configuration.json"
        ) from None
    return _convert(tree, kind, text if isinstance(text, str) else text.decode(), where)


def place_of(text: str, where: str, path: str) -> str:
    """Where a key stands, for a message: the file, and the line a path such as ``limits[3].value`` points at as far as it can be told."""
    return _place(where, _find_line(text, [name or index for name, index in _STEP.findall(f".{path}")]))


def _convert(tree: object, kind: type[T] | UnionType, text: str, where: str) -> T:
    try:
        return msgspec.convert(tree, kind)
    except msgspec.ValidationError as error:
        raise _explain(str(error), tree, text, where) from None


def _explain(message: str, tree: object, text: str, where: str) -> ConfigurationError:
    found = _PATH.search(message)
    path = found["path"] if found else ""
    bare = message[: found.start()] if found else message
    steps = [name or index for name, index in _STEP.findall(path)]
    if unknown := _UNKNOWN.search(bare):
        line = _find_line(text, [*steps, unknown["field"]])
        return ConfigurationError(
            f'unknown key "{unknown["field"]}" in {_name(path)}',
            where=_place(where, line),
            hint="Is it misspelt, or in the wrong section? Nothing is ignored silently; remove it or correct it.",
            code="configuration.unknown_key",
        )
    if missing := _MISSING.search(bare):
        line = _find_line(text, steps)
        return ConfigurationError(
            f'expected the key "{missing["field"]}" in {_name(path)}, and it is not there',
            where=_place(where, line),
            hint=f'Add "{missing["field"]}".',
            code="configuration.missing_key",
        )
    came = _value_at(tree, steps)
    text_of_value = "" if came is _NOTHING else f", got {came!r}"
    return ConfigurationError(
        f"{_name(path)}: {bare[:1].lower()}{bare[1:]}{text_of_value}",
        where=_place(where, _find_line(text, steps)),
        hint="See the reference page of this document for what the key takes.",
        code="configuration.wrong_value",
    )


_NOTHING = object()


def _value_at(tree: object, steps: list[str]) -> object:
    node = tree
    for step in steps:
        if isinstance(node, dict) and step in node:
            node = node[step]
        elif isinstance(node, list) and step.isdigit() and int(step) < len(node):
            node = node[int(step)]
        else:
            return _NOTHING
    return _NOTHING if isinstance(node, dict | list) else node


def _name(path: str) -> str:
    return f'"{path.lstrip(".")}"' if path else "the document"


def _place(where: str, line: int | None) -> str:
    return where if line is None else f"{where}, line {line}" if where else f"line {line}"


def _line(text: str, number: int) -> str:
    lines = text.splitlines()
    return lines[number - 1].strip() if 0 < number <= len(lines) else "(the end of the file)"


def _find_line(text: str, steps: list[str]) -> int | None:
    """The line a path points at: walks keys and the n-th repetition of a table in the order they are written; best effort."""
    names = [s for s in steps if not s.isdigit() and s != "..."]
    if not names or text.count("\n") == 0:
        return None
    lines = text.splitlines()
    at = -1
    for i, step in enumerate(steps):
        if step.isdigit() or step == "...":
            continue
        repeat = int(steps[i + 1]) if i + 1 < len(steps) and steps[i + 1].isdigit() else 0
        header = re.compile(rf'^\s*\[\[[^\]]*\b{re.escape(step)}"?\s*\]\]')
        key = re.compile(rf'(^\s*\[[^\]]*\b{re.escape(step)}"?\s*\])|(^|[\s{{,.\[])"?{re.escape(step)}"?\s*[=.:]')
        hits = [n for n in range(max(at, 0), len(lines)) if header.search(lines[n])]
        if len(hits) > repeat:
            at = hits[repeat]
            continue
        found = next((n for n in range(max(at, 0), len(lines)) if key.search(lines[n])), None)
        at = at if found is None else found
    return at + 1 if at >= 0 else None
