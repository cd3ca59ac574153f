"""The registers agree with the published maps: every point decoded by the map alone gives the value on offer."""

from __future__ import annotations

import struct
import tomllib
from fractions import Fraction
from importlib.resources import files

import numpy as np
import pytest

from tynys.sim.instruments.calendar import DeviceState
from tynys.sim.instruments.plant import PlantInstruments
from tynys.sim.instruments.registers import device_images
from tynys.sim.plants import PLANTS
from tynys.sim.plants.layout import COMPONENTS, DEVICES, STACK_POINTS

T0 = 1_795_478_400_000
MAPS = {"gas": "marsic300", "dust": "tynys-dust", "flow": "tynys-flow"}
TABLES = {"coil": 1, "discrete": 2, "holding": 3, "input": 4}
WORDS = {"int16": 1, "uint16": 1, "int32": 2, "uint32": 2, "float32": 2, "uint64": 4, "bit": 1}
CODES = {"int16": "h", "uint16": "H", "int32": "i", "uint32": "I", "float32": "f", "uint64": "Q"}


def published(name):
    return tomllib.loads((files("tynys.field") / "maps" / f"{name}.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def day():
    """A day of one plant, with its zero and span checks, once a minute."""
    instruments = PlantInstruments(PLANTS["tets-3"], 1)
    return instruments(T0 + np.arange(0, 86_400_000, 60_000))


def decode(images, entry, default_order, k):
    """One entry of a map, from the images alone."""
    image = next(i for i in images if i.table == TABLES[entry["table"]])
    low = entry["address"] - image.first
    assert 0 <= low <= image.size - WORDS[entry["type"]], entry
    if entry["type"] == "bit":
        return int(image.rows[k, low])
    words = [int(w) for w in image.rows[k, low : low + WORDS[entry["type"]]]]
    if entry.get("word_order", default_order) == "CDAB":
        words.reverse()
    raw = struct.unpack(">" + CODES[entry["type"]], struct.pack(f">{len(words)}H", *words))[0]
    if "current" in entry:
        low_end, high_end = entry["current"]["at_4_ma"], entry["current"]["at_20_ma"]
        return float(Fraction(low_end * (20000 - raw) + high_end * (raw - 4000), 16000))
    return raw / entry["divide"] if "divide" in entry else raw


@pytest.mark.parametrize("device", DEVICES)
def test_every_value_read_by_the_map_is_the_value_on_offer(day, device):
    document = published(MAPS[device])
    for stack in range(2):
        images = device_images(day, stack, device)
        for entry in document["points"]:
            if entry["name"] not in COMPONENTS:
                continue
            row = COMPONENTS.index(entry["name"])
            for k in range(0, len(day.t_ms), 7):
                assert decode(images, entry, document["word_order"], k) == day.value[stack, row, k], (entry["name"], k)


@pytest.mark.parametrize("device", DEVICES)
def test_every_entry_of_the_map_exists_and_its_unit_is_the_channels(day, device):
    document = published(MAPS[device])
    images = device_images(day, 0, device)
    units = {point.component: point.unit for point in STACK_POINTS}
    for entry in [*document["points"], *document.get("parameters", []), *([document["clock"]] if "clock" in document else [])]:
        decode(images, entry, document["word_order"], 0)
        if entry.get("name") in units:
            assert entry["unit"] == units[entry["name"]]


@pytest.mark.parametrize("device", DEVICES)
def test_every_reading_lies_in_what_the_map_calls_plausible(day, device):
    for entry in published(MAPS[device])["points"]:
        if entry["name"] in COMPONENTS:
            low, high = entry["plausible"]
            values = day.value[:, COMPONENTS.index(entry["name"])]
            assert low <= values.min()
            assert values.max() <= high


def test_the_clocks_of_the_devices_tell_the_instant(day):
    for device, scale in (("dust", 1), ("flow", 1000)):
        document = published(MAPS[device])
        assert decode(device_images(day, 1, device), document["clock"], document["word_order"], 5) * scale == day.t_ms[5]


def test_marsic300_clears_its_registers_and_raises_its_bits_during_checks(day):
    inputs, bits = device_images(day, 0, "gas")
    state = day.state[0, 0]
    names = {entry["name"]: entry["address"] - 1000 for entry in published("marsic300")["status"]}
    for kind, name in ((DeviceState.ZERO, "zeroize"), (DeviceState.SPAN, "span_check"), (DeviceState.FLUSHING, "zeroize_or_span_check")):
        during = state == kind
        assert during.any()
        assert (inputs.rows[during, :24] == 0).all()
        assert bits.rows[during, names[name]].all()
    measuring = state == DeviceState.MEASURING
    assert (inputs.rows[measuring, :2] != 0).any(axis=1).all()
    assert bits.rows[measuring, names["live"]].all()
    assert not bits.rows[measuring, names["zeroize_or_span_check"]].any()


def test_nox_and_the_ratio_follow_from_their_neighbours(day):
    document = {entry["name"]: entry for entry in published("marsic300")["points"]}
    images = device_images(day, 0, "gas")
    read = {name: decode(images, document[name], "ABCD", 100) for name in ("so2", "co2", "no", "no2", "nox", "so2_co2_ratio")}
    assert read["nox"] == pytest.approx(read["no2"] + 1.533 * read["no"], rel=1e-6)
    assert read["so2_co2_ratio"] == pytest.approx(read["so2"] / read["co2"], rel=1e-6)
