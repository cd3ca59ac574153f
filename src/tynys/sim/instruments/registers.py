"""Offers as register images: what each Modbus device holds at each instant, by the published maps, with our own encoder.

Nothing here is shared with the drivers that read it. Addresses are zero-based protocol addresses.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from tynys.sim.instruments.calendar import DeviceState
from tynys.sim.instruments.resolution import FLOW, PRESSURE, TEMPERATURE, VELOCITY, pressure_microamperes
from tynys.sim.plants.layout import COMPONENTS, DEVICES

if TYPE_CHECKING:
    from tynys.sim.instruments.plant import Offer
    from tynys.sim.physics.noise import Array

Words = npt.NDArray[np.uint16]
COILS, DISCRETE, HOLDING, INPUT = 1, 2, 3, 4
"""The four tables, by the function code that reads them."""
SO2, NO, NO2, CO, CO2, O2, H2O, DUST = (COMPONENTS.index(name) for name in ("so2", "no", "no2", "co", "co2", "o2", "h2o", "dust"))
NO_TO_NO2 = 1.533

GAS_FIRST = 1000
GAS_INPUT_WORDS = 54
GAS_STATUS_BITS = 27
_MALFUNCTION, _REQUEST, _MAINTENANCE, _OUTSIDE, _LIVE = 0, 1, 2, 3, 4
_ZEROIZE, _SPAN_CHECK, _EITHER_CHECK = 24, 25, 26
DUST_WORDS = 24
FLOW_INPUT_WORDS, FLOW_HOLDING_WORDS = 9, 4
_AREA_DIVIDE = 10_000


@dataclass(frozen=True, slots=True)
class TableImage:
    """One table of one device: its first address and a row per instant, of registers (uint16) or of bits (uint8, 0 or 1)."""

    table: int
    first: int
    rows: npt.NDArray[np.uint16] | npt.NDArray[np.uint8]

    @property
    def size(self) -> int:
        """Registers or bits per instant."""
        return int(self.rows.shape[1])


def device_images(offer: Offer, stack: int, device: str) -> tuple[TableImage, ...]:
    """The tables of one device of one stack at every instant of the offer."""
    make = {"gas": _gas, "dust": _dust, "flow": _flow}[device]
    return make(offer, stack)


def _words(values: Array | npt.NDArray[np.int64], dtype: str, *, low_word_first: bool = False) -> Words:
    """Values (n,) as registers (n, words), big-endian bytes in each word."""
    raw = np.ascontiguousarray(values.astype(dtype))
    words: Words = raw.view(">u2").reshape(len(values), -1).astype(np.uint16)
    return words[:, ::-1] if low_word_first else words


def _status_word(state: npt.NDArray[np.uint8], over: npt.NDArray[np.bool_]) -> Words:
    """The status word of our own devices: 1 maintenance, 2 zero, 3 span, 4 held, 5 over range."""
    word = np.zeros(len(state), dtype=np.uint16)
    for bit, kind in ((1, DeviceState.MAINTENANCE), (2, DeviceState.ZERO), (3, DeviceState.SPAN), (4, DeviceState.HELD)):
        word |= ((state == kind) << bit).astype(np.uint16)
    return word | (over << 5).astype(np.uint16)


def _gas(offer: Offer, stack: int) -> tuple[TableImage, ...]:
    """MARSIC300: input registers from 1000 with floats, high word first; discrete inputs from 1000."""
    v, state = offer.value[stack], offer.state[stack, DEVICES.index("gas")]
    n = len(offer.t_ms)
    measuring = (state == DeviceState.MEASURING) | (state == DeviceState.HELD)
    absent = np.zeros(n)
    ratio = np.divide(v[SO2], v[CO2], out=np.zeros(n), where=v[CO2] > 0)
    nox = v[NO2] + NO_TO_NO2 * v[NO]
    floats = np.stack((v[SO2], v[CO2], ratio, v[H2O], v[NO], v[NO2], nox, absent, v[CO], absent, v[O2], absent), axis=1)
    registers = np.zeros((n, GAS_INPUT_WORDS), dtype=np.uint16)
    registers[:, :24] = floats.astype(">f4").view(">u2")
    registers[:, 51] = measuring  # active sampling point, int32: 1, or 0 while there is none
    registers[:, 53] = 1
    bits = np.zeros((n, GAS_STATUS_BITS), dtype=np.uint8)
    bits[:, _MAINTENANCE] = state == DeviceState.MAINTENANCE
    bits[:, _OUTSIDE] = offer.over[stack, : O2 + 2].any(axis=0) & measuring
    bits[:, _LIVE] = state != DeviceState.HELD
    bits[:, _ZEROIZE] = state == DeviceState.ZERO
    bits[:, _SPAN_CHECK] = state == DeviceState.SPAN
    bits[:, _EITHER_CHECK] = (state == DeviceState.ZERO) | (state == DeviceState.SPAN) | (state == DeviceState.FLUSHING)
    return TableImage(INPUT, GAS_FIRST, registers), TableImage(DISCRETE, GAS_FIRST, bits)


def _dust(offer: Offer, stack: int) -> tuple[TableImage, ...]:
    """Dust monitor: holding registers from 0, low word first; one coil."""
    dust, state = offer.value[stack, DUST], offer.state[stack, DEVICES.index("dust")]
    n = len(offer.t_ms)
    registers = np.zeros((n, DUST_WORDS), dtype=np.uint16)
    registers[:, 0:2] = _words(dust, ">f4", low_word_first=True)
    registers[:, 2] = np.rint(10_000 * np.exp(-dust / 1500.0))  # transmission in hundredths of a percent
    registers[:, 3] = _status_word(state, offer.over[stack, DUST])
    registers[:, 4:8] = _words(offer.t_ms, ">u8", low_word_first=True)
    registers[:, 20:22] = _words(np.ones(n), ">f4", low_word_first=True)
    return TableImage(HOLDING, 0, registers), TableImage(COILS, 0, np.ones((n, 1), dtype=np.uint8))


def _flow(offer: Offer, stack: int) -> tuple[TableImage, ...]:
    """Flow station: input registers from 0; its parameters in holding registers."""
    v, state = offer.value[stack], offer.state[stack, DEVICES.index("flow")]
    n = len(offer.t_ms)
    registers = np.zeros((n, FLOW_INPUT_WORDS), dtype=np.uint16)
    registers[:, 0:2] = _words(v[VELOCITY], ">f4")
    registers[:, 2] = np.rint(v[TEMPERATURE] * 10).astype(np.int16).view(np.uint16)
    registers[:, 3] = pressure_microamperes(v[PRESSURE])
    registers[:, 4:6] = _words(v[FLOW], ">u4", low_word_first=True)
    registers[:, 6] = _status_word(state, offer.over[stack, VELOCITY])
    registers[:, 7:9] = _words(offer.t_ms // 1000, ">u4")
    parameters = np.zeros((n, FLOW_HOLDING_WORDS), dtype=np.uint16)
    parameters[:, 0:2] = _words(np.rint(offer.area_m2[stack] * _AREA_DIVIDE), ">u4")
    parameters[:, 2:4] = _words(np.ones(n), ">f4")
    return TableImage(INPUT, 0, registers), TableImage(HOLDING, 0, parameters)
