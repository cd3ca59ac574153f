"""Killed, stopped, started again: nothing acknowledged is ever lost, nothing is there twice."""

import asyncio
import contextlib
import json
import os
import signal
import sys
import time
from dataclasses import replace
from uuid import uuid4

import httpx
from centre_support import HEADERS, HOUR_MS, PATIENCE_S, SHORT_MS, START_MS, Running, TinyGateway, make_configuration, running, stamp, trust

from tynys.storage.journal_read import JournalReader
from tynys.wire.compression import compress
from tynys.wire.envelope import pack_request
from tynys.wire.receipts import Outcome, open_reply

PROGRAM = "from tynys.cli.centre import app; app()"


class Process:
    """A centre in a process of its own."""

    def __init__(self, folder):
        self.folder = folder
        self.process = None

    async def start(self):
        self.folder.running.unlink(missing_ok=True)
        self.process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            PROGRAM,
            "run",
            str(self.folder.root),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        deadline = time.monotonic() + PATIENCE_S
        while not self.folder.running.exists():
            assert time.monotonic() < deadline, "the centre did not start"
            assert self.process.returncode is None
            await asyncio.sleep(0.05)
        return json.loads(self.folder.running.read_text())

    async def kill(self):
        self.process.send_signal(signal.SIGKILL)
        await self.process.wait()

    async def stop(self, number=signal.SIGINT):
        self.process.send_signal(number)
        try:
            return await asyncio.wait_for(self.process.wait(), PATIENCE_S)
        except TimeoutError:
            await self.kill()
            raise


@contextlib.asynccontextmanager
async def clients(folder, run):
    async with (
        httpx.AsyncClient(base_url=run["intake_url"], verify=trust(folder), timeout=PATIENCE_S) as intake,
        httpx.AsyncClient(base_url=run["public_url"], timeout=PATIENCE_S) as public,
    ):
        yield Running(None, None, intake, public)


async def test_a_centre_killed_in_the_middle_of_everything_loses_and_doubles_nothing(folder):
    process, gateway = Process(folder), TinyGateway()
    run = await process.start()
    children = children_of(process.process.pid)
    step = 60_000
    async with clients(folder, run) as line:
        from tynys.centre.offline import make_code

        code = make_code(folder.root, facility="trial", role="live", simulated=True)
        await line.intake.post("/v1/enrol", json=gateway.enrolment(code))
        first = gateway.seal(configuration=make_configuration())
        sealed = [first, *(gateway.steady(START_MS + n * step, START_MS + (n + 1) * step) for n in range(60))]
        acknowledged, waiting = {}, list(sealed)

        async def send():
            while waiting:
                envelope = waiting.pop(0)
                try:
                    answer = await line.intake.post("/v1/batches", content=compress(pack_request([envelope])), headers=HEADERS)
                except httpx.HTTPError:
                    return
                acknowledged[envelope.hash] = open_reply(answer.content, centre_key(folder)).receipts[0].position

        senders = [asyncio.create_task(send()) for _ in range(4)]
        while len(acknowledged) < 20:
            await asyncio.sleep(0.002)
        await process.kill()
        await asyncio.gather(*senders)
    assert 20 <= len(acknowledged) < len(sealed)
    run = await process.start()
    async with clients(folder, run) as line:
        stored = {each.entry.hash: each.position for each in JournalReader(folder.journal).read(0, 1000)}
        assert acknowledged.items() <= stored.items()
        reply = await line.intake.post("/v1/batches", content=compress(pack_request(sealed)), headers=HEADERS)
        receipts = open_reply(reply.content, centre_key(folder)).receipts
        assert {receipt.outcome for receipt in receipts} <= {Outcome.STORED, Outcome.DUPLICATE}
        assert sum(receipt.outcome is Outcome.DUPLICATE for receipt in receipts) == len(stored)
        averages = await line.averages(at_least=3, where=lambda row: not row["provisional"])
        assert [row["value"] for row in averages] == [1000.0] * 3
    assert await process.stop() == 0
    assert not folder.running.exists()
    async with running(folder) as again:
        span = {"start": stamp(START_MS), "end": stamp(START_MS + HOUR_MS), "limit": 10_000}
        readings = (await again.get("/readings", source="trial.stack-1", **span))["items"]
        assert len(readings) == 2 * 720
        assert len({(item["channel"], item["time"]) for item in readings}) == len(readings)
        assert len(await again.averages(at_least=3)) == 3
        assert (await again.get("/health"))["lake_position"] == len(sealed)
    deadline = time.monotonic() + PATIENCE_S
    while any(alive(pid) for pid in children):
        assert time.monotonic() < deadline, "children outlived the killed centre"
        await asyncio.sleep(0.05)


