"""Shipped packs, packs whose values are as sure as a test wants them, and a day of readings of an example plant."""

from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path

import msgspec
import numpy as np

from tynys.calc.series import Series
from tynys.domain.component import Certainty
from tynys.domain.configuration import FacilityConfiguration
from tynys.domain.document import load_toml
from tynys.domain.status import InstrumentStatus
from tynys.law import load_pack
from tynys.law.values import Sourced

PACKS = sorted(path.name.removesuffix(".toml") for path in (files("tynys.law") / "packs").iterdir() if path.name.endswith(".toml"))

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "redundant-analyser.toml"
START_MS = int(datetime(2025, 3, 10, tzinfo=UTC).timestamp() * 1000)
DAY_MS = 86_400_000
VALUES = {"so2": 900.0, "o2": 7.3, "h2o": 10.0}


@cache
def example_plant():
    return load_toml(EXAMPLE.read_text(encoding="utf-8"), FacilityConfiguration, EXAMPLE.name)


def readings(minutes):
    """A reading a minute of every channel of the example, valid in the first minutes of each hour."""
    time_ms = START_MS + 60_000 * np.arange(1440, dtype=np.int64)
    status = np.where(np.arange(1440) % 60 < minutes, InstrumentStatus.VALID, InstrumentStatus.FAULT).astype(np.uint8)
    return {c.id: Series(time_ms, np.full(1440, VALUES[c.component]), status) for c in example_plant().channels}


@cache
def text_of(name):
    return (files("tynys.law") / "packs" / f"{name}.toml").read_text(encoding="utf-8")


@cache
def pack_of(name):
    return load_pack(text_of(name), f"{name}.toml")


def marked(record, to_confirm=(), path=""):
    """The same record with every value verified, but for those at the paths given."""
    new = {}
    if isinstance(record, Sourced):
        new["certainty"] = Certainty.TO_CONFIRM if path in to_confirm else Certainty.VERIFIED
    for field in record.__struct_fields__:
        found, below = getattr(record, field), f"{path}.{field}" if path else field
        if isinstance(found, msgspec.Struct):
            new[field] = marked(found, to_confirm, below)
        elif isinstance(found, tuple):
            new[field] = tuple(
                marked(member, to_confirm, f"{below}[{i}]") if isinstance(member, msgspec.Struct) else member
                for i, member in enumerate(found)
            )
    return msgspec.structs.replace(record, **new)
