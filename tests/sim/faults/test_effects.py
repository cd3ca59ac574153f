"""Every fault shows its documented signature over the wire: the same instant is read with and without it."""

from __future__ import annotations

import sqlite3

import pytest
from pymodbus.exceptions import ConnectionException, ModbusIOException

MINUTE_MS = 60_000


@pytest.fixture
def faulty(gres_1, noon_ms):
    """Reads the plant some time after a fault began, and the same instant without it."""

    def read(fault: str, after_ms: int = 10 * MINUTE_MS, what=None):
        what = what or (lambda plant: plant.gas())
        gres_1.inject()
        gres_1.step(noon_ms + after_ms)
        clean = what(gres_1)
        gres_1.inject(fault)
        gres_1.step(noon_ms)
        gres_1.step(noon_ms + after_ms)
        return clean, what(gres_1)

    yield read
    gres_1.inject()
    gres_1.step(noon_ms)


def share(faulty, clean, name):
    return faulty[name] / clean[name]


def test_a_frozen_analyser_repeats_every_bit_under_a_valid_status(faulty, gres_1):
    _, first = faulty("frozen", MINUTE_MS)
    _, later = faulty("frozen", 11 * MINUTE_MS)
    assert first == later
    assert gres_1.gas_bits()[4]
    assert not any(gres_1.gas_bits()[:4])
    assert gres_1.flow() != faulty("frozen", MINUTE_MS, lambda plant: plant.flow())[1]


def test_one_frozen_component_leaves_the_others_alive(faulty):
    clean, frozen = faulty("frozen:stack-1.no")
    assert frozen["no"] != clean["no"]
    assert {k: v for k, v in frozen.items() if k not in {"no", "nox"}} == {k: v for k, v in clean.items() if k not in {"no", "nox"}}


def test_drift_climbs_one_percent_of_span_in_ten_minutes_and_stops_at_twenty(faulty):
    clean, drifted = faulty("drift:stack-1.so2")
    assert drifted["so2"] - clean["so2"] == pytest.approx(40.0, abs=0.5)
    assert drifted["no"] == clean["no"]
    clean, drifted = faulty("drift:stack-1.so2", 10 * 3600_000)
    assert drifted["so2"] - clean["so2"] == pytest.approx(800.0, abs=0.5)


def test_a_leak_dilutes_all_gases_by_one_share_and_stays_on_the_fuel_line(faulty):
    clean, leaky = faulty("leak")
    for name in ("so2", "no", "no2", "co2"):
        assert share(leaky, clean, name) == pytest.approx(0.75, abs=0.02)
    assert leaky["o2"] > clean["o2"] + 3
    fuel_line = clean["co2"] / (20.95 - clean["o2"] / (1 - clean["h2o"] / 100))
    assert leaky["co2"] / (20.95 - leaky["o2"] / (1 - leaky["h2o"] / 100)) == pytest.approx(fuel_line, rel=0.05)


def test_a_blocked_probe_relaxes_to_air(faulty):
    clean, blocked = faulty("blocked_probe", 30 * MINUTE_MS)
    assert share(blocked, clean, "so2") == pytest.approx(0.37, abs=0.06)
    _, later = faulty("blocked_probe", 240 * MINUTE_MS)
    assert later["so2"] < 5
    assert later["o2"] == pytest.approx(20.7, abs=0.2)


def test_condensate_takes_the_soluble_gases_only(faulty):
    clean, wet = faulty("condensate_loss")
    assert share(wet, clean, "so2") == pytest.approx(0.82, abs=0.02)
    assert share(wet, clean, "no2") == pytest.approx(0.65, abs=0.03)
    assert share(wet, clean, "h2o") == pytest.approx(0.60, abs=0.02)
    assert wet["no"] == clean["no"]
    assert wet["co2"] == clean["co2"]
    assert share(wet, clean, "so2_co2_ratio") == pytest.approx(0.82, abs=0.02)


def test_a_saturated_detector_stands_at_one_ceiling_and_says_so(faulty, gres_1):
    _, first = faulty("saturation:stack-1.so2", MINUTE_MS)
    clean, later = faulty("saturation:stack-1.so2", 9 * MINUTE_MS)
    assert first["so2"] == later["so2"] < clean["so2"]
    assert gres_1.gas_bits()[3]


