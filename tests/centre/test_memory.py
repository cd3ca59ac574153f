"""A centre in a process of its own, measured from outside: whatever a sender does, it stays within its bound of memory."""

import asyncio
import contextlib
import json
import time
from pathlib import Path

import httpx
import numpy as np
import pytest
import zstandard
from centre_support import DAY_MS, HEADERS, PATIENCE_S, START_MS, TinyGateway, make_block, make_configuration, trust
from test_restart import Process, centre_key

from tynys.centre.offline import make_code
from tynys.domain.average import ReportedAverage
from tynys.domain.status import AverageStatus
from tynys.wire.compression import compress
from tynys.wire.envelope import pack_request
from tynys.wire.receipts import Outcome, open_reply

pytestmark = pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="the peak of another process is read from /proc")
MIB = 1024 * 1024
BOUND_MIB = 64
WORKED_IN_MIB = 160
"""What is signed and true is worked in while it is still being received."""


class Watched(Process):
    """A centre whose memory is read from /proc."""

    def memory_mib(self, name):
        """A figure of the process: ``VmRSS`` now, ``VmHWM`` at its peak."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 1024

    def forget_peak(self):
        """Let the peak begin anew."""
        Path(f"/proc/{self.process.pid}/clear_refs").write_text("5", encoding="ascii")


@contextlib.asynccontextmanager
async def watched(folder):
    """A centre, a client of its intake, and a gateway that is let in."""
    process, gateway = Watched(folder), TinyGateway()
    run = await process.start()
    try:
        async with httpx.AsyncClient(base_url=run["intake_url"], verify=trust(folder), timeout=PATIENCE_S) as intake:
            code = make_code(folder.root, facility="trial", role="history", simulated=True)
            gateway.role = "history"
            answer = await intake.post("/v1/enrol", json=gateway.enrolment(code))
            assert answer.status_code == 200, answer.text
            assert (await outcomes(folder, intake, [gateway.seal(configuration=make_configuration())])) == {Outcome.STORED}
            yield process, intake, gateway
    finally:
        await process.stop()


async def outcomes(folder, intake, envelopes):
    """What became of the envelopes of a request."""
    answer = await intake.post("/v1/batches", content=compress(pack_request(envelopes)), headers=HEADERS)
    assert answer.status_code == 200, answer.text
    return {receipt.outcome for receipt in open_reply(answer.content, centre_key(folder)).receipts}


def bombs():
    """Bodies that are small on the line and would be large in memory."""
    zeros = b"\0" * (256 * MIB)
    hidden = zstandard.ZstdCompressor(level=19, write_content_size=False).compressobj()
    wide = zstandard.ZstdCompressor(compression_params=zstandard.ZstdCompressionParameters.from_level(3, window_log=27))
    nothing = b"\x0a\x00" * (4 * MIB)
    return {
        "declares its size": zstandard.ZstdCompressor(level=19).compress(zeros),
        "hides its size": hidden.compress(zeros) + hidden.flush(),
        "concatenates frames": zstandard.ZstdCompressor().compress(b"\0" * MIB) * 64,
        "asks for a huge window": wide.compress(b"\0" * (200 * MIB)),
        "four million empty envelopes": compress(nothing),
        "zeros up to the bound": compress(b"\0" * (8 * MIB)),
    }


async def chunked(body):
    """A body that does not say how long it is."""
    for at in range(0, len(body), 65_536):
        yield body[at : at + 65_536]


async def test_bombs_of_every_kind_stay_within_the_bound_with_and_without_a_length(folder):
    async with watched(folder) as (process, intake, gateway):
        packed = bombs()
        await intake.post("/v1/batches", content=b"x", headers=HEADERS)
        idle = process.memory_mib("VmRSS")
        for name, body in packed.items():
            for content in (body, chunked(body)):
                process.forget_peak()
                answer = await intake.post("/v1/batches", content=content, headers=HEADERS)
                assert answer.status_code in {400, 413}, name
                assert answer.headers["content-type"] == "application/problem+json"
                assert process.memory_mib("VmHWM") - idle < BOUND_MIB, name
        assert (await outcomes(folder, intake, [gateway.steady(START_MS, START_MS + 5000)])) == {Outcome.STORED}


@pytest.mark.parametrize("what", ["averages", "readings"])
async def test_a_signed_request_full_of_one_thing_stays_within_the_bound(folder, what):
    async with watched(folder) as (process, intake, gateway):
        status = {"status": AverageStatus.NO_DATA, "value": None, "count_valid": 0, "count_expected": 0}
        averages = [ReportedAverage("trial.stack-1", "so2", "PT20M", n * 1_200_000, **status) for n in range(65_536)]
        many = [gateway.seal(averages=averages[:30_000]) for _ in range(8)]
        steps = np.repeat(np.arange(10.0), 17_280)[:172_800]
        dense = [
            gateway.seal((make_block("stack-1.so2", START_MS - day * DAY_MS, steps, interval_ms=500),), (0, 0), sealed_ms=START_MS)
            for day in range(1, 5)
        ]
        await outcomes(folder, intake, [gateway.steady(START_MS, START_MS + 5000)])
        await asyncio.sleep(0.5)
        idle = process.memory_mib("VmRSS")
        process.forget_peak()
        assert (await outcomes(folder, intake, {"averages": many, "readings": dense}[what])) == {Outcome.STORED}
        assert process.memory_mib("VmHWM") - idle < WORKED_IN_MIB


async def test_a_listener_that_never_reads_costs_little_and_keeps_nobody_waiting(folder):
    async with watched(folder) as (process, intake, gateway):
        public = json.loads(folder.running.read_text(encoding="utf-8"))["public_url"]
        host, port = public.removeprefix("http://").split(":")
        deaf = [await asyncio.open_connection(host, int(port), limit=1024) for _ in range(20)]
        for _, writer in deaf:
            writer.write(f"GET /api/v1/stream HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
            await writer.drain()
        idle = process.memory_mib("VmRSS")
        process.forget_peak()
        async with httpx.AsyncClient(base_url=public, timeout=PATIENCE_S) as client:
            for n in range(40):
                span = START_MS + n * 60_000, START_MS + (n + 1) * 60_000
                assert (await outcomes(folder, intake, [gateway.steady(*span)])) == {Outcome.STORED}
            began = time.monotonic()
            while (health := (await client.get("/api/v1/health")).json())["listeners"] < 20:
                assert time.monotonic() < began + PATIENCE_S, health
        assert process.memory_mib("VmHWM") - idle < BOUND_MIB
        for _, writer in deaf:
            writer.close()
