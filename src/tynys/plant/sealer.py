"""Seals seconds into signed, chained batches; what is once sealed is never encoded again."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import msgspec
import structlog

from tynys import __version__
from tynys.domain.average import Average, ReportedAverage
from tynys.domain.batch import Batch, ClockState, ConfigurationRecord, Event, InstrumentParameter, Loss, ZeroSpanCheck
from tynys.domain.errors import TooLargeError, WireError
from tynys.domain.status import GapCause
from tynys.plant import spool_reader
from tynys.plant.seconds import TICK_MS, Layout, gap_blocks, gap_second, to_blocks
from tynys.plant.spool import SealedBatch
from tynys.wire.bounds import MAX_COUNT, MAX_SPAN_MS
from tynys.wire.envelope import seal
from tynys.wire.reading_tables import MAX_CELLS, encode_tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tynys.domain.configuration import FacilityConfiguration
    from tynys.domain.reading import ReadingBlock
    from tynys.plant.seconds import Second
    from tynys.plant.spool import Spool
    from tynys.plant.spool_tables import Note
    from tynys.wire.keys import SigningKey

log = structlog.get_logger("tynys.plant.sealer")

GAP_ROWS_MS = 86_400_000
"""A silence up to this long becomes gap rows; what lies before it is said by loss records. [ms]"""
GAP_BATCH_MS = 3_600_000
"""Span of one batch of gap rows, where one can hold so many. [ms]"""

_NOTE_TYPES: dict[str, type] = {
    "event": Event,
    "loss": Loss,
    "clock": ClockState,
    "parameter": InstrumentParameter,
    "zero_span": ZeroSpanCheck,
}


class Sealer:
    """Numbers, links, signs and stores the batches of one run (one epoch) of a gateway.

    Parameters
    ----------
    started_ms : int or None
        When the run starts; None if none does (`tynys plant check`), and then no start is recorded.
    """

    def __init__(
        self, spool: Spool, key: SigningKey, gateway: UUID, epoch: UUID, configuration: FacilityConfiguration, *, started_ms: int | None
    ) -> None:
        self._spool = spool
        self._key = key
        self._gateway = gateway
        self._epoch = epoch
        self._configuration: bytes | None = configuration.encode()
        head = spool_reader.head(spool.connection)
        self._previous_hash = head.hash if head else b""
        self._seq = 1
        if started_ms is not None:
            spool.add_notes([("event", Event(started_ms, "gateway.start", f"tynys {__version__}"))])
            self._note_change(configuration, started_ms)

    def _note_change(self, configuration: FacilityConfiguration, now_ms: int) -> None:
        """A configuration that differs from the last one used is an event of its own."""
        digest = configuration.digest().hex()
        if self._spool.swap_meta("configuration", digest) not in (None, digest):
            self._spool.add_notes([("event", Event(now_ms, "configuration.change", digest))])

    def seal_seconds(self, start_ms: int, end_ms: int, layout: Layout, sealed_ms: int, missing: GapCause = GapCause.SPOOL_FULL) -> None:
        """Seal the seconds of a half-open span and drop their rows; an instant without a row becomes a gap row.

        A row that is damaged, or that the line's format cannot carry, costs its own instant: a gap row and a loss record say so.
        What is too much for one batch becomes two.
        """
        known = spool_reader.layouts(self._spool.connection)
        rows, damaged = spool_reader.seconds(self._spool.connection, start_ms, end_ms, known)
        known[self._spool.layout_id(layout)] = layout
        try:
            blocks = _blocks(rows, known, start_ms, end_ms, layout, damaged, missing)
            self.seal(blocks, start_ms, end_ms, sealed_ms, losses=_losses(damaged, layout), replaces=(start_ms, end_ms))
        except TooLargeError:
            middle_ms = (start_ms + end_ms) // 2 // TICK_MS * TICK_MS
            if middle_ms <= start_ms:
                raise
            self.seal_seconds(start_ms, middle_ms, layout, sealed_ms, missing)
            self.seal_seconds(middle_ms, end_ms, layout, sealed_ms, missing)
        except WireError as error:
            unfit = _unfit(rows, known)
            log.exception("spool.row_unfit", start_ms=start_ms, seconds=len(unfit), problem=str(error))
            damaged = sorted({*damaged, *unfit})
            fit = {number: [second for second in seconds if second.time_ms not in unfit] for number, seconds in rows.items()}
            blocks = _blocks(fit, known, start_ms, end_ms, layout, damaged, missing)
            self.seal(blocks, start_ms, end_ms, sealed_ms, losses=_losses(damaged, layout), replaces=(start_ms, end_ms))

    def seal_gap(self, start_ms: int, end_ms: int, layout: Layout, cause: GapCause, sealed_ms: int) -> None:
        """Say that nothing was read in a span: gap rows for its last day, loss records for what lies before.

        However many channels there are and however long the silence was, each batch holds what the line allows one to hold.
        """
        rows_from = max(start_ms, end_ms - GAP_ROWS_MS)
        for first, last in _pieces(start_ms, rows_from, layout.longest_ms(MAX_COUNT, MAX_SPAN_MS)):
            self.seal([], first, last, sealed_ms, losses=[Loss(None, first, last, layout.count_due(first, last), cause.name.lower())])
        for first, last in _pieces(rows_from, end_ms, layout.longest_ms(MAX_CELLS, GAP_BATCH_MS)):
            self.seal(gap_blocks(layout, first, last, cause), first, last, sealed_ms)

    def seal(
        self,
        blocks: Sequence[ReadingBlock],
        start_ms: int,
        end_ms: int,
        sealed_ms: int,
        *,
        losses: Sequence[Loss] = (),
        replaces: tuple[int, int] | None = None,
    ) -> None:
        """Seal one batch with everything that waits to go with it, and store it."""
        notes = self._spool.notes()
        records: dict[str, list[object]] = {kind: [] for kind in _NOTE_TYPES}
        for note in notes:
            records[note.kind].append(_record(note))
        batch = Batch(
            gateway=self._gateway,
            epoch=self._epoch,
            seq=self._seq,
            previous_hash=self._previous_hash,
            sealed_ms=sealed_ms,
            span_start_ms=start_ms,
            span_end_ms=end_ms,
            readings=tuple(blocks),
            averages=tuple(reported(self._spool.unsealed_averages())),
            configuration=None if self._configuration is None else ConfigurationRecord(self._configuration),
            events=tuple(records["event"]),  # type: ignore[arg-type]
            zero_span_checks=tuple(records["zero_span"]),  # type: ignore[arg-type]
            parameters=tuple(records["parameter"]),  # type: ignore[arg-type]
            losses=(*records["loss"], *losses),  # type: ignore[arg-type]
            clock=records["clock"][-1] if records["clock"] else None,  # type: ignore[arg-type]
        )
        envelope = seal(batch, self._key)
        digest = envelope.hash
        gaps = sum(int((block.cause != 0).sum()) for block in blocks)
        sealed = SealedBatch(
            envelope=envelope,
            epoch=self._epoch,
            seq=self._seq,
            sealed_ms=sealed_ms,
            span_start_ms=start_ms,
            span_end_ms=end_ms,
            readings=sum(len(block) for block in blocks) - gaps,
            gaps=gaps,
            previous_hash=self._previous_hash,
            hash=digest,
        )
        self._spool.store_batch(sealed, replaces=replaces, notes=[note.id for note in notes], averages=batch.averages)
        self._seq += 1
        self._previous_hash = digest
        self._configuration = None


def _pieces(start_ms: int, end_ms: int, longest_ms: int) -> Iterator[tuple[int, int]]:
    """A half-open span in parts of at most a length."""
    return ((first, min(first + longest_ms, end_ms)) for first in range(start_ms, end_ms, longest_ms))


def _blocks(
    rows: Mapping[int, Sequence[Second]],
    known: Mapping[int, Layout],
    start_ms: int,
    end_ms: int,
    layout: Layout,
    damaged: Sequence[int],
    missing: GapCause,
) -> list[ReadingBlock]:
    """The readings of rows by layout, and gap rows of the present layout for every instant without a row."""
    seen = {second.time_ms for seconds in rows.values() for second in seconds}
    gaps = [
        gap_second(time_ms, layout, GapCause.UNDECODABLE if time_ms in damaged else missing)
        for time_ms in range(start_ms, end_ms, TICK_MS)
        if time_ms not in seen
    ]
    blocks: list[ReadingBlock] = []
    for number, seconds in rows.items():
        mine = sorted([*seconds, *gaps], key=lambda second: second.time_ms) if known[number] == layout else seconds
        blocks.extend(to_blocks(mine, known[number]))
    if gaps and not any(known[number] == layout for number in rows):
        blocks.extend(to_blocks(gaps, layout))
    return blocks


def _losses(damaged: Iterable[int], layout: Layout) -> list[Loss]:
    """What could not be carried, instant by instant."""
    return [Loss(None, time_ms, time_ms + TICK_MS, int(layout.due(time_ms).sum()), "spool.row_damaged") for time_ms in damaged]


def _unfit(rows: Mapping[int, Sequence[Second]], known: Mapping[int, Layout]) -> frozenset[int]:
    """Instants the line's format cannot carry by themselves; all of them where only their company is at fault."""

    def fits(second: Second, layout: Layout) -> bool:
        try:
            encode_tables(to_blocks([second], layout))
        except WireError:
            return False
        return True

    every = [(second, known[number]) for number, seconds in rows.items() for second in seconds]
    alone = frozenset(second.time_ms for second, layout in every if not fits(second, layout))
    return alone or frozenset(second.time_ms for second, _ in every)


def _record(note: Note) -> object:
    """The record a note holds."""
    fields = msgspec.json.decode(note.body)
    if fields.get("channel"):
        fields["channel"] = UUID(fields["channel"])
    return _NOTE_TYPES[note.kind](**fields)


def reported(averages: Iterable[Average]) -> list[ReportedAverage]:
    """Own averages as they go to the centre."""
    return [
        ReportedAverage(a.source, a.component, a.period, a.start_ms, a.value, a.status, a.count_valid, a.count_expected) for a in averages
    ]
