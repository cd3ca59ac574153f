"""One instant: due devices are asked together, and every due channel gets a value or a cause."""

from __future__ import annotations

import asyncio
import math
from itertools import count

import numpy as np
import pytest

from tynys.domain.errors import ConfigurationError
from tynys.domain.reading import Sample
from tynys.domain.status import GapCause, InstrumentStatus
from tynys.field.driver import DriverHealth
from tynys.plant.polling import Poller, live_layout, next_change_ms
from tynys.plant.seconds import Layout, LayoutColumn, to_blocks

START = 1_767_225_600_000
VALID = InstrumentStatus.VALID


class Scripted:
    """A driver whose answers a test writes down."""

    interval_ms = 1000

    def __init__(self, name: str, channels: tuple[str, ...], answer) -> None:
        self.id, self.channels, self._answer, self.health = name, channels, answer, DriverHealth()
        self.asked: list[int] = []

    async def poll(self, t_ms: int) -> dict[str, Sample]:
        self.asked.append(t_ms)
        return await self._answer(t_ms)


def poller(bench, *drivers: Scripted, names=("a", "b"), limit_s: float = 0.2, crashed=None) -> Poller:
    return Poller(drivers, bench.layout, names, limit_s=limit_s, on_crash=crashed or (lambda *_: None))


async def test_devices_are_asked_at_the_same_time(bench) -> None:
    both = asyncio.Barrier(2)

    async def answer(name: str) -> dict[str, Sample]:
        await both.wait()
        return {name: Sample(1.0, VALID)}

    second = await poller(bench, Scripted("x", ("a",), lambda _: answer("a")), Scripted("y", ("b",), lambda _: answer("b"))).poll(START)
    assert second.value.tolist() == [1.0, 1.0]


async def test_a_silent_device_is_a_gap_and_holds_up_nobody(bench) -> None:
    release = asyncio.Event()

    async def silent(_: int) -> dict[str, Sample]:
        await release.wait()
        return {"a": Sample(9.0, VALID)}

    async def quick(_: int) -> dict[str, Sample]:
        return {"b": Sample(2.0, VALID)}

    slow = Scripted("x", ("a",), silent)
    asking = poller(bench, slow, Scripted("y", ("b",), quick), limit_s=0.05)
    second = await asking.poll(START)
    assert second.cause.tolist() == [GapCause.NO_ANSWER, 0]
    second = await asking.poll(START + 1000)
    assert slow.asked == [START]
    release.set()
    await asyncio.sleep(0.01)
    second = await asking.poll(START + 2000)
    assert math.isnan(second.value[0]), "an answer that came too late belongs to no instant"
    second = await asking.poll(START + 3000)
    assert second.value.tolist() == [9.0, 2.0]


async def test_a_crashed_driver_is_a_gap_and_is_reported(bench) -> None:
    async def crash(_: int) -> dict[str, Sample]:
        raise ZeroDivisionError

    told: list[tuple[str, str]] = []
    second = await poller(bench, Scripted("x", ("a",), crash), crashed=lambda *words: told.append(words)).poll(START)
    assert second.cause[0] == GapCause.NO_ANSWER
    assert told == [("x", "ZeroDivisionError()")]


async def test_a_channel_without_a_device_is_a_gap_not_reported(bench) -> None:
    async def only_a(_: int) -> dict[str, Sample]:
        return {"a": Sample(1.0, VALID)}

    second = await poller(bench, Scripted("x", ("a",), only_a)).poll(START)
    assert second.cause.tolist() == [0, GapCause.NOT_REPORTED]


@pytest.mark.parametrize("value", [math.nan, math.inf, None])
async def test_a_number_that_is_none_is_a_gap_with_its_cause(bench, value: float | None) -> None:
    async def odd(_: int) -> dict[str, Sample]:
        return {"a": Sample(value, VALID), "b": Sample(None, InstrumentStatus.FAULT, GapCause.NOT_MEASURING)}

    second = await poller(bench, Scripted("x", ("a", "b"), odd)).poll(START)
    assert second.cause.tolist() == [GapCause.UNDECODABLE, GapCause.NOT_MEASURING]
    assert second.status.tolist() == [InstrumentStatus.FAULT, InstrumentStatus.FAULT], "what is no number is never valid"
    assert np.isnan(second.value).all()


async def test_values_land_only_on_their_channels_grid(bench) -> None:
    numbers = count()

    async def always(_: int) -> dict[str, Sample]:
        value = float(next(numbers))
        return {"a": Sample(value, VALID), "b": Sample(value, VALID)}

    bench.layout = Layout((bench.layout.columns[0], LayoutColumn(bench.layout.columns[1].channel, 5000)))
    asking = poller(bench, Scripted("x", ("a", "b"), always))
    blocks = to_blocks([await asking.poll(START + 1000 * i) for i in range(10)], bench.layout)
    assert [block.value.tolist() for block in blocks] == [[float(i) for i in range(10)], [0.0, 5.0]]


async def test_the_devices_clock_is_kept_beside_the_gateways(bench) -> None:
    async def dated(t_ms: int) -> dict[str, Sample]:
        return {"a": Sample(1.0, VALID, device_time_ms=t_ms - 250)}

    second = await poller(bench, Scripted("x", ("a",), dated)).poll(START)
    assert second.device_offset_ms is not None
    assert second.device_offset_ms[0] == -250


def test_the_layout_is_every_channel_declared_measured(configuration, configure) -> None:
    layout, names = live_layout(configuration, [], START)
    assert names == ("stack-1.so2", "stack-1.o2")
    assert layout.intervals_ms.tolist() == [1000, 1000]
    assert live_layout(configuration, [], START - 10**11)[1] == ()


def test_an_interval_off_the_gateways_grid_is_refused(configure) -> None:
    with pytest.raises(ConfigurationError, match="interval_ms = 1500"):
        live_layout(configure(interval_ms=1500), [], START)


def test_the_next_change_of_a_declared_interval_is_known(configuration) -> None:
    assert next_change_ms(configuration, START) is None
    assert next_change_ms(configuration, START - 10**10 - 5) == START - 10**10
