"""Pages of averages in the order component, start, origin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow.compute as pc

from tynys.storage.lake_rows import to_averages

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tynys.centre.averages import Averages
    from tynys.domain.average import Average

Place = tuple[str, int, str]
"""Component, start and origin of the last average of a page."""


def averages_page(
    averages: Averages,
    source: str,
    components: Sequence[str] | None,
    period: str,
    span: tuple[int, int],
    known_ms: int | None,
    after: Place | None,
    limit: int,
) -> tuple[list[Average], Place | None]:
    """The next averages after a place, and the place the following page begins after (None on the last)."""
    table = averages.table(source, components, period, *span, known_ms=known_ms)
    if after is not None:
        component, start, origin = after
        same_start = (pc.field("start_ms") == start) & (pc.field("origin") > origin)
        same = (pc.field("component") == component) & ((pc.field("start_ms") > start) | same_start)
        table = table.filter((pc.field("component") > component) | same)
    rows = to_averages(table.slice(0, limit))
    if table.num_rows <= limit:
        return rows, None
    return rows, (rows[-1].component, rows[-1].start_ms, rows[-1].origin.value)
