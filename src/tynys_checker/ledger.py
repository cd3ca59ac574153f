"""Reads the ledger of a simulated plant: the registers as they were on offer, decoded by the published maps."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tynys_checker.join import Rows
from tynys_checker.maps import Point, read_map

if TYPE_CHECKING:
    import numpy.typing as npt

MAPS = Path(__file__).parent.parent / "tynys" / "field" / "maps"
"""The published register maps: data files, read as such."""


def read_offers(ledger: Path) -> dict[str, Rows]:
    """What was on offer by channel name: an engineering value from each instant until the next; NaN where it is no number."""
    offers: dict[str, Rows] = {}
    with sqlite3.connect(f"{ledger.resolve().as_uri()}?mode=ro", uri=True) as book:
        channels: dict[int, list[tuple[str, str]]] = {}
        for name, device, point in book.execute("SELECT name, device, point FROM channel"):
            channels.setdefault(device, []).append((name, point))
        for device, map_name, layout in book.execute("SELECT id, map, layout FROM device").fetchall():
            found = book.execute("SELECT t_ms, image FROM offer WHERE device = ? ORDER BY t_ms", (device,)).fetchall()
            if not found:
                continue
            time_ms = np.array([t for t, _ in found], np.int64)
            images = np.frombuffer(b"".join(image for _, image in found), np.uint8).reshape(len(found), -1)
            read = _reader(json.loads(layout), map_name, images)
            for name, point in channels.get(device, []):
                offers[name] = Rows(time_ms, read(point))
    return offers


def _reader(layout: dict[str, Any], map_name: str, images: npt.NDArray[np.uint8]) -> Any:
    segments = layout["segments"]
    if "nodes" in layout:
        (segment,) = segments
        values = images[:, segment["offset"] :].copy().view("<f8")
        return lambda point: values[:, layout["nodes"].index(point)]
    points = read_map(MAPS / f"{map_name}.toml")
    return lambda point: _registers(points[point], segments, images)


def _registers(point: Point, segments: list[dict[str, Any]], images: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
    segment = next(s for s in segments if s["table"] == point.table and s["first"] <= point.address < s["first"] + s["count"])
    begin = segment["offset"] + 2 * (point.address - segment["first"])
    return point.decode(images[:, begin : begin + point.size])