async def test_open_windows_survive_a_restart_and_close_with_what_came_before(folder):
    gateway = TinyGateway()
    async with running(folder) as centre:
        await centre.enrol(gateway)
        half = gateway.steady(START_MS, START_MS + SHORT_MS // 2)
        await centre.send(gateway, gateway.seal(configuration=make_configuration()), half)
    async with running(folder, START_MS + SHORT_MS) as centre:
        (row,) = (await centre.get("/gateways"))["items"]
        assert (row["batches"], row["readings"], row["plan_state"]) == (2, 240, "approved")
        await centre.send(gateway, gateway.steady(START_MS + SHORT_MS // 2, START_MS + SHORT_MS, so2=2000.0))
        (average,) = await centre.averages()
        assert (average["value"], average["provisional"], average["count_valid"]) == (1500.0, False, 240)


async def test_a_centre_that_lost_what_it_derived_makes_it_again_from_the_journal(folder):
    gateway = TinyGateway()
    async with running(folder) as centre:
        await centre.enrol(gateway)
        await centre.send(gateway, gateway.seal(configuration=make_configuration()), gateway.steady(START_MS, START_MS + HOUR_MS))
        assert len(await centre.averages(at_least=3)) == 3
    for path in folder.derived.parent.iterdir():
        path.unlink()
    async with running(folder, START_MS + HOUR_MS) as centre:
        await centre.until(lambda: not centre.centre.recompute.waiting and centre.centre.recompute.jobs)
        assert [(row["value"], row["revision"]) for row in await centre.averages(at_least=3)] == [(1000.0, 0)] * 3
        (row,) = (await centre.get("/gateways"))["items"]
        assert row["batches"] == 2


async def test_a_lake_writer_that_dies_is_started_again_and_goes_on_where_it_was(folder):
    gateway = TinyGateway()
    async with running(folder) as centre:
        await centre.enrol(gateway)
        await centre.send(gateway, gateway.seal(configuration=make_configuration()), gateway.steady(START_MS, START_MS + SHORT_MS))
        await centre.until(lambda: centre.centre.lake_child.alive)
        os.kill(centre.centre.lake_child.pid, signal.SIGKILL)
        await centre.until(lambda: centre.centre.lake_child.starts == 2 and centre.centre.lake_child.alive)
        centre.centre.lake_child.flush()
        await centre.until(lambda: centre.centre.lake_position == 2)
        readings = await centre.get("/readings", source="trial.stack-1", start=stamp(START_MS), end=stamp(START_MS + SHORT_MS))
        assert len(readings["items"]) == 480


async def test_the_lake_made_again_has_the_same_rows(folder):
    from tynys.centre.offline import rebuild

    gateway = TinyGateway()
    span = {"source": "trial.stack-1", "start": stamp(START_MS), "end": stamp(START_MS + HOUR_MS), "limit": 10_000}
    async with running(folder) as centre:
        await centre.enrol(gateway)
        await centre.send(gateway, gateway.seal(configuration=make_configuration()), gateway.steady(START_MS, START_MS + HOUR_MS))
        before = await centre.get("/readings", **span)
        averages = await centre.averages(at_least=3)
    told = []
    assert rebuild(folder.root, progress=lambda *place: told.append(place)) == 1440
    assert told[-1] == (2, 2)
    async with running(folder, START_MS + HOUR_MS) as centre:
        assert await centre.get("/readings", **span) == before
        assert await centre.averages(at_least=3) == averages


async def test_a_lake_of_another_journal_or_with_a_broken_table_is_made_again(folder):
    from tynys.centre.offline import rebuild

    gateway = TinyGateway()
    span = {"source": "trial.stack-1", "start": stamp(START_MS), "end": stamp(START_MS + HOUR_MS), "limit": 10_000}
    async with running(folder) as centre:
        await centre.enrol(gateway)
        await centre.send(gateway, gateway.seal(configuration=make_configuration()), gateway.steady(START_MS, START_MS + HOUR_MS))
        before = await centre.get("/readings", **span)
    (folder.lake / "incarnation").write_text(f"{uuid4()}\n", encoding="ascii")
    for log in (folder.lake / "readings" / "_delta_log").glob("*.json"):
        log.write_text("broken", encoding="utf-8")
    assert rebuild(folder.root, progress=lambda *_: None) == 1440
    async with running(folder, START_MS + HOUR_MS) as centre:
        assert await centre.get("/readings", **span) == before


async def test_a_batch_that_todays_rules_cannot_read_keeps_nobody_from_starting(folder):
    gateway = TinyGateway()
    async with running(folder) as centre:
        await centre.enrol(gateway)
        await centre.send(gateway, gateway.seal(configuration=make_configuration()), gateway.steady(START_MS, START_MS + 5000))
        last = centre.centre.journal.batch(2).entry
        old = replace(last, seq=last.seq + 1, payload=b"of an older version", hash=b"x" * 32, previous_hash=last.hash)
        centre.centre.journal.append([old])
    for path in folder.derived.parent.iterdir():
        path.unlink()
    async with running(folder) as centre:
        (receipt,) = (await centre.send(gateway, gateway.steady(START_MS + 5000, START_MS + 10_000))).receipts
        assert receipt.position == 4 or receipt.outcome is Outcome.REFUSED
        centre.centre.lake_child.flush()
        await centre.until(lambda: centre.centre.lake_position >= 3)
        readings = await centre.get("/readings", source="trial.stack-1", start=stamp(START_MS), end=stamp(START_MS + 5000))
        assert len(readings["items"]) == 2


async def test_a_terminated_centre_ends_cleanly(folder):
    process = Process(folder)
    await process.start()
    assert await process.stop(signal.SIGTERM) == 0
    assert not folder.running.exists()


def centre_key(folder):
    """The key receipts are verified with."""
    import base64

    from tynys.wire.keys import VerifyKey

    return VerifyKey(base64.b64decode(folder.public_key.read_text()))


def alive(pid):
    """Whether a process is there."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def children_of(pid):
    """Processes started by a process."""
    with open(f"/proc/{pid}/task/{pid}/children") as listing:  # noqa: PTH123 - the kernel's own listing
        return [int(each) for each in listing.read().split()]
