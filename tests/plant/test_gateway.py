"""A gateway end to end: a real analyser, a shared clock, the spool, the line, its own averages."""

from __future__ import annotations

import asyncio
import contextlib
import re
import sqlite3
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tynys.domain.errors import MalformedError, NotFoundError, WireError
from tynys.domain.status import AverageStatus, GapCause
from tynys.plant import spool_reader
from tynys.plant.gateway import Gateway
from tynys.plant.local_queries import GatewayQueries
from tynys.plant.settings import load_settings
from tynys.plant.spool_tables import connect
from tynys.plant.status import plant_status
from tynys.plant.views import LineState, LocalStanding
from tynys.wire.clock import WallClock
from tynys.wire.clock_server import ClockServer
from tynys.wire.envelope import seal
from tynys.wire.payload import decode_payload

if TYPE_CHECKING:
    from tynys.domain.batch import Batch

START = 1_767_225_600_000
SECOND = 1000


class Stage:
    """A plant folder with its analyser, a clock at speed, and a centre."""

    def __init__(self, plant_folder, analyser, centre) -> None:
        self.folder, self.analyser, self.centre = plant_folder, analyser, centre
        centre.known[plant_folder.gateway] = plant_folder.key.verify_key
        self.clock: ClockServer | None = None
        self.extra = ""

    async def run(self, seconds: int, *, start_ms: int = START, with_centre: bool = True, during=None, speed: float = 100_000.0) -> None:
        """One run of the gateway over so many simulated seconds; ``during`` is called with each instant before it."""
        clock = ClockServer(start_ms, speed, expected=["trial gateway"])
        url = await clock.listen()
        self.write(url if speed else None, with_centre=with_centre)
        async with Gateway.open(load_settings(self.folder.file)) as gateway:
            self.gateway = gateway
            done = asyncio.Event()
            original = gateway.instant

            async def instant(time_ms: int) -> None:
                if time_ms >= start_ms + seconds * SECOND:
                    done.set()
                    await asyncio.sleep(3600)
                if during is not None:
                    await during(gateway, (time_ms - start_ms) // SECOND)
                await original(time_ms)

            gateway.instant = instant
            await clock.ready()
            clock.start()
            stop = asyncio.Event()
            running = asyncio.create_task(gateway.run(stop))
            finished = asyncio.create_task(done.wait())
            await asyncio.wait([running, finished], return_when=asyncio.FIRST_COMPLETED)
            finished.cancel()
            stop.set()
            gateway._at_work = asyncio.Lock()
            await running
        await clock.stop()

    def write(self, clock_url: str | None, *, with_centre: bool) -> None:
        self.folder.write(
            centre=self.centre.section if with_centre else "",
            clock=f'[clock]\nurl = "{clock_url}"\n' if clock_url else "",
            devices=self.analyser.section(),
            gateway_lines=self.extra,
        )

    def batches(self) -> list[Batch]:
        connection = connect(self.folder.folder / "spool" / "spool.sqlite", read_only=True)
        try:
            return [decode_payload(row[0]) for row in connection.execute("SELECT payload FROM batch ORDER BY id")]
        finally:
            connection.close()

    def rows(self, component: str = "so2") -> dict[int, tuple[float, int]]:
        """Second since START → value and cause, over all sealed batches; an instant twice is an error."""
        channel = next(c.id for c in self.gateway.configuration.channels if c.component == component)
        found: dict[int, tuple[float, int]] = {}
        for batch in self.batches():
            for block in batch.readings:
                if block.channel == channel:
                    for time_ms, value, cause in zip(block.time_ms.tolist(), block.value.tolist(), block.cause.tolist(), strict=True):
                        assert time_ms not in found
                        found[(time_ms - START) // SECOND] = (value, cause)
        return found

    def device_times(self, component: str = "so2") -> dict[int, int]:
        """Second since START → the instrument's own time, where it told one. [ms]."""
        channel = next(c.id for c in self.gateway.configuration.channels if c.component == component)
        return {
            (time_ms - START) // SECOND: time_ms + offset
            for batch in self.batches()
            for block in batch.readings
            if block.channel == channel and block.device_offset_ms is not None
            for time_ms, offset in zip(block.time_ms.tolist(), block.device_offset_ms.tolist(), strict=True)
        }


@pytest.fixture
async def stage(plant_folder, analyser, mini_centre, monkeypatch: pytest.MonkeyPatch) -> Stage:
    monkeypatch.setattr("tynys.plant.spool_tables.SYNCHRONOUS", "OFF")  # thousands of instants; durability is tested with the spool
    return Stage(plant_folder, analyser, mini_centre)


async def test_what_the_analyser_showed_is_sealed_sent_and_receipted(stage: Stage) -> None:
    async def show(_: Gateway, second: int) -> None:
        stage.analyser.show(1000.0 + second, 6.0)

    await stage.run(23, during=show)
    assert stage.rows() == {second: (1000.0 + second, 0) for second in range(23)}
    batches = stage.batches()
    assert batches[0].configuration is not None
    assert [event.kind for batch in batches for event in batch.events] == ["gateway.start", "gateway.stop"]
    assert [(p.analyser, p.name, p.value) for p in batches[0].parameters] == [("gas", "span", "4000")]
    assert [batch.span_end_ms - batch.span_start_ms for batch in batches] == [5000, 5000, 5000, 5000, 3000]
    assert len(stage.centre.stored) == len(batches)
    assert {tuple(sorted(s.seq for s in stage.centre.stored.values()))} == {(1, 2, 3, 4, 5)}


async def test_a_dead_analyser_is_gap_rows_with_the_cause_and_comes_back_by_itself(stage: Stage) -> None:
    async def cut_and_mend(_: Gateway, second: int) -> None:
        if second == 5:
            stage.analyser.device.cut()
        if second == 10:
            await stage.analyser.device.mend()
            await asyncio.sleep(1.2)

    await stage.run(20, during=cut_and_mend)
    rows = stage.rows()
    assert sorted(rows) == list(range(20))
    assert {cause for second, (_, cause) in rows.items() if 6 <= second < 10} <= {GapCause.LINE_CUT, GapCause.NO_ANSWER}
    assert all(rows[second][1] for second in range(6, 10))
    assert [rows[second] for second in range(12, 20)] == [(1500.0, 0)] * 8
    kinds = [event.kind for batch in stage.batches() for event in batch.events]
    assert kinds.count("device.lost") == kinds.count("device.back") == 1
    assert stage.device_times() == {second: stage.analyser.CLOCK_S * 1000 for second, (_, cause) in rows.items() if not cause}


async def test_own_averages_are_made_shown_and_sent_with_the_line_cut(stage: Stage) -> None:
    await stage.centre.stop()
    views, explained = [], []

    async def look(gateway: Gateway, second: int) -> None:
        if second == 1500:
            queries = GatewayQueries(gateway)
            views.append(await queries.plant())
            explained.append(await queries.explanation("trial.stack-1", "so2", "PT20M", START))
            with pytest.raises(NotFoundError):
                await queries.explanation("trial.stack-1", "so2", "PT20M", START + 1_200_000)
            queries.close()

    await stage.run(1510, during=look)
    (explanation,) = explained
    assert (explanation.basis, explanation.agrees, explanation.average.value) == ("from_readings", True, 1500.0)
    assert explanation.steps[0].channels[0].count_by_status[0] == 1200
    reported = [average for batch in stage.batches() for average in batch.averages]
    so2 = [average for average in reported if average.component == "so2"]
    assert [(a.source, a.period, a.start_ms, a.status, a.count_valid, a.count_expected) for a in so2] == [
        ("trial.stack-1", "PT20M", START, AverageStatus.VALID, 1200, 1200)
    ]
    assert so2[0].value == 1500.0
    view = views[0]
    assert view.line.state is LineState.CUT
    assert view.line.batches_unsent == 300
    assert {alarm.code for alarm in view.alarms} >= {"line.cut"}
    component = next(c for source in view.sources for c in source.components if c.component == "so2")
    assert (component.mean_so_far, component.forecast, component.limit, component.standing) == (
        1500.0,
        1500.0,
        2000.0,
        LocalStanding.WITHIN,
    )
    assert component.exceedance_probability == 0.0, "a steady signal below its limit stays there"
    assert component.elapsed_share == pytest.approx(0.25, abs=1e-4)
    assert [average.value for average in component.closed] == [1500.0]
    assert {channel.name: channel.value for channel in view.channels} == {"stack-1.so2": 1500.0, "stack-1.o2": 6.0}

    status = plant_status(stage.folder.file)
    assert (status.running, status.line.state, status.line.batches_unsent) == (False, LineState.NOT_RUNNING, 303)
    again = next(c for source in status.sources for c in source.components if c.component == "so2")
    assert (again.mean_so_far, again.closed[0].value, again.limit) == (1500.0, 1500.0, 2000.0)


async def test_after_a_restart_the_silence_is_gap_rows_and_the_window_still_closes(stage: Stage) -> None:
    await stage.run(600)
    await stage.run(700, start_ms=START + 610 * SECOND)
    rows = stage.rows()
    assert sorted(rows) == list(range(1310))
    assert [rows[second][1] for second in range(600, 610)] == [GapCause.GATEWAY_DOWN] * 10
    (average,) = [a for batch in stage.batches() for a in batch.averages if a.component == "so2"]
    assert (average.count_valid, average.count_expected) == (1190, 1200)
    epochs = {batch.epoch for batch in stage.batches()}
    assert len(epochs) == 2
    assert len(stage.centre.stored) == len(stage.batches())


async def test_a_window_that_closed_while_the_gateway_was_down_is_made_up_for(stage: Stage) -> None:
    await stage.run(1000)
    await stage.run(10, start_ms=START + 1300 * SECOND)
    (average,) = [a for batch in stage.batches() for a in batch.averages if a.component == "so2"]
    assert (average.start_ms, average.count_valid) == (START, 1000)


async def test_a_window_that_had_begun_before_the_gateway_was_there_is_shown_but_not_sent(stage: Stage) -> None:
    joined = START + 300 * SECOND
    await stage.run(2110, start_ms=joined)
    sent = [a.start_ms for batch in stage.batches() for a in batch.averages if a.component == "so2"]
    assert sent == [START + 1200 * SECOND]
    with contextlib.closing(connect(stage.folder.folder / "spool" / "spool.sqlite", read_only=True)) as connection:
        kept = [row[0] for row in connection.execute("SELECT start_ms FROM average WHERE component = 'so2' ORDER BY start_ms")]
    assert kept == [START, START + 1200 * SECOND]


async def test_averages_that_cannot_be_made_are_an_alarm_and_reading_goes_on(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> list[object]:
        raise ZeroDivisionError("a plan nobody thought of")

    monkeypatch.setattr("tynys.plant.own_averages.OwnAverages.short_term", fails)
    await stage.run(1203, with_centre=False)
    assert len(stage.rows()) == 1203
    await stage.run(3, start_ms=START + 1203 * SECOND, with_centre=False)
    assert len(stage.rows()) == 1206
    (alarm,) = plant_status(stage.folder.file).alarms
    assert (alarm.code, alarm.detail) == ("gateway.fault:averages", "ZeroDivisionError('a plan nobody thought of')")


async def test_what_the_line_cannot_carry_now_stays_kept_and_goes_out_later(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse_a_while(gateway: Gateway, second: int) -> None:
        if second == 7:
            monkeypatch.setattr("tynys.plant.sealer.seal", lambda *_: (_ for _ in ()).throw(MalformedError("no such batch")))
        if second == 17:
            assert gateway.alarms.raised == {"gateway.fault:sealing": "no such batch"}
            monkeypatch.setattr("tynys.plant.sealer.seal", seal)

    await stage.run(23, during=refuse_a_while, with_centre=False)
    assert sorted(stage.rows()) == list(range(23))
    assert {cause for _, cause in stage.rows().values()} <= {0, GapCause.UNDECODABLE}


async def test_without_a_centre_it_spools_and_computes(stage: Stage) -> None:
    await stage.run(1201, with_centre=False)
    assert len(stage.rows()) == 1201
    assert not stage.centre.stored
    assert plant_status(stage.folder.file).line.state is LineState.NOT_SET


async def test_hours_come_from_the_short_windows(stage: Stage) -> None:
    await stage.run(3601, with_centre=False)
    hours = [a for batch in stage.batches() for a in batch.averages if a.component == "so2" and a.period == "PT1H"]
    assert [(a.start_ms, a.value, a.status) for a in hours] == [(START, 1500.0, AverageStatus.VALID)]


async def test_in_real_time_it_lands_on_the_grid_and_stops_cleanly(stage: Stage) -> None:
    stage.write(None, with_centre=True)
    async with Gateway.open(load_settings(stage.folder.file)) as gateway:
        stop = asyncio.Event()
        running = asyncio.create_task(gateway.run(stop))
        await asyncio.sleep(2.3)
        stop.set()
        await running
    times = sorted({int(t) for batch in stage.batches() for block in batch.readings for t in block.time_ms})
    assert len(times) >= 2
    assert all(time_ms % 1000 == 0 for time_ms in times)
    assert np.diff(times).tolist() == [1000] * (len(times) - 1)
    assert len(stage.centre.stored) == len(stage.batches())


async def test_instants_missed_while_the_computer_slept_are_gap_rows(stage: Stage) -> None:
    stage.write(None, with_centre=False)

    class Slept(WallClock):
        async def ticks(self, interval_ms: int):
            for second in (0, 1, 2, 3, 4, 5, 6, 7):
                self.late_ms = 3_600_000 if 2 <= second < 6 else 0
                yield START + second * interval_ms

        def now_ms(self) -> int:
            return START + 7000

    async with Gateway.open(load_settings(stage.folder.file)) as gateway:
        stage.gateway = gateway
        gateway.clock = Slept()
        await gateway.run(asyncio.Event())
    rows = stage.rows()
    assert [rows[second][1] for second in range(8)] == [0, 0] + [GapCause.GATEWAY_DOWN] * 4 + [0, 0]


def has_read(spool) -> bool:
    """Whether a second lies in the spool."""
    return bool(spool.connection.execute("SELECT EXISTS (SELECT * FROM second)").fetchone()[0])


async def test_the_centres_clock_is_compared_and_an_hour_is_an_alarm(stage: Stage) -> None:
    stage.centre.offset_ms = 3_600_000
    stage.write(None, with_centre=True)
    async with Gateway.open(load_settings(stage.folder.file)) as gateway:
        stop = asyncio.Event()
        running = asyncio.create_task(gateway.run(stop))
        async with asyncio.timeout(30):
            while "clock.offset" not in gateway.alarms.raised or not await gateway.thread.call(has_read):
                await asyncio.sleep(0.05)
        assert re.search(r" -3(599|600)\.\d s ", gateway.alarms.raised["clock.offset"])
        stop.set()
        await running
    states = [batch.clock for batch in stage.batches() if batch.clock is not None]
    assert abs(states[0].offset_ms + 3_600_000) < 2000


async def test_when_the_clock_server_is_lost_the_rest_is_sealed_and_the_run_fails(stage: Stage) -> None:
    clock = ClockServer(START, 200.0, expected=["trial gateway"])
    stage.write(await clock.listen(), with_centre=False)
    async with Gateway.open(load_settings(stage.folder.file)) as gateway:
        stage.gateway = gateway
        await clock.ready()
        clock.start()
        running = asyncio.create_task(gateway.run(asyncio.Event()))
        await asyncio.sleep(0.3)
        gateway.clock._transport.abort()
        with pytest.raises(WireError, match="clock server"):
            await running
    assert len(stage.rows()) > 5
    with contextlib.suppress(Exception):
        await clock.stop()


async def test_a_disk_that_is_full_at_the_start_costs_readings_not_the_gateway(stage: Stage) -> None:
    await stage.run(3)

    async def fill(gateway: Gateway, second: int) -> None:
        connection = gateway.thread.spool.connection
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        if second == 0:
            await gateway.thread.call(lambda spool: _fill(spool.connection))
        if second == 30:
            await gateway.thread.call(lambda spool: spool.connection.execute(f"PRAGMA max_page_count = {pages + 10_000}"))

    await stage.run(40, start_ms=START + 10 * SECOND, during=fill)
    rows = stage.rows()
    assert sorted(rows) == list(range(50))
    assert [rows[second] for second in range(41, 50)] == [(1500.0, 0)] * 9
    lost = [loss for batch in stage.batches() for loss in batch.losses]
    assert sum(loss.count for loss in lost) == 2 * sum(cause != 0 for second, (_, cause) in rows.items() if second >= 10)


def _fill(connection: sqlite3.Connection) -> None:
    connection.execute(f"PRAGMA max_page_count = {connection.execute('PRAGMA page_count').fetchone()[0]}")
    with contextlib.suppress(sqlite3.OperationalError):
        for number in range(10_000):
            connection.execute("INSERT INTO meta VALUES (?, ?)", (f"ballast {number}", bytes(200)))


async def test_the_status_reads_beside_a_running_gateway(stage: Stage) -> None:
    seen = []

    async def look(_: Gateway, second: int) -> None:
        if second == 7:
            seen.append(await asyncio.to_thread(plant_status, stage.folder.file))

    await stage.run(8, during=look)
    view = seen[0]
    assert view.running
    assert view.line.state in {LineState.UP, LineState.CUT}
    assert view.channels[0].value == 1500.0
    connection = connect(stage.folder.folder / "spool" / "spool.sqlite", read_only=True)
    receipt = spool_reader.last_receipt(connection)
    connection.close()
    assert receipt is not None
    assert receipt.outcome == "stored"
