"""Decodes and scales registers by the published maps (docs/reference/field.md), with the arithmetic the page prescribes."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

TYPES = {
    "int16": ">i2", "uint16": ">u2", "int32": ">i4", "uint32": ">u4", "int64": ">i8", "uint64": ">u8", "float32": ">f4", "float64": ">f8",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Point:
    """One point of a map; ``current`` are the values at 4 and 20 mA of a register in microamperes."""

    table: str
    address: int
    type: str
    word_order: str
    multiply: int
    add: int
    divide: int
    current: tuple[float, float] | None

    @property
    def size(self) -> int:
        """Bytes of its registers."""
        return np.dtype(TYPES[self.type]).itemsize

    def decode(self, octets: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
        """Engineering values of rows of register bytes, each register high byte first."""
        words = octets.reshape(len(octets), -1, 2)
        if self.word_order in ("BADC", "DCBA"):
            words = words[:, :, ::-1]
        if self.word_order in ("CDAB", "DCBA"):
            words = words[:, ::-1, :]
        raw = np.ascontiguousarray(words).reshape(len(octets), -1).view(TYPES[self.type])[:, 0].astype(np.float64)
        value = (raw * self.multiply + self.add) / self.divide
        if self.current is not None:
            low, high = self.current
            value = (low * (20000 - value) + high * (value - 4000)) / 16000
        return value


def read_map(path: Path) -> dict[str, Point]:
    """The numeric points of a published map by name."""
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    return {p["name"]: _point(p, document) for p in document["points"] if p["type"] in TYPES}


def _point(point: dict[str, Any], document: dict[str, Any]) -> Point:
    current = point.get("current")
    return Point(
        table=point["table"],
        address=point["address"],
        type=point["type"],
        word_order=point.get("word_order", document.get("word_order", "ABCD")),
        multiply=point.get("multiply", 1),
        add=point.get("add", 0),
        divide=point.get("divide", 1),
        current=None if current is None else (float(current["at_4_ma"]), float(current["at_20_ma"])),
    )
