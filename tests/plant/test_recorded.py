"""Recorded readings: cut into days, sealed in the order given, sent like any others, and not twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from tynys.domain.errors import ConfigurationError
from tynys.domain.reading import ReadingBlock
from tynys.plant.recorded import DAY_MS, RecordedProgress, RecordedSpan, cut, day_spans, pieces, send_recorded
from tynys.plant.settings import load_settings

if TYPE_CHECKING:
    from uuid import UUID

MIDNIGHT = 1_767_225_600_000


def block(channel: UUID, start_ms: int, count: int, interval_ms: int = 60_000) -> ReadingBlock:
    return ReadingBlock(channel, start_ms, interval_ms, np.arange(count, dtype=float), np.ones(count, np.uint8), np.zeros(count, np.uint8))


def test_a_cut_keeps_the_grid(bench) -> None:
    whole = block(bench.layout.columns[0].channel, MIDNIGHT, 100)
    part = cut(whole, MIDNIGHT + 90_000, MIDNIGHT + 240_000)
    assert part is not None
    assert (part.start_ms, part.value.tolist()) == (MIDNIGHT + 120_000, [2.0, 3.0])
    assert cut(whole, MIDNIGHT - 1000, MIDNIGHT) is None


def test_days_cover_everything_once(bench) -> None:
    whole = block(bench.layout.columns[0].channel, MIDNIGHT + 3_600_000, 4000)
    spans = list(day_spans([whole]))
    assert [(span.start_ms, span.end_ms) for span in spans] == [
        (MIDNIGHT + 3_600_000, MIDNIGHT + DAY_MS),
        (MIDNIGHT + DAY_MS, MIDNIGHT + 2 * DAY_MS),
        (MIDNIGHT + 2 * DAY_MS, MIDNIGHT + 3_600_000 + 4000 * 60_000),
    ]
    assert [value for span in spans for value in span.blocks[0].value] == whole.value.tolist()


def test_a_span_too_large_for_a_batch_is_cut(bench) -> None:
    span = RecordedSpan(MIDNIGHT, MIDNIGHT + DAY_MS, (block(bench.layout.columns[0].channel, MIDNIGHT, 1440),))
    parts = list(pieces(span, 500))
    assert len(parts) == 3
    assert [value for part in parts for one in part.blocks for value in one.value] == list(range(1440))
    assert [part.end_ms for part in parts[:-1]] == [part.start_ms for part in parts[1:]]


async def test_spans_arrive_newest_first_as_given_and_a_second_call_adds_nothing(bench, mini_centre, plant_folder) -> None:
    settings = load_settings(plant_folder.write(centre=mini_centre.section))
    mini_centre.known[plant_folder.gateway] = plant_folder.key.verify_key
    channel = bench.layout.columns[0].channel
    spans = [
        RecordedSpan(MIDNIGHT + day * DAY_MS, MIDNIGHT + (day + 1) * DAY_MS, (block(channel, MIDNIGHT + day * DAY_MS, 1440),))
        for day in reversed(range(10))
    ]
    told: list[RecordedProgress] = []
    result = await send_recorded(settings, spans, progress=told.append, window=4)
    assert (result.batches, result.acknowledged, result.refused, result.readings) == (10, 10, 0, 14_400)
    assert told[-1].acknowledged == 10
    assert max(progress.sealed - progress.acknowledged for progress in told) <= 4
    batches = [batch for batch in mini_centre.stored.values() if batch.readings]
    assert [batch.span_start_ms for batch in batches] == [span.start_ms for span in spans]
    assert batches[0].configuration is not None
    before = len(mini_centre.stored)
    again = await send_recorded(settings, spans)
    assert again.acknowledged == 10
    assert len(mini_centre.stored) == before


async def test_a_refusal_is_told_with_its_reason(bench, mini_centre, plant_folder) -> None:
    settings = load_settings(plant_folder.write(centre=mini_centre.section))
    span = RecordedSpan(MIDNIGHT, MIDNIGHT + 60_000, (block(bench.layout.columns[0].channel, MIDNIGHT, 1),))
    result = await send_recorded(settings, [span])
    assert (result.acknowledged, result.refused, result.reason) == (0, 1, "gateway.unknown: gateway is not enrolled")


async def test_without_a_centre_there_is_nowhere_to_send(plant_folder) -> None:
    with pytest.raises(ConfigurationError, match="need a centre"):
        await send_recorded(load_settings(plant_folder.file), [])
