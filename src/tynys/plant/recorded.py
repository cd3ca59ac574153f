"""Recorded readings through the same spool and sender as live ones: sealed as batches of up to a day, in the order given."""

from __future__ import annotations

import asyncio
import base64
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tynys.domain.errors import ConfigurationError
from tynys.plant import spool_reader
from tynys.plant.epoch import new_epoch
from tynys.plant.line import CentreLine
from tynys.plant.sealer import Sealer
from tynys.plant.sender import Sender
from tynys.plant.settings import load_configuration
from tynys.plant.spool import Spool
from tynys.plant.spool_thread import Alarms, SpoolThread
from tynys.wire.clock import open_clock
from tynys.wire.keys import SigningKey, VerifyKey

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from tynys.domain.reading import ReadingBlock
    from tynys.plant.settings import PlantSettings
    from tynys.wire.clock import Clock

DAY_MS = 86_400_000
BATCH_CELLS = 400_000
"""Readings of one batch at most; keeps its payload well below the line's bound."""
_LOOK_S = 0.05


@dataclass(frozen=True, slots=True)
class RecordedSpan:
    """What was recorded in a half-open span: one batch, if it is not too large."""

    start_ms: int
    end_ms: int
    blocks: Sequence[ReadingBlock]


@dataclass(frozen=True, slots=True)
class RecordedProgress:
    """How far sending has come; ``refused`` were sent and not taken."""

    sealed: int
    acknowledged: int
    refused: int
    readings: int
    error: str


@dataclass(frozen=True, slots=True)
class RecordedResult:
    """What became of everything given; ``reason`` is the centre's for what it refused."""

    batches: int
    acknowledged: int
    refused: int
    readings: int
    reason: str


