"""The tape: what all servers of a plant will hold, computed a minute ahead and cut into bytes, so that a tick only hands them over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tynys.sim.instruments.registers import COILS, DISCRETE, TableImage, device_images
from tynys.sim.ledger import Segment
from tynys.sim.plants.layout import DEVICES, SIGNALS, signals_of

if TYPE_CHECKING:
    from tynys.sim.faults.grammar import Fault
    from tynys.sim.instruments.plant import Offer, PlantInstruments
    from tynys.sim.servers.modbus_frames import Memory

TICK_MS = 1_000
REEL_TICKS = 60
"""Instants computed at once."""
TABLE_NAMES = {1: "coil", 2: "discrete", 3: "holding", 4: "input"}
COAL_NODES = (
    "coal.moisture_pct",
    "coal.ash_pct",
    "coal.sulphur_pct",
    "coal.carbon_pct",
    "coal.hydrogen_pct",
    "coal.nitrogen_pct",
    "coal.oxygen_pct",
    "coal.heating_value_mj_kg",
    "coal.sulphur_retained_pct",
)
"""The belt analyser of the coal as fired, and the share of sulphur that stays in ash."""


@dataclass(frozen=True, slots=True)
class _Table:
    """One table on the reel: a row of bytes per instant; bits also as one integer per instant."""

    table: int
    first: int
    size: int
    rows: list[bytes]
    numbers: list[int]


class Tape:
    """What is on offer at each tick, for every Modbus device and for the OPC UA nodes.

    Parameters
    ----------
    instruments : PlantInstruments
    """

    def __init__(self, instruments: PlantInstruments) -> None:
        self._instruments = instruments
        plant = instruments.plant
        self.devices = [(stack.id, kind) for stack in plant.stacks for kind in DEVICES]
        rows = {signal.name: row for row, signal in enumerate(SIGNALS)}
        signals = [(f"{unit.id}.{s.name}", rows[s.name], u) for u, unit in enumerate(plant.units) for s in signals_of(unit)]
        self.signal_nodes = tuple(name for name, _, _ in signals)
        self.nodes = (*self.signal_nodes, *(COAL_NODES if plant.burns_coal else ()))
        self._signal_rows = np.array([row for _, row, _ in signals])
        self._signal_units = np.array([unit for _, _, unit in signals])
        self._start_ms = 0
        self._faults: tuple[Fault, ...] = ()
        self._tables: list[list[_Table]] = []
        self._values: np.ndarray = np.zeros((0, 0))

    def seek(self, t_ms: int, faults: tuple[Fault, ...]) -> int:
        """Position of an instant on the reel, which is computed anew where it must be."""
        position = (t_ms - self._start_ms) // TICK_MS
        if not self._tables or faults != self._faults or not 0 <= position < REEL_TICKS:
            self._start_ms, self._faults, position = t_ms, faults, 0
            self._wind()
        return position

    def load(self, device: int, position: int, memory: Memory) -> bytes:
        """Put one device's tables of an instant into its memory; returns its ledger image."""
        image = []
        for table in self._tables[device]:
            row = table.rows[position]
            image.append(row)
            if table.table in {COILS, DISCRETE}:
                memory.bits[table.table] = (table.first, table.size, table.numbers[position])
            else:
                memory.registers[table.table] = (table.first, row)
        return b"".join(image)

    def node_values(self, position: int) -> np.ndarray:
        """The values of all OPC UA nodes at an instant."""
        values: np.ndarray = self._values[position]
        return values

    def layout(self, device: int) -> tuple[Segment, ...]:
        """How a device's ledger image is laid out."""
        segments, offset = [], 0
        for table in self._tables[device]:
            kind = "bit" if table.table in {COILS, DISCRETE} else "u16be"
            segments.append(Segment(TABLE_NAMES[table.table], table.first, offset, table.size, kind))
            offset += len(table.rows[0])
        return tuple(segments)

    def _wind(self) -> None:
        t_ms = self._start_ms + TICK_MS * np.arange(REEL_TICKS, dtype=np.int64)
        offer = self._instruments(t_ms, self._faults)
        stacks = range(len(self._instruments.plant.stacks))
        self._tables = [[_cut(image) for image in device_images(offer, stack, kind)] for stack in stacks for kind in DEVICES]
        self._values = self._node_rows(offer)

    def _node_rows(self, offer: Offer) -> np.ndarray:
        """(instants, nodes) little-endian float64, as the ledger keeps them."""
        signals = offer.signals[self._signal_rows, self._signal_units]
        if len(self.nodes) == len(self.signal_nodes):
            return np.ascontiguousarray(signals.T.astype("<f8"))
        c, coal = offer.coal, self._instruments.plant.coal
        shares = [np.round(100 * x[0], 4) for x in (c.moisture, c.ash, c.sulphur, c.carbon, c.hydrogen, c.nitrogen, c.oxygen)]
        rest = [np.round(c.heating_value_mj_kg[0], 4), np.full(len(offer.t_ms), coal.sulphur_retained_pct)]
        return np.ascontiguousarray(np.vstack([signals, *shares, *rest]).T.astype("<f8"))


def _cut(image: TableImage) -> _Table:
    """A table as one piece of bytes per instant."""
    if image.table in {COILS, DISCRETE}:
        packed = np.packbits(image.rows, axis=1, bitorder="little")
        numbers = [int.from_bytes(row.tobytes(), "little") for row in packed]
    else:
        numbers = []
    whole = image.rows.astype(">u2").tobytes() if not numbers else image.rows.tobytes()
    width = len(whole) // len(image.rows)
    rows = [whole[k * width : (k + 1) * width] for k in range(len(image.rows))]
    return _Table(image.table, image.first, image.size, rows, numbers)
