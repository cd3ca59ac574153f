"""Scales a raw number of an analyser's register by the published register map (docs/reference/field.md)."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt


class Scale:
    """One point of a map: raw numbers in, engineering values out, with the arithmetic the page prescribes."""

    def __init__(self, point: dict[str, object]) -> None:
        self._multiply = int(str(point.get("multiply", 1)))
        self._add = int(str(point.get("add", 0)))
        self._divide = int(str(point.get("divide", 1)))
        current = point.get("current")
        self._current = (float(current["at_4_ma"]), float(current["at_20_ma"])) if isinstance(current, dict) else None

    def __call__(self, raw: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Engineering values of raw numbers (float64 holds every 32-bit integer exactly)."""
        value = (raw * self._multiply + self._add) / self._divide
        if self._current is not None:
            low, high = self._current
            value = (low * (20000 - value) + high * (value - 4000)) / 16000
        return np.asarray(value, dtype=np.float64)


def read_map(path: Path) -> dict[str, Scale]:
    """The scales of a published map by point name."""
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    return {name: Scale(point) for name, point in _points(document)}


def _points(document: dict[str, object]) -> list[tuple[str, dict[str, object]]]:
    points = document.get("points", {})
    if isinstance(points, dict):
        return [(name, point) for name, point in points.items()]
    return [(str(point["name"]), point) for point in points] if isinstance(points, list) else []
