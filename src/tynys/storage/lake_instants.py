"""One row per channel and instant, whoever reported it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tynys.storage.lake_order import ordered, repeats

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

INSTANT = ("channel", "time_ms")


def one_per_instant(rows: pa.Table, rank: Sequence[UUID] = ()) -> pa.Table:
    """Rows by channel and time, one for each instant.

    Parameters
    ----------
    rows : pa.Table
        Readings with at least channel, time_ms, gateway, position and value.
    rank : sequence of UUID
        Gateways, the preferred one first; those not named come after, the one stored first before the others.

    Notes
    -----
    Of several rows of one gateway the one stored first counts (the others are conflicts). Of several gateways the first in
    rank that has a value counts; a gap row only where nobody has a value.
    """
    rows = ordered(rows, INSTANT)
    if not repeats(rows, INSTANT).any():
        return rows
    rows = ordered(rows, (*INSTANT, "gateway", "position"))
    rows = rows.filter(pa.array(~repeats(rows, (*INSTANT, "gateway"))))
    places = {str(gateway): place for place, gateway in enumerate(rank)}
    order = pa.array([places.get(text, len(places)) for text in rows.column("gateway").to_pylist()], pa.int64()) if places else None
    absent = pc.is_null(rows.column("value")).cast(pa.int64())
    keyed = rows.append_column("absent", absent).append_column(
        "rank", order if order is not None else pa.array(np.zeros(len(rows), np.int64))
    )
    best = ordered(keyed, (*INSTANT, "absent", "rank", "position"))
    return best.filter(pa.array(~repeats(best, INSTANT))).drop_columns(["absent", "rank"])
