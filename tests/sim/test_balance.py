"""Sulphur, ash and carbon balance over a day, from nothing but what independent clients read, and the coal's analysis."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest
from asyncua import Client, ua

MINUTE_MS, MINUTES = 60_000, 1440
SIGNALS = ("coal_flow_t_h", "fly_ash_flow_t_h", "slag_flow_t_h", "unburnt_carbon_pct")
COAL = ("coal.ash_pct", "coal.sulphur_pct", "coal.carbon_pct", "coal.sulphur_retained_pct")
VALID_BITS = [False] * 4 + [True]
M_S, M_SO2, M_C, M_CO = 32.06, 64.06, 12.011, 28.010
MOLAR_NM3 = 22.414


@pytest.fixture(scope="module")
def day(start_plant, noon_ms):
    """Every minute of 24 hours of GRES-2 without drift: what Modbus and OPC UA clients read."""
    plant = start_plant("gres-2", drift=False)
    units = ("unit-1", "unit-2")
    names = [*(f"{unit}.{signal}" for unit in units for signal in SIGNALS), *COAL]
    rows: list[dict[str, float]] = []

    async def read():
        async with Client(plant.plant.signals.url) as client:
            namespace = await client.get_namespace_index("urn:tynys:plant")
            nodes = [client.get_node(ua.NodeId(name, namespace)) for name in names]
            for minute in range(MINUTES):
                plant.step(noon_ms + minute * MINUTE_MS)
                values = dict(zip(names, await client.read_values(nodes), strict=True))
                gas, flow, dust = plant.gas(), plant.flow(), plant.dust()
                if plant.gas_bits()[:5] != VALID_BITS or any(plant.gas_bits()[24:]) or flow["status"] or dust["status"]:
                    continue  # a check: left out on both sides of the balance
                rows.append({**values, **gas, **flow, "dust": dust["dust"]})

    asyncio.run(read())
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


@pytest.fixture(scope="module")
def streams(day):
    """Mass flows in tonnes an hour."""
    wet_m3_s = day["velocity"] * day["area"]
    wet_nm3_s = wet_m3_s * 273.15 / (day["temperature"] + 273.15) * day["pressure"] / 101.325
    t_h = 3.6e-6 * wet_nm3_s  # of one mg/Nm³
    coal = day["unit-1.coal_flow_t_h"] + day["unit-2.coal_flow_t_h"]
    carbon_share = {unit: day[f"{unit}.unburnt_carbon_pct"] / 100 for unit in ("unit-1", "unit-2")}
    residue = {unit: day[f"{unit}.fly_ash_flow_t_h"] + day[f"{unit}.slag_flow_t_h"] for unit in carbon_share}
    stack_dust = day["dust"] * wet_m3_s * 3.6e-6
    mean_share = sum(residue[u] * carbon_share[u] for u in residue) / sum(residue.values())
    return {
        "sulphur_in": coal * day["coal.sulphur_pct"] / 100,
        "sulphur_out": day["so2"] * t_h * M_S / M_SO2 + coal * day["coal.sulphur_pct"] / 100 * day["coal.sulphur_retained_pct"] / 100,
        "ash_in": coal * day["coal.ash_pct"] / 100,
        "ash_out": sum(residue[u] * (1 - carbon_share[u]) for u in residue) + stack_dust * (1 - mean_share),
        "carbon_in": coal * day["coal.carbon_pct"] / 100,
        "carbon_out": day["co2"] / 100 * wet_nm3_s / MOLAR_NM3 * M_C * 3.6
        + day["co"] * t_h * M_C / M_CO
        + sum(residue[u] * carbon_share[u] for u in residue)
        + stack_dust * mean_share,
    }


def test_nearly_the_whole_day_was_read(day):
    assert len(day["so2"]) > MINUTES - 30


@pytest.mark.parametrize("element", ["sulphur", "ash", "carbon"])
def test_what_goes_in_comes_out_within_one_percent(streams, element):
    assert streams[f"{element}_out"].sum() / streams[f"{element}_in"].sum() == pytest.approx(1.0, abs=0.01)


def test_the_balance_is_not_trivial(streams, day):
    assert streams["sulphur_in"].mean() > 2
    assert day["so2"].std() / day["so2"].mean() > 0.02
    assert day["unit-1.coal_flow_t_h"].max() / day["unit-1.coal_flow_t_h"].min() > 1.15
