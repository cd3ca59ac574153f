"""A centre of a benchmark, as a process of its own, and gateways that are only a key and a chain."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from benchmarks.processes import appears, started
from tynys.centre.foundation import make_centre
from tynys.centre.offline import make_code
from tynys.domain.batch import Batch, ConfigurationRecord
from tynys.plant.enrol import enrol
from tynys.plant.line import CentreLine
from tynys.wire.compression import compress
from tynys.wire.envelope import pack_request, seal
from tynys.wire.keys import SigningKey

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tynys.centre.settings import CentreFolder
    from tynys.domain.configuration import FacilityConfiguration
    from tynys.domain.reading import ReadingBlock
    from tynys.wire.envelope import Envelope


@dataclass(frozen=True, slots=True)
class RunningCentre:
    """A centre that listens."""

    folder: CentreFolder
    process: subprocess.Popen[bytes]
    intake_url: str
    public_url: str


def new_centre(folder: Path) -> CentreFolder:
    """A centre's folder for simulated data, on free ports."""
    return make_centre(folder, name="benchmark", simulated=True, intake_port=0, public_port=0)


@contextlib.contextmanager
def running(folder: CentreFolder) -> Iterator[RunningCentre]:
    """``tynys centre run`` while the block runs."""
    with started("tynys", "centre", "run", str(folder.root), log=folder.root / "centre.log") as process:
        found = appears(folder.running, process)
        yield RunningCentre(folder, process, str(found["intake_url"]), str(found["public_url"]))


@dataclass
class BareGateway:
    """Seals batches as a gateway does and keeps nothing."""

    facility: str
    key: SigningKey = field(default_factory=SigningKey.generate)
    id: UUID = field(default_factory=uuid4)
    epoch: UUID = field(default_factory=uuid4)
    seq: int = 0
    previous: bytes = b""

    def enrol(self, centre: RunningCentre) -> None:
        """Be let in."""
        code = make_code(centre.folder.root, facility=self.facility, role="live", simulated=True)

        async def ask() -> None:
            line = CentreLine(centre.intake_url, centre.folder.ca)
            try:
                await enrol(line, self.key, code=code, gateway=self.id, facility=self.facility, role="live")
            finally:
                await line.close()

        asyncio.run(ask())

    def seal(
        self,
        blocks: Sequence[ReadingBlock] = (),
        start_ms: int = 0,
        end_ms: int = 0,
        *,
        configuration: FacilityConfiguration | None = None,
    ) -> Envelope:
        """The next batch of the chain."""
        self.seq += 1
        record = ConfigurationRecord(configuration.encode()) if configuration is not None else None
        batch = Batch(
            gateway=self.id,
            epoch=self.epoch,
            seq=self.seq,
            previous_hash=self.previous,
            sealed_ms=end_ms,
            span_start_ms=start_ms,
            span_end_ms=end_ms,
            readings=tuple(blocks),
            configuration=record,
        )
        envelope = seal(batch, self.key)
        self.previous = envelope.hash
        return envelope


def send(centre: RunningCentre, *envelopes: Envelope) -> bytes:
    """One request with batches; the centre's reply."""

    async def ask() -> bytes:
        line = CentreLine(centre.intake_url, centre.folder.ca)
        try:
            return await line.post_batches(compress(pack_request(envelopes)))
        finally:
            await line.close()

    return asyncio.run(ask())
