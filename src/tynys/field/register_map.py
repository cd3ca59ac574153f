"""Register maps as data: where an instrument keeps its values, how they are written and what its status bits mean.

Published maps lie in ``field/maps``; the format is described in ``docs/reference/field.md``.
"""

from enum import StrEnum
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from tynys.domain.base import Record
from tynys.domain.document import load_toml
from tynys.domain.errors import ConfigurationError
from tynys.domain.quantity import Unit
from tynys.domain.status import InstrumentStatus

WordOrder = Literal["ABCD", "CDAB", "BADC", "DCBA"]
"""Order of the bytes of a number on the line; A is the most significant."""

WORD_ORDERS: tuple[WordOrder, ...] = ("ABCD", "CDAB", "BADC", "DCBA")

NumberType = Literal["bit", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float32", "float64"]

Address = Annotated[int, msgspec.Meta(ge=0, le=65535)]


class Table(StrEnum):
    """The four Modbus tables."""

    COIL = "coil"
    DISCRETE = "discrete"
    HOLDING = "holding"
    INPUT = "input"

    @property
    def function(self) -> int:
        """Function code that reads the table."""
        return _FUNCTIONS[self]

    @property
    def is_bits(self) -> bool:
        """Whether an address holds one bit rather than a 16-bit word."""
        return self in {Table.COIL, Table.DISCRETE}


_FUNCTIONS = {Table.COIL: 1, Table.DISCRETE: 2, Table.HOLDING: 3, Table.INPUT: 4}


class Current(Record, frozen=True, kw_only=True):
    """Ends of a 4-20 mA signal in the point's unit; the raw number is in microamperes."""

    at_4_ma: float
    at_20_ma: float


class Number(Record, frozen=True, kw_only=True):
    """A number in a Modbus table: ``(raw * multiply + add) / divide``, exact integers and one rounding."""

    table: Table
    address: Address
    type: NumberType
    word_order: WordOrder | None = None
    bit: Annotated[int, msgspec.Meta(ge=0, le=15)] | None = None
    multiply: int = 1
    add: int = 0
    divide: Annotated[int, msgspec.Meta(ge=1)] = 1
    current: Current | None = None

    def __post_init__(self) -> None:
        if self.table.is_bits and (self.type != "bit" or self.bit is not None):
            raise ValueError(f'an address of table "{self.table}" is one bit: write type = "bit" and leave out bit')
        if not self.table.is_bits and (self.type == "bit") != (self.bit is not None):
            raise ValueError('type = "bit" in a register needs bit = 0..15, and only that type has one')
        if self.type.startswith("float") and self.is_scaled and self.current is None:
            raise ValueError("a float is carried as it is: multiply, add and divide are for integers and currents")
        if self.current is not None and self.current.at_4_ma == self.current.at_20_ma:
            raise ValueError("at_4_ma and at_20_ma must differ")

    @property
    def is_scaled(self) -> bool:
        """Whether the raw number is not the value itself."""
        return (self.multiply, self.add, self.divide) != (1, 0, 1)

    @property
    def width(self) -> int:
        """Addresses the number takes."""
        return 1 if self.type == "bit" else int(self.type[-2:]) // 16


class Point(Number, frozen=True, kw_only=True):
    """A measured value of the map; ``plausible`` is what a probe expects to see and changes no reading."""

    name: str
    unit: Unit | None = None
    plausible: tuple[float, float] | None = None


class Parameter(Number, frozen=True, kw_only=True):
    """A setting of the instrument, read back on request."""

    name: str


class DeviceClock(Number, frozen=True, kw_only=True):
    """The instrument's own time since 1970 UTC."""

    unit: Literal["ms", "s"]


class StatusMeaning(StrEnum):
    """What a status bit says of a reading; a note says nothing of it and is shown to people."""

    FAULT = "fault"
    MAINTENANCE = "maintenance"
    CALIBRATION = "calibration"
    HELD = "held"
    OVER_RANGE = "over_range"
    NOTE = "note"

    @property
    def status(self) -> InstrumentStatus:
        """The instrument status the bit stands for (`VALID` for a note)."""
        return InstrumentStatus.VALID if self is StatusMeaning.NOTE else InstrumentStatus[self.name]


class StatusBit(Record, frozen=True, kw_only=True):
    """A bit that tells how the instrument is; it holds when it equals ``active``."""

    name: str
    table: Table
    address: Address
    means: StatusMeaning
    bit: Annotated[int, msgspec.Meta(ge=0, le=15)] | None = None
    active: Literal[0, 1] = 1
    points: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if self.table.is_bits != (self.bit is None):
            raise ValueError("a status bit in a register needs bit = 0..15; in a coil or discrete table it has none")


class ModbusMap(Record, frozen=True, kw_only=True, tag_field="protocol", tag="modbus"):
    """The map of a Modbus instrument."""

    id: str
    title: str
    origin: Literal["published", "ours"]
    source: str
    points: tuple[Point, ...]
    word_order: WordOrder = "ABCD"
    zero_is_absent: bool = False
    status: tuple[StatusBit, ...] = ()
    clock: DeviceClock | None = None
    parameters: tuple[Parameter, ...] = ()

    def __post_init__(self) -> None:
        names = [point.name for point in self.points]
        _refuse_doubles(names)
        for bit in self.status:
            for point in bit.points or ():
                if point not in names:
                    raise ValueError(f'status "{bit.name}" speaks of point "{point}", which the map does not have')


class NodePoint(Record, frozen=True, kw_only=True):
    """A value behind an OPC UA node; ``{owner}`` in ``node`` is the part of the settings' point name before its last dot."""

    name: str
    node: str
    type: Literal["double", "boolean"]
    unit: Unit | None = None
    plausible: tuple[float, float] | None = None


class OpcUaMap(Record, frozen=True, kw_only=True, tag_field="protocol", tag="opcua"):
    """The map of an OPC UA server."""

    id: str
    title: str
    origin: Literal["published", "ours"]
    source: str
    namespace: str
    points: tuple[NodePoint, ...]

    def __post_init__(self) -> None:
        _refuse_doubles([point.name for point in self.points])


RegisterMap = ModbusMap | OpcUaMap


def _refuse_doubles(names: list[str]) -> None:
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise ValueError(f"point names must differ; twice: {', '.join(doubled)}")


def published_maps() -> tuple[str, ...]:
    """Names of the maps that come with Tynys."""
    return tuple(sorted(entry.name.removesuffix(".toml") for entry in _maps().iterdir() if entry.name.endswith(".toml")))


def load_map(name: str, *, folder: Path | None = None) -> RegisterMap:
    """The published map ``name``, or the map in a TOML file whose path (relative to ``folder``) is given."""
    if name in published_maps():
        text = _maps().joinpath(f"{name}.toml").read_text(encoding="utf-8")
        return load_toml(text, RegisterMap, f"map {name}")
    path = (folder or Path()) / name
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        known = ", ".join(published_maps())
        raise ConfigurationError(
            f'there is no register map "{name}": expected a published map ({known}) or the path of a TOML file',
            where=str(path),
            hint="Mend the key map of the device.",
        ) from error
    return load_toml(text, RegisterMap, str(path))


def _maps() -> Traversable:
    return resources.files("tynys.field") / "maps"
