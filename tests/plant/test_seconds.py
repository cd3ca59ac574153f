"""One second of all channels: its blob, its checksum, and the blocks made of many."""

from __future__ import annotations

from uuid import UUID

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tynys.domain.errors import StorageError
from tynys.domain.status import GapCause, InstrumentStatus
from tynys.plant.seconds import (
    NO_DEVICE_TIME,
    Layout,
    LayoutColumn,
    Second,
    checksum,
    gap_blocks,
    gap_second,
    to_blocks,
)
from tynys.wire.reading_tables import decode_table, encode_tables

A, B, C = UUID(int=1), UUID(int=2), UUID(int=3)
LAYOUT = Layout((LayoutColumn(A, 1000), LayoutColumn(B, 1000), LayoutColumn(C, 10_000)))
START = 1_700_000_000_000


def second(time_ms: int, *, value: float = 1.5, offset: int | None = None) -> Second:
    due = LAYOUT.due(time_ms)
    return Second(
        time_ms,
        np.where(due, value, np.nan),
        np.where(due, 1, 0).astype(np.uint8),
        np.zeros(3, np.uint8),
        None if offset is None else np.array([offset, NO_DEVICE_TIME, NO_DEVICE_TIME], dtype=np.int32),
    )


@given(
    st.lists(
        st.tuples(st.floats(width=64), st.integers(0, 7), st.integers(0, 9), st.integers(-(2**31), 2**31 - 1)), min_size=1, max_size=40
    ),
    st.booleans(),
)
def test_a_blob_gives_back_every_bit(rows: list[tuple[float, int, int, int]], dated: bool) -> None:
    value, status, cause, offset = (np.array(column) for column in zip(*rows, strict=True))
    given_second = Second(
        START, value.astype(float), status.astype(np.uint8), cause.astype(np.uint8), offset.astype(np.int32) if dated else None
    )
    body = given_second.encode()
    assert len(body) == (14 if dated else 10) * len(rows)
    back = Second.decode(START, body, len(rows))
    assert back.encode() == body


def test_a_blob_of_another_length_is_refused() -> None:
    with pytest.raises(StorageError, match="3 channels"):
        Second.decode(START, b"\0" * 29, 3)


def test_the_checksum_covers_time_layout_and_body() -> None:
    body = second(START).encode()
    assert (
        len({checksum(START, 1, body), checksum(START + 1000, 1, body), checksum(START, 2, body), checksum(START, 1, body[:-1] + b"x")})
        == 4
    )


def test_seconds_become_one_block_per_channel_on_its_own_grid() -> None:
    blocks = {block.channel: block for block in to_blocks([second(START + 1000 * i) for i in range(20)], LAYOUT)}
    assert (len(blocks[A]), len(blocks[B]), len(blocks[C])) == (20, 20, 2)
    assert (blocks[C].start_ms, blocks[C].interval_ms) == (START, 10_000)
    assert blocks[A].device_offset_ms is None


def test_a_hole_in_time_makes_two_blocks() -> None:
    blocks = [block for block in to_blocks([second(START), second(START + 1000), second(START + 5000)], LAYOUT) if block.channel == A]
    assert [(block.start_ms, len(block)) for block in blocks] == [(START, 2), (START + 5000, 1)]


def test_device_offsets_stay_with_the_channel_that_has_them() -> None:
    blocks = {block.channel: block for block in to_blocks([second(START, offset=-40), second(START + 1000, offset=-41)], LAYOUT)}
    assert blocks[A].device_offset_ms is not None
    assert blocks[A].device_offset_ms.tolist() == [-40, -41]
    assert blocks[B].device_offset_ms is None


@given(st.lists(st.none() | st.integers(-(2**31) + 1, 2**31 - 1), min_size=1, max_size=30))
def test_where_an_instrument_stops_telling_its_time_a_block_ends_and_the_line_can_carry_all(offsets: list[int | None]) -> None:
    seconds = [second(START + 1000 * place, offset=offset) for place, offset in enumerate(offsets)]
    blocks = to_blocks(seconds, LAYOUT)
    told: list[int | None] = []
    for block in (block for block in blocks if block.channel == A):
        told += [None] * len(block) if block.device_offset_ms is None else block.device_offset_ms.tolist()
    assert told == offsets
    back = [block for table in encode_tables(blocks) for block in decode_table(table, "table")]
    assert sum(len(block) for block in back if block.channel == A) == len(offsets)


def test_a_gap_second_marks_only_what_was_due() -> None:
    gap = gap_second(START + 1000, LAYOUT, GapCause.SPOOL_FULL)
    assert gap.status.tolist() == [InstrumentStatus.COMMUNICATION_LOST, InstrumentStatus.COMMUNICATION_LOST, 0]
    assert gap.cause.tolist() == [GapCause.SPOOL_FULL, GapCause.SPOOL_FULL, 0]
    assert np.isnan(gap.value).all()


@given(st.integers(0, 60_000), st.integers(0, 120_000))
def test_gap_blocks_hold_exactly_the_instants_of_each_grid(start: int, length: int) -> None:
    blocks = {block.channel: block for block in gap_blocks(LAYOUT, START + start, START + start + length, GapCause.GATEWAY_DOWN)}
    for column in LAYOUT.columns:
        instants = [t for t in range(START, START + 200_000, column.interval_ms) if START + start <= t < START + start + length]
        got = blocks[column.channel].time_ms.tolist() if column.channel in blocks else []
        assert got == instants


def test_a_layout_comes_back_from_its_json() -> None:
    assert Layout.decode(LAYOUT.encode()) == LAYOUT
