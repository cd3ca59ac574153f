"""The two lanes over real HTTPS: nothing is acknowledged but by the centre's signature, and nothing waits behind a backlog."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from tynys.plant import spool_reader
from tynys.plant.line import CentreLine, LineError
from tynys.plant.sealer import Sealer
from tynys.plant.sender import DIGEST_SHOWN, Backoff, Sender
from tynys.plant.spool import Spool
from tynys.plant.spool_thread import Alarms, SpoolThread
from tynys.wire.clock import WallClock
from tynys.wire.keys import SigningKey, VerifyKey
from tynys.wire.receipts import Wanted, open_reply

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

PATIENCE_S = 30.0
"""How long a busy machine may take for what an idle one does at once. [s]"""


class Way:
    """A spool with batches, and a sender to the centre."""

    def __init__(self, bench, centre) -> None:
        self.bench, self.centre = bench, centre
        self.thread = SpoolThread(Spool.open(bench.folder, bench.gateway))
        self.sealer = Sealer(self.thread.spool, bench.key, bench.gateway, uuid4(), bench.configuration, started_ms=bench.start_ms)
        self.line = CentreLine(centre.url, centre.folder.ca)
        self.alarms = Alarms(self.thread)
        self.sender = Sender(self.thread, self.line, VerifyKey(centre.key.public), bench.gateway, clock=WallClock(), alarms=self.alarms)
        self.tasks: list[asyncio.Task[None]] = []
        centre.known[bench.gateway] = bench.key.verify_key

    async def seal(self, count: int) -> None:
        for _ in range(count):
            await self.thread.call(lambda _: self.sealer.seal([], 0, 0, self.bench.start_ms))
        self.sender.wake()

    def start(self) -> None:
        self.tasks.append(asyncio.create_task(self.sender.run()))

    async def outcome(self) -> dict[str, int]:
        rows = await self.thread.call(lambda spool: spool.connection.execute("SELECT state, count(*) FROM delivery GROUP BY 1").fetchall())
        return dict(rows)

    async def until_sent(self, limit_s: float = PATIENCE_S) -> None:
        await until(lambda: self.thread.call(lambda spool: spool_reader.outstanding(spool.connection)[0] == 0), limit_s)

    async def close(self) -> None:
        for task in self.tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await self.line.close()
        self.thread.close()


async def until(question, limit_s: float = PATIENCE_S) -> None:
    async with asyncio.timeout(limit_s):
        while not await question():
            await asyncio.sleep(0.02)


@pytest.fixture
async def way(bench, mini_centre) -> AsyncIterator[Way]:
    made = Way(bench, mini_centre)
    yield made
    await made.close()


async def test_what_the_centre_signed_for_leaves_the_outbox_and_its_receipt_stays(way: Way) -> None:
    await way.seal(3)
    way.start()
    await way.until_sent()
    assert await way.outcome() == {"acknowledged": 3}
    rows = await way.thread.call(
        lambda spool: spool.connection.execute("SELECT outcome, chain, reply, hash FROM delivery ORDER BY seq").fetchall()
    )
    assert [(row[0], row[1]) for row in rows] == [("stored", "linked")] * 3
    for row in rows:
        reply = open_reply(row[2], VerifyKey(way.centre.key.public))
        assert row[3] in {receipt.batch_hash for receipt in reply.receipts}


@pytest.mark.parametrize(
    ("mood", "alarm"),
    [
        ("forged", "line.forged_reply"),
        ("unsigned", "line.forged_reply"),
        ("other_batches", "line.forged_reply"),
        ("lost_reply", "line.rejected"),
    ],
)
async def test_an_answer_that_is_not_the_centres_word_acknowledges_nothing_and_alarms(way: Way, mood: str, alarm: str) -> None:
    way.centre.mood = mood
    await way.seal(2)
    way.start()
    await until(lambda: _true(alarm in way.alarms.raised))
    assert await way.outcome() == {"waiting": 2}
    assert await way.thread.call(lambda spool: spool.connection.execute("SELECT count(*) FROM reply").fetchone()) == (0,)
    way.centre.mood = ""
    await way.until_sent()
    assert way.alarms.raised == {}
    if mood != "lost_reply":
        return
    rows = await way.thread.call(lambda spool: spool.connection.execute("SELECT DISTINCT outcome FROM receipt").fetchall())
    assert rows == [("duplicate",)]


async def _true(value: bool) -> bool:
    return value


async def test_live_batches_go_first_while_the_backlog_drains(way: Way) -> None:
    await way.seal(400)
    way.start()
    await until(lambda: _true(len(way.centre.requests) >= 2))
    await way.seal(1)
    await way.until_sent()
    requests = way.centre.requests
    assert max(len(request) for request in requests) <= 64
    assert requests[0] == list(range(337, 401))
    newest = next(index for index, request in enumerate(requests) if 401 in request)
    assert newest <= 4
    assert sorted(seq for request in requests for seq in request) == list(range(1, 402))
    backlog = [request for request in requests if request[-1] < 337]
    assert [seq for request in backlog for seq in request] == list(range(1, 337))


async def test_after_the_line_was_cut_everything_arrives(way: Way) -> None:
    way.start()
    await way.seal(1)
    await way.until_sent()
    port = way.centre.port
    await way.centre.stop()
    await way.seal(100)
    await until(lambda: _true("line.cut" in way.alarms.raised and not way.sender.state.connected))
    await way.centre.start(port)
    await way.until_sent()
    assert len(way.centre.stored) == 101
    assert way.sender.state.connected
    assert way.alarms.raised == {}


async def test_a_busy_centre_is_asked_again_later(way: Way) -> None:
    way.centre.mood = "busy"
    await way.seal(1)
    way.start()
    await until(lambda: _true("line.busy" in way.alarms.raised))
    way.centre.mood = ""
    await way.until_sent()


async def test_an_unknown_gateway_is_told_so_and_sends_again_when_it_is_known(way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tynys.plant.sender.REFUSED_RETRY_S", 0.2)
    way.centre.known.clear()
    await way.seal(2)
    way.start()
    await until(lambda: _true("gateway is not enrolled" in way.alarms.raised.get("line.refused", "")))
    assert await way.outcome() == {"refused": 2}
    way.centre.known[way.bench.gateway] = way.bench.key.verify_key
    await until(lambda: _done(way))
    assert way.alarms.raised == {}


async def _done(way: Way) -> bool:
    return await way.outcome() == {"acknowledged": 2}


async def test_a_wrong_key_is_told_so(way: Way) -> None:
    way.centre.known[way.bench.gateway] = SigningKey.generate().verify_key
    await way.seal(1)
    way.start()
    await until(lambda: _true("not by this gateway's key" in way.alarms.raised.get("line.refused", "")))


async def test_an_unapproved_plan_is_an_alarm_until_it_is_approved(way: Way) -> None:
    way.centre.plan_known = False
    await way.seal(1)
    way.start()
    await until(lambda: _true("line.plan_unknown" in way.alarms.raised))
    way.centre.plan_known = True
    await way.seal(1)
    await until(lambda: _true(not way.alarms.raised))


async def test_what_a_restored_centre_wants_is_sent_again_although_a_receipt_is_there(way: Way) -> None:
    await way.seal(10)
    way.start()
    await way.until_sent()
    epoch = next(iter(way.centre.stored.values())).epoch
    way.centre.stored.clear()
    way.centre.wanted = (Wanted(epoch, 3, 9),)
    await way.seal(1)
    await until(lambda: _true(len(way.centre.stored) == 8))
    way.centre.wanted = ()
    await way.until_sent()
    assert {batch.seq for batch in way.centre.stored.values()} == {3, 4, 5, 6, 7, 8, 9, 11}


async def test_a_damaged_batch_does_not_hold_up_the_others(way: Way) -> None:
    await way.seal(3)
    await way.thread.call(lambda spool: spool.connection.execute("UPDATE batch SET payload = x'00' WHERE id = 2"))
    way.start()
    await way.until_sent()
    assert await way.outcome() == {"acknowledged": 2, "damaged": 1}
    assert "spool.batch_damaged" in way.alarms.raised


async def test_a_server_of_another_authority_is_not_the_centre(way: Way, tmp_path, mini_centre) -> None:
    other = type(mini_centre)(tmp_path / "other")
    line = CentreLine(mini_centre.url, other.folder.ca)
    with pytest.raises(LineError, match="not signed by the pinned authority") as caught:
        await line.time()
    assert caught.value.error_code == "line.certificate"
    await line.close()


async def test_the_recorded_lane_sends_in_order_and_survives_a_cut(way: Way) -> None:
    await way.seal(150)
    way.tasks.append(asyncio.create_task(way.sender.run_recorded()))
    await until(lambda: _true(bool(way.centre.requests)))
    port = way.centre.port
    await way.centre.stop()
    await asyncio.sleep(0.1)
    await way.centre.start(port)
    await way.until_sent()
    firsts = [request[0] for request in way.centre.requests]
    assert firsts == sorted(firsts)
    assert len(way.centre.stored) == 150


def test_back_off_doubles_up_to_its_bound_with_jitter_and_forgets_after_success() -> None:
    backoff = Backoff(1.0, 8.0)
    delays = [backoff.next_s() for _ in range(6)]
    for delay, ceiling in zip(delays, (1, 2, 4, 8, 8, 8), strict=True):
        assert ceiling / 2 <= delay <= ceiling
    backoff.reset()
    assert backoff.next_s() <= 1


async def test_while_the_plan_waits_the_alarm_names_the_digest_the_centre_approves_it_by(way: Way, mini_centre) -> None:
    mini_centre.plan_known = False
    digest = way.bench.configuration.digest().hex()[:DIGEST_SHOWN]
    way.sender = Sender(
        way.thread,
        way.line,
        VerifyKey(mini_centre.key.public),
        way.bench.gateway,
        clock=WallClock(),
        alarms=way.alarms,
        plan_digest=digest,
    )
    await way.seal(1)
    await way.sender.drain(5.0)
    (alarm,) = await way.thread.call(lambda spool: spool_reader.alarms(spool.connection))
    assert (alarm.code, alarm.detail) == ("line.plan_unknown", f"digest {digest}")
    mini_centre.plan_known = True
    await way.seal(1)
    await way.sender.drain(5.0)
    assert not await way.thread.call(lambda spool: spool_reader.alarms(spool.connection))
