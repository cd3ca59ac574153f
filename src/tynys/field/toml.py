"""TOML into strict records: an unknown key or a wrong value names the file, the line and the key."""

from __future__ import annotations

import re
from typing import TypeVar

import msgspec

from tynys.domain.errors import ConfigurationError

T = TypeVar("T")


def decode_toml(text: str, kind: type[T] | object, *, where: str) -> T:
    """The record ``kind`` that ``text`` describes; `ConfigurationError` with file, line and key otherwise."""
    try:
        return msgspec.toml.decode(text.encode(), type=kind)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `$")
        path = path.removesuffix("`").lstrip(".")
        line = _line_of(text, path, message)
        place = f"{where}, line {line}" if line else where
        raise ConfigurationError(f"{message} (at {path or 'the top of the file'})", where=place) from error
    except msgspec.DecodeError as error:
        raise ConfigurationError(f"this is not TOML: {error}", where=where, hint="Mend the line the message names.") from error


def _line_of(text: str, path: str, message: str) -> int | None:
    """Line, counted from 1, of the table or key a validation message is about; None when it cannot be told."""
    lines = text.splitlines()
    start = 0
    table = re.match(r"(\w+)\[(\d+)\]", path)
    if table:
        headers = [number for number, line in enumerate(lines) if line.strip() == f"[[{table[1]}]]"]
        if int(table[2]) < len(headers):
            start = headers[int(table[2])]
    unknown = re.search(r"unknown field `(\w+)`", message)
    key = unknown[1] if unknown else path.rpartition(".")[2]
    for number in range(start, len(lines)):
        if key and re.match(rf"\s*\[*{re.escape(key)}\b", lines[number]):
            return number + 1
    return start + 1 if table else None
