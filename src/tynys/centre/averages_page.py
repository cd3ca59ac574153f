"""Pages of averages in the order component, start, origin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
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
    """The next averages after a place, and the place the following page begins after (None on the last).

    The keys are read first, then everything else of the page's own span: a page costs the same at any place of any year.
    """
    keys = averages.table(source, components, period, *span, known_ms=known_ms, columns=(), encoded=True)
    keys = _after(keys, after)
    page = keys.slice(0, limit)
    if not page.num_rows:
        return [], None
    starts = pc.min_max(page["start_ms"]).as_py()
    names = pc.unique(page["component"]).to_pylist()
    table = averages.table(source, names, period, starts["min"], starts["max"] + 1, known_ms=known_ms)
    rows = to_averages(_after(table, after).slice(0, page.num_rows))
    if keys.num_rows <= limit:
        return rows, None
    return rows, (rows[-1].component, rows[-1].start_ms, rows[-1].origin.value)


def averages_columns(
    averages: Averages,
    source: str,
    components: Sequence[str] | None,
    period: str,
    span: tuple[int, int],
    known_ms: int | None,
    after: Place | None,
    limit: int,
    columns: Sequence[str],
) -> tuple[pa.Table, Place | None]:
    """The same as columns of the store, texts by dictionary."""
    table = _after(averages.table(source, components, period, *span, known_ms=known_ms, columns=columns, encoded=True), after)
    if table.num_rows <= limit:
        return table, None
    table = table.slice(0, limit)
    component, start, origin = (table[name][-1].as_py() for name in ("component", "start_ms", "origin"))
    return table, (component, start, origin)


def _after(table: pa.Table, after: Place | None) -> pa.Table:
    """The rows behind a place."""
    if after is None:
        return table
    component, start, origin = after
    names, origins = (table[name].cast(pa.string()) for name in ("component", "origin"))
    same_start = pc.and_(pc.equal(table["start_ms"], start), pc.greater(origins, origin))
    behind = pc.and_(pc.equal(names, component), pc.or_(pc.greater(table["start_ms"], start), same_start))
    return table.filter(pc.or_(pc.greater(names, component), behind))
