"""History is what the live instruments would have offered, a minute apart."""

from __future__ import annotations

import numpy as np
import pytest

from tynys.domain.status import GapCause, InstrumentStatus
from tynys.sim.history import day_blocks
from tynys.sim.plants import FACILITIES, facility_configuration

DAY_MS = 86_400_000
T0 = 1_795_478_400_000


@pytest.mark.parametrize("facility", FACILITIES)
def test_a_day_holds_every_channel_declared_for_it_and_no_other(facility):
    configuration = facility_configuration(facility, live_from_ms=T0)
    declared = [channel.id for channel in configuration.channels if len(channel.acquisition) > 1]
    blocks = day_blocks(facility, T0 - DAY_MS, 1)
    assert [block.channel for block in blocks] == declared
    for block in blocks:
        assert (block.start_ms, block.interval_ms, len(block)) == (T0 - DAY_MS, 60_000, 1440)


def test_a_value_is_absent_exactly_where_there_is_a_cause():
    for day in range(8):
        for block in day_blocks("gres-1", T0 - day * DAY_MS, 1):
            assert np.array_equal(np.isnan(block.value), block.cause != GapCause.NONE)


def test_checks_are_calibration_and_upkeep_is_maintenance():
    seen = {status for day in range(8) for block in day_blocks("tets-1", T0 - day * DAY_MS, 1) for status in np.unique(block.status)}
    assert {InstrumentStatus.VALID, InstrumentStatus.CALIBRATION, InstrumentStatus.MAINTENANCE} <= seen


def test_the_last_day_ends_where_live_measurement_begins():
    blocks = day_blocks("gres-2", T0, 1, until_ms=T0 + 3_600_000)
    assert {len(block) for block in blocks} == {60}
    assert day_blocks("gres-2", T0, 1, until_ms=T0) == []


def test_days_join_without_a_step():
    before, after = (day_blocks("gres-1", T0 + k * DAY_MS, 1)[0] for k in (-1, 0))
    assert abs(before.value[-1] - after.value[0]) < 60  # SO2, of about 2000 mg/m³


def test_the_same_seed_gives_the_same_bytes():
    first, again, other = (day_blocks("tets-2", T0, seed)[0].value.tobytes() for seed in (9, 9, 10))
    assert first == again != other


def test_history_equals_what_the_running_servers_offer(start_plant, noon_ms):
    running = start_plant("tets-1", seed=5)
    configuration = facility_configuration("tets-1", live_from_ms=T0)
    names = {channel.id: channel.name for channel in configuration.channels}
    midnight = noon_ms - (noon_ms % DAY_MS)
    blocks = {names[block.channel]: block for block in day_blocks("tets-1", midnight, 5)}
    for minute in (0, 11, 300):
        t_ms = midnight + minute * 60_000
        running.step(t_ms)
        for stack in ("stack-5", "stack-8"):
            gas, flow, dust = running.gas(stack), running.flow(stack), running.dust(stack)
            assert flow["clock"] * 1000 == t_ms
            for component in ("so2", "no", "no2", "co", "co2", "o2", "h2o"):
                assert gas[component] == blocks[f"{stack}.{component}"].value[minute]
            for component in ("velocity", "flow", "temperature", "pressure"):
                assert flow[component] == pytest.approx(blocks[f"{stack}.{component}"].value[minute], abs=1e-9)
            assert dust["dust"] == blocks[f"{stack}.dust"].value[minute]
