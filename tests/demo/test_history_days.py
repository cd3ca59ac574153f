"""What a plant declares as replayed is what the demo sends, so that the page knows when all of it is there."""

import pytest

from tynys.cli.demo.history import day_starts
from tynys.domain.base import to_ms
from tynys.domain.instrument import AcquisitionMode
from tynys.sim.plants import facility_configuration

MIDNIGHT_MS = 1_795_478_400_000


@pytest.mark.parametrize("days", [1, 3, 90])
@pytest.mark.parametrize("after_midnight_ms", [0, 1, 20 * 60_000, 86_399_999])
def test_the_declared_past_is_the_past_that_is_sent(days, after_midnight_ms):
    live_ms = MIDNIGHT_MS + after_midnight_ms
    configuration = facility_configuration("gres-2", live_from_ms=live_ms, history_days=days)
    declared = {
        (to_ms(each.valid_from), to_ms(each.valid_to))
        for channel in configuration.channels
        for each in channel.acquisition
        if each.mode is AcquisitionMode.REPLAYED
    }
    assert declared == {(day_starts(live_ms, days)[-1], live_ms)}
