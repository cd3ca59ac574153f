"""Batches a second the centre takes: verified, chained, committed, worked in and answered with a signed receipt."""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from benchmarks.centres import BareGateway, new_centre, running, send
from benchmarks.figures import Figure
from benchmarks.keepalive import Connection
from benchmarks.processes import appears, processor_s, started
from benchmarks.timing import median
from tynys.domain.configuration import FacilityConfiguration
from tynys.domain.reading import ReadingBlock
from tynys.domain.status import InstrumentStatus
from tynys.sim.plants import PLANTS, facility_configuration
from tynys.wire.compression import compress
from tynys.wire.envelope import pack_request

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.figures import Say
    from tynys.wire.envelope import Envelope

NAME = "intake"
BATCH_S = 5
GATEWAYS = 5
LIVE_REQUESTS, FULL_REQUESTS = 120, 6
"""Requests of each gateway and round: of one batch, as live gateways send; of 64, as a backlog drains."""
FULL = 64
ROUNDS = 3
HEADERS = "content-type: application/x-protobuf\r\ncontent-encoding: zstd\r\n"
Took = tuple[float, float]
"""Wall time and the server's processor time. [s]."""
Bodies = list[list[bytes]]
"""Bodies of each gateway, in the order of its chain."""


def measure(say: Say) -> list[Figure]:
    """Centre and plain intake take the same bodies in turn, from five gateways that each wait for an answer."""
    with tempfile.TemporaryDirectory(prefix="tynys-bench-") as held:
        root = Path(held)
        folder = new_centre(root / "centre")
        plain = ("benchmarks.peers.plain_intake", str(root), str(folder.certificate), str(folder.certificate_key))
        with running(folder) as centre, started(*plain, log=root / "plain.log") as peer:
            peer_url = f"https://127.0.0.1:{appears(root / 'plain.json', peer)['port']}"
            say("five gateways are enrolled")
            now_ms = int(time.time()) // 1200 * 1_200_000
            gateways = [Sender(name, now_ms) for name in list(PLANTS)[:GATEWAYS]]
            for each in gateways:
                each.gateway.enrol(centre)
                send(centre, each.gateway.seal(configuration=each.configuration))
            figures = []
            for batches, requests, what in ((1, LIVE_REQUESTS, "one batch a request"), (FULL, FULL_REQUESTS, f"{FULL} batches a request")):
                say(f"batches are sealed, {what}")
                rounds = [[each.bodies(requests, batches) for each in gateways] for _ in range(ROUNDS)]
                say(what)
                ours: list[Took] = []
                bare: list[Took] = []
                for number, bodies in enumerate(rounds):
                    turns = [(ours, centre.intake_url, centre.process.pid), (bare, peer_url, peer.pid)]
                    for found, url, pid in turns[:: 1 if number % 2 == 0 else -1]:
                        found.append(asyncio.run(post_all(url, folder.ca, bodies, pid)))
                count = GATEWAYS * requests * batches
                figures += _figures(count, what, ours, bare)
    return figures


def _figures(count: int, what: str, ours: Sequence[Took], bare: Sequence[Took]) -> list[Figure]:
    wall_s, cpu_s = (median([each[place] for each in ours]) for place in (0, 1))
    bare_wall_s, bare_cpu_s = (median([each[place] for each in bare]) for place in (0, 1))
    name = "plain Starlette into SQLite, unsigned"
    note = f"{count:,} batches of 12 channels x {BATCH_S} s a round, median of {ROUNDS}; client on the same machine"
    return [
        Figure(benchmark=NAME, what=what, unit="batches/s", value=count / wall_s, peer=count / bare_wall_s, peer_name=name, note=note),
        Figure(
            benchmark=NAME, what=f"{what}, processor time a batch", unit="µs",
            value=1e6 * cpu_s / count, peer=1e6 * bare_cpu_s / count, peer_name=name,
        ),
    ]  # fmt: skip


class Sender:
    """A gateway of one stack that seals steady batches, one after another, into the past hours."""

    def __init__(self, facility: str, now_ms: int) -> None:
        made = facility_configuration(facility, live_from_ms=now_ms - 86_400_000, history_days=2)
        self.configuration = msgspec.json.decode(made.encode(), type=FacilityConfiguration)
        self.gateway = BareGateway(facility)
        self._channels = [channel.id for channel in self.configuration.channels if channel.name.startswith("stack-1.")]
        self._at_ms = now_ms - 6 * 3_600_000
        self._rng = np.random.default_rng(1)

    def bodies(self, requests: int, batches: int) -> list[bytes]:
        """Compressed bodies of requests."""
        return [compress(pack_request([self._seal() for _ in range(batches)])) for _ in range(requests)]

    def _seal(self) -> Envelope:
        start = self._at_ms
        self._at_ms = end = start + 1000 * BATCH_S
        status = np.full(BATCH_S, InstrumentStatus.VALID.value, np.uint8)
        blocks = [
            ReadingBlock(channel, start, 1000, np.round(1000 + self._rng.standard_normal(BATCH_S), 1), status, np.zeros(BATCH_S, np.uint8))
            for channel in self._channels
        ]
        return self.gateway.seal(blocks, start, end)


async def post_all(url: str, ca_file: Path, bodies: Bodies, pid: int) -> Took:
    """Post each gateway's bodies over a connection of its own; wall time and the server's processor time. [s]."""
    connections = [await Connection.open(url, ca_file) for _ in bodies]

    async def post(connection: Connection, mine: list[bytes]) -> None:
        for body in mine:
            await connection.post("/v1/batches", body, HEADERS)

    before, began = processor_s(pid), time.perf_counter()
    await asyncio.gather(*(post(connection, mine) for connection, mine in zip(connections, bodies, strict=True)))
    found = time.perf_counter() - began, processor_s(pid) - before
    for connection in connections:
        connection.close()
    return found