def test_a_lost_converter_leaves_a_quarter_of_no2(faulty):
    clean, lost = faulty("converter_loss")
    assert share(lost, clean, "no2") == pytest.approx(0.25, abs=0.02)
    assert lost["no"] == clean["no"]


def test_a_wrong_span_gas_lowers_four_gases_after_its_check(faulty, gres_1):
    during = faulty("wrong_span_gas", MINUTE_MS)[1]
    assert during["so2"] == 0.0
    assert gres_1.gas_bits()[25]
    clean, after = faulty("wrong_span_gas", 3 * MINUTE_MS)
    for name in ("so2", "no", "no2", "co"):
        assert share(after, clean, name) == pytest.approx(0.92, abs=0.01)
    assert after["co2"] == clean["co2"]
    assert not gres_1.gas_bits()[25]


def test_a_held_value_repeats_and_is_marked_held(faulty, gres_1):
    _, first = faulty("held_value", MINUTE_MS)
    _, later = faulty("held_value", 9 * MINUTE_MS)
    assert first == later
    assert not gres_1.gas_bits()[4]


def test_a_held_dust_monitor_sets_its_status_bit(faulty):
    clean, held = faulty("held_value:stack-1.dust", MINUTE_MS, lambda plant: plant.dust())
    assert clean["status"] == 0
    assert held["status"] == 1 << 4


def test_a_lost_line_refuses_and_comes_back_at_the_same_address(faulty, gres_1, noon_ms):
    port = gres_1.plant.ports()["modbus"]["stack-1-gas"]["port"]
    gres_1.gas()
    gres_1.inject("lost_line:stack-1.gas")
    gres_1.step(noon_ms + 1000)
    with pytest.raises((ConnectionException, ModbusIOException, ConnectionError)):
        gres_1.gas()
    assert gres_1.dust()["dust"] > 0
    gres_1.inject()
    gres_1.step(noon_ms + 2000)
    assert gres_1.gas()["so2"] > 0
    assert gres_1.plant.ports()["modbus"]["stack-1-gas"]["port"] == port


def test_swapped_lines_exchange_the_gases_of_two_stacks_but_not_their_flow(faulty):
    def both(plant):
        return plant.gas("stack-1"), plant.gas("stack-2"), plant.flow("stack-1")

    (one, two, flow), (one_swapped, two_swapped, flow_swapped) = faulty("swapped_lines:stack-1", what=both)
    assert one_swapped["no2"] == pytest.approx(two["no2"], rel=0.03)
    assert two_swapped["no2"] == pytest.approx(one["no2"], rel=0.03)
    assert one_swapped["co"] != one["co"]
    assert flow_swapped["velocity"] == flow["velocity"]


def test_a_wrong_o2_leaves_the_fuel_line(faulty):
    clean, wrong = faulty("wrong_o2")
    assert wrong["o2"] - clean["o2"] == pytest.approx(3.0, abs=0.01)
    assert wrong["co2"] == clean["co2"]


def test_a_wrong_moisture_halves_the_water(faulty):
    clean, wrong = faulty("wrong_moisture")
    assert share(wrong, clean, "h2o") == pytest.approx(0.5, abs=0.01)
    assert wrong["so2"] == clean["so2"]


def test_a_wrong_duct_area_shows_in_flow_over_velocity_and_in_the_parameter(faulty):
    clean, wrong = faulty("wrong_duct_area", what=lambda plant: plant.flow())
    assert wrong["velocity"] == clean["velocity"]
    assert wrong["flow"] / (wrong["velocity"] * 3600) == pytest.approx(1.12 * clean["area"], rel=1e-5)
    assert wrong["area"] == pytest.approx(1.12 * clean["area"], rel=1e-5)


def test_faults_set_and_lifted_stand_in_the_ledger(faulty, gres_1, noon_ms):
    faulty("leak:stack-2")
    gres_1.inject()
    gres_1.step(noon_ms)
    events = sqlite3.connect(gres_1.ledger).execute("SELECT event, text FROM fault").fetchall()
    assert ("set", "leak:stack-2") in events
    assert ("lifted", "leak:stack-2") in events


def test_a_fault_no_one_knows_is_noted_and_harms_nothing(gres_1, noon_ms):
    gres_1.inject("earthquake")
    gres_1.step(noon_ms)
    assert gres_1.gas()["so2"] > 0
    assert any(event == "refused" for (event,) in sqlite3.connect(gres_1.ledger).execute("SELECT event FROM fault"))
    gres_1.inject()
    gres_1.step(noon_ms)
