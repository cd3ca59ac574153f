"""Numbers of 50 digits from the decimal texts of a case, and back to the nearest float64 for its expectation."""

from __future__ import annotations

from typing import Any

from mpmath import mp, mpf

mp.dps = 50


def num(value: Any) -> mpf | None:
    """A number exactly as it is written in a case; absent where it is null or infinite."""
    return None if value is None or isinstance(value, str) else mpf(repr(value))


def nums(values: list[Any]) -> list[mpf | None]:
    """Every number of a list."""
    return [num(value) for value in values]


def each(function: Any, *columns: Any) -> dict[str, Any]:
    """A formula row by row: lists go along, single numbers stand for every row; a row that lacks a number has no result."""
    rows = next(len(column) for column in columns if isinstance(column, list))
    full = [nums(column) if isinstance(column, list) else [num(column)] * rows for column in columns]
    return {"value": [None if None in row else function(*row) for row in zip(*full, strict=True)]}


def as_json(value: Any) -> Any:
    """What a case file holds: numbers rounded once to float64, everything else as it is."""
    if isinstance(value, mpf):
        return float(value)
    if isinstance(value, dict):
        return {key: as_json(each_) for key, each_ in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(each_) for each_ in value]
    return value