def cut(block: ReadingBlock, start_ms: int, end_ms: int) -> ReadingBlock | None:
    """The part of a block inside a half-open span."""
    first = max(0, -(-(start_ms - block.start_ms) // block.interval_ms))
    last = min(len(block), -(-(end_ms - block.start_ms) // block.interval_ms))
    if last <= first:
        return None
    offset = block.device_offset_ms
    return replace(
        block,
        start_ms=block.start_ms + first * block.interval_ms,
        value=block.value[first:last],
        status=block.status[first:last],
        cause=block.cause[first:last],
        device_offset_ms=None if offset is None else offset[first:last],
    )


def day_spans(blocks: Sequence[ReadingBlock]) -> Iterator[RecordedSpan]:
    """Long blocks as spans of a UTC day each, oldest first."""
    if not blocks:
        return
    start_ms = min(block.start_ms for block in blocks)
    end_ms = max(block.start_ms + block.interval_ms * len(block) for block in blocks)
    for day_ms in range(start_ms // DAY_MS * DAY_MS, end_ms, DAY_MS):
        first, last = max(day_ms, start_ms), min(day_ms + DAY_MS, end_ms)
        parts = tuple(part for block in blocks if (part := cut(block, first, last)) is not None)
        yield RecordedSpan(first, last, parts)


def pieces(span: RecordedSpan, cells: int = BATCH_CELLS) -> Iterator[RecordedSpan]:
    """A span cut so that no piece holds more than about ``cells`` readings or lasts longer than a day."""
    count = sum(len(block) for block in span.blocks)
    length_ms = span.end_ms - span.start_ms
    parts = max(-(-count // cells), -(-length_ms // DAY_MS), 1)
    if parts == 1:
        yield span
        return
    step_ms = -(-length_ms // parts)
    for start_ms in range(span.start_ms, span.end_ms, step_ms):
        end_ms = min(start_ms + step_ms, span.end_ms)
        blocks = tuple(part for block in span.blocks if (part := cut(block, start_ms, end_ms)) is not None)
        yield RecordedSpan(start_ms, end_ms, blocks)


async def send_recorded(
    settings: PlantSettings,
    spans: Iterable[RecordedSpan],
    *,
    progress: Callable[[RecordedProgress], None] | None = None,
    window: int = 64,
) -> RecordedResult:
    """Seal and send recorded spans; returns when the centre has answered for every one.

    A span the spool already holds from an earlier, broken-off call is not sealed again.

    Parameters
    ----------
    spans : iterable of RecordedSpan
        In the order of sealing and sending; taken in a thread, one at a time.
    window : int
        So many batches may be sealed and not yet answered for; bounds what is on the way.
    """
    if settings.centre is None or settings.ca_file is None:
        raise ConfigurationError("recorded data need a centre to go to", where=str(settings.file), hint="fill in the section [centre]")
    configuration = load_configuration(settings)
    key = SigningKey.load(settings.key_file)
    clock = await open_clock(settings.clock_url, name=f"{settings.gateway.facility} recorded")
    line = CentreLine(settings.centre.url, settings.ca_file)
    thread = SpoolThread(Spool.open(settings.spool_folder, settings.gateway.id))
    try:
        now_ms = clock.now_ms()
        sealer = await thread.call(
            lambda spool: Sealer(spool, key, settings.gateway.id, new_epoch(now_ms), configuration, started_ms=now_ms)
        )
        centre_key = VerifyKey(base64.b64decode(settings.centre.public_key))
        sender = Sender(thread, line, centre_key, settings.gateway.id, clock=clock, alarms=Alarms(thread))
        shipment = _Shipment(thread, sealer, sender, clock=clock, spans=iter(spans), window=window, progress=progress)
        return await shipment.carry()
    finally:
        await line.close()
        thread.close()
        await clock.close()


class _Shipment:
    """Seals ahead of the sender by at most a window."""

    def __init__(
        self,
        thread: SpoolThread,
        sealer: Sealer,
        sender: Sender,
        *,
        clock: Clock,
        spans: Iterator[RecordedSpan],
        window: int,
        progress: Callable[[RecordedProgress], None] | None,
    ) -> None:
        self._thread = thread
        self._sealer = sealer
        self._sender = sender
        self._clock = clock
        self._spans = spans
        self._window = window
        self._progress = progress
        self._sealed = 0
        self._readings = 0
        self._told: tuple[int, int, str] | None = None

    async def carry(self) -> RecordedResult:
        sending = asyncio.create_task(self._sender.run_recorded(), name="recorded lane")
        try:
            while (span := await asyncio.to_thread(next, self._spans, None)) is not None:
                for piece in pieces(span):
                    await self._settle(sending, self._window - 1)
                    await self._seal(piece)
            waiting, refused, reason = await self._settle(sending, 0)
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
        return RecordedResult(self._sealed, self._sealed - waiting - refused, refused, self._readings, reason)

    async def _seal(self, piece: RecordedSpan) -> None:
        """Seal one piece, unless an earlier call did."""
        now_ms = self._clock.now_ms()

        def seal(spool: Spool) -> None:
            if not spool_reader.holds_span(spool.connection, piece.start_ms, piece.end_ms):
                self._sealer.seal(piece.blocks, piece.start_ms, piece.end_ms, now_ms)

        await self._thread.call(seal)
        self._sealed += 1
        self._readings += sum(len(block) for block in piece.blocks)
        self._sender.wake()

    async def _settle(self, sending: asyncio.Task[None], allowed: int) -> tuple[int, int, str]:
        """Wait until at most ``allowed`` batches are unanswered, telling the progress."""
        while True:
            waiting, refused, reason = await self._thread.call(lambda spool: spool_reader.outstanding(spool.connection))
            error = self._sender.state.last_error
            if self._progress is not None and self._told != (self._sealed, waiting, error):
                self._told = (self._sealed, waiting, error)
                acknowledged = max(0, self._sealed - waiting - refused)
                self._progress(RecordedProgress(self._sealed, acknowledged, refused, self._readings, error))
            if waiting <= allowed:
                return waiting, refused, reason
            if sending.done():
                sending.result()
            await asyncio.sleep(_LOOK_S)
