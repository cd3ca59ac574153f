"""How far times, numbers and texts of the line reach: what lies beyond cannot be meant, and must not become anybody's work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tynys.domain.batch import ClockState, Event, InstrumentParameter, Loss, ZeroSpanCheck
from tynys.domain.errors import MalformedError, TooLargeError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tynys.domain.reading import ReadingBlock

MAX_TIME_MS: Final = 7_258_118_400_000
"""2200-01-01T00:00Z; every time of the line lies before it or on it. [ms since 1970 UTC]"""
MAX_SPAN_MS: Final = 10 * 366 * 86_400_000
"""The longest span a batch completes: a gateway that stood still for years says so in one. [ms]"""
MAX_REACH_MS: Final = 32 * 86_400_000
"""From the first to the last reading of a batch: a month sent at once. [ms]"""
MAX_SEQ: Final = (1 << 53) - 1
"""The largest number of a batch: a whole number in every language."""
MAX_COUNT: Final = (1 << 31) - 1
"""The most readings an average or a loss may speak of."""


def check_times(where: str, *times_ms: int) -> None:
    """Refuse a time before 1970 or after 2199."""
    for time_ms in times_ms:
        if not 0 <= time_ms <= MAX_TIME_MS:
            raise MalformedError(
                f"expected times from 1970 to 2199 (0 to {MAX_TIME_MS} ms), got {time_ms}", where=where, hint="set the gateway's clock"
            )


def check_span(start_ms: int, end_ms: int, where: str) -> None:
    """Refuse a span that runs backwards or over more than ten years."""
    check_times(where, start_ms, end_ms)
    if start_ms > end_ms:
        raise MalformedError(f"the span ends before it starts: {start_ms}..{end_ms}", where=where)
    if end_ms - start_ms > MAX_SPAN_MS:
        raise TooLargeError(f"a span of {end_ms - start_ms} ms, at most {MAX_SPAN_MS} are allowed", where=where, hint="seal a shorter span")


def check_reach(blocks: Iterable[ReadingBlock], where: str) -> None:
    """Refuse readings after 2199, or spread over more than a month."""
    ends = [(block.start_ms, block.start_ms + block.interval_ms * len(block)) for block in blocks]
    if not ends:
        return
    first, last = min(start for start, _ in ends), max(end for _, end in ends)
    check_times(where, last)
    if last - first > MAX_REACH_MS:
        raise TooLargeError(f"readings over {last - first} ms, at most {MAX_REACH_MS} are allowed", where=where, hint="seal a shorter span")


def check_record(record: object, where: str) -> None:
    """Refuse times and counts of a small record that are out of bounds."""
    match record:
        case Event() | ZeroSpanCheck() | InstrumentParameter():
            check_times(where, record.time_ms)
        case Loss():
            check_times(where, record.start_ms, record.end_ms)
            if record.start_ms > record.end_ms or not 0 <= record.count <= MAX_COUNT:
                raise MalformedError(
                    f"expected a loss that does not end before it starts, of 0 to {MAX_COUNT} readings, "
                    f"got {record.start_ms}..{record.end_ms} and {record.count}",
                    where=where,
                )
        case ClockState():
            check_times(where, record.time_ms, abs(record.offset_ms), record.round_trip_ms)
