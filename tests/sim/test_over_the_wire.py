"""The five plants as independent clients read them: what an ordinary day holds, and a shut-down with its start-up."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest
from asyncua import Client, ua

HOUR_MS, MINUTE_MS = 3_600_000, 60_000
VALID_BITS = [False] * 4 + [True]
DUST_MG_NM3 = {"gres-1": (300, 420), "gres-2": (350, 520), "tets-2": (330, 480), "tets-3": (330, 480)}
"""By the collector: precipitators of GRES-1 and GRES-2, emulsifiers of the Almaty plants; dry, at 6 % O2."""
OUTAGE_HOURS = (-76, -54)
"""Hours from noon in which boiler 2 of GRES-2 goes out and comes back, under seed 1."""


def read_signals(plant, names, instants_ms, also=dict):
    """Plant signals over OPC UA at each instant, and what ``also`` reads at the same instants."""
    rows = []

    async def read():
        async with Client(plant.plant.signals.url) as client:
            namespace = await client.get_namespace_index("urn:tynys:plant")
            nodes = [client.get_node(ua.NodeId(name, namespace)) for name in names]
            for t_ms in instants_ms:
                plant.step(t_ms)
                values = dict(zip(names, await client.read_values(nodes), strict=True)) if nodes else {}
                rows.append({**values, **also()})

    asyncio.run(read())
    return rows


def stack_reading(plant, stack):
    """One stack over Modbus TCP, or nothing while an instrument is checked or kept."""
    bits, flow, dust = plant.gas_bits(stack), plant.flow(stack), plant.dust(stack)
    if bits[:5] != VALID_BITS or any(bits[24:]) or flow["status"] or dust["status"]:
        return None
    gas = plant.gas(stack)
    normal = dust["dust"] * (flow["temperature"] + 273.15) / 273.15 * 101.325 / flow["pressure"]
    return {**gas, **flow, "dust_normal": normal}


def at_reference(rows, name, o2_reference_pct):
    """Mean of a wet value, dry and at the reference oxygen [mg/Nm³]."""
    dry = np.array([1 - row["h2o"] / 100 for row in rows])
    o2 = np.array([row["o2"] for row in rows]) / dry
    wet = np.array([row["no2"] + 1.533 * row["no"] if name == "nox_as_no2" else row[name] for row in rows])
    return float((wet / dry * (21 - o2_reference_pct) / (21 - o2)).mean())


@pytest.fixture(scope="module")
def day(start_plant, noon_ms):
    """A day of a plant at half an hour's steps: the valid readings of each stack."""

    def read(facility):
        plant = start_plant(facility)
        stacks = [stack.id for stack in plant.plant.plant.stacks]
        found = {stack: [] for stack in stacks}
        for step in range(48):
            plant.step(noon_ms + step * 30 * MINUTE_MS)
            for stack in stacks:
                row = stack_reading(plant, stack)
                if row is not None:
                    found[stack].append(row)
        return found

    return read


@pytest.mark.parametrize(
    ("facility", "stacks"),
    [("gres-1", ("stack-1", "stack-2")), ("gres-2", ("stack-1",)), ("tets-2", ("stack-1", "stack-2")), ("tets-3", ("stack-1",))],
)
def test_an_ordinary_day_of_a_coal_plant(day, facility, stacks):
    rows = day(facility)
    for stack in stacks:
        assert len(rows[stack]) > 44
        assert 1600 < at_reference(rows[stack], "so2", 6) < 2600
        assert 400 < at_reference(rows[stack], "nox_as_no2", 6) < 750
        low, high = DUST_MG_NM3[facility]
        assert low < at_reference(rows[stack], "dust_normal", 6) < high
        assert 5 < at_reference(rows[stack], "co", 6) < 150


def test_an_ordinary_day_of_a_gas_plant(day):
    for rows in day("tets-1").values():
        assert len(rows) > 44
        assert 100 < at_reference(rows, "nox_as_no2", 3) < 250
        assert at_reference(rows, "so2", 3) < 10
        assert at_reference(rows, "dust_normal", 3) < 5
        dry = [1 - row["h2o"] / 100 for row in rows]
        top = [row["co2"] / d * 20.95 / (20.95 - row["o2"] / d) for row, d in zip(rows, dry, strict=True)]
        assert np.mean(top) == pytest.approx(11.8, abs=0.3), "natural gas without excess air: just under 12 % of CO2"


def test_a_boiler_goes_out_is_blown_through_rests_warms_and_loads_again(start_plant, noon_ms):
    plant = start_plant("gres-2")
    instants = [noon_ms + minute * MINUTE_MS for minute in range(OUTAGE_HOURS[0] * 60, OUTAGE_HOURS[1] * 60, 10)]
    names = [f"unit-2.{name}" for name in ("load_mw", "coal_flow_t_h", "flame_on", "fan_on")]
    rows = read_signals(plant, names, instants, lambda: {"velocity": plant.flow()["velocity"], **plant.gas()})
    flame = np.array([row["unit-2.flame_on"] for row in rows])
    fan = np.array([row["unit-2.fan_on"] for row in rows])
    load = np.array([row["unit-2.load_mw"] for row in rows])
    coal = np.array([row["unit-2.coal_flow_t_h"] for row in rows])
    out = int(np.argmin(flame))
    back = out + int(np.argmax(flame[out:]))
    assert flame[0]
    assert out > 0
    assert back > out
    assert load[out - 1] < 0.45 * 500 < load[0], "it runs down before the fire goes out"
    assert coal[out:back].max() == 0
    assert fan[out : out + 5].all(), "blown through for an hour"
    assert not fan[out + 7 : back - 1].any(), "then it stands"
    warming = slice(back, back + 11)
    assert load[warming].max() == 0
    assert coal[warming].min() > 0, "two hours of fire without load"
    assert load[back + 30] > 0.6 * 500
    standing = slice(out + 8, back - 1)
    before = slice(0, 6)
    velocity = np.array([row["velocity"] for row in rows])
    assert velocity[standing].mean() < 0.75 * velocity[before].mean(), "half of the stack's gas is missing"


def test_with_one_stack_swapped_lines_exchange_so2_and_no(start_plant, noon_ms):
    plant = start_plant("gres-2")
    later = noon_ms + 10 * MINUTE_MS
    plant.step(later)
    clean, flow = plant.gas(), plant.flow()
    plant.inject("swapped_lines")
    plant.step(noon_ms)
    plant.step(later)
    swapped = plant.gas()
    assert swapped["so2"] == pytest.approx(clean["no"], rel=0.02)
    assert swapped["no"] == pytest.approx(min(clean["so2"], 1000.0), rel=0.02), "NO has a range of 1000 mg/Nm³"
    assert swapped["co2"] == clean["co2"]
    assert plant.flow() == flow


def test_dust_and_flow_stations_are_checked_in_turn_every_day(start_plant, noon_ms):
    plant = start_plant("gres-2")
    midnight = noon_ms - 12 * HOUR_MS
    seen = {"gas": set(), "dust": set(), "flow": set()}
    for minute in range(150, 300):
        plant.step(midnight + minute * MINUTE_MS)
        checks = plant.gas_bits()[24:26]
        seen["gas"].add(("zero", "span")[checks.index(True)] if any(checks) else "")
        seen["dust"].add(plant.dust()["status"])
        seen["flow"].add(plant.flow()["status"])
    assert seen["gas"] == {"", "zero", "span"}
    assert len(seen["dust"]) == 3, "measuring, zero, span"
    assert len(seen["flow"]) == 3
