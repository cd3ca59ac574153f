"""Which freshly made averages are new, which revise an earlier one, and which say the same again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from tynys.storage.lake_schema import AVERAGES_LAYOUT

if TYPE_CHECKING:
    from collections.abc import Sequence

_KEY = ("period", "source", "component", "start_ms", "origin")
_SAID = AVERAGES_LAYOUT.said


def revise(made: pa.Table, held: Sequence[pa.Table]) -> pa.Table:
    """Rows of ``made`` that are not already held the same, with their revision numbers."""
    earlier = {
        tuple(row[name] for name in _KEY): (tuple(row[name] for name in _SAID), row["revision"])
        for table in held
        for row in table.select([*_KEY, *_SAID, "revision"]).to_pylist()
    }
    if not earlier:
        return made
    keep, revisions = [], []
    for row in made.select([*_KEY, *_SAID]).to_pylist():
        before = earlier.get(tuple(row[name] for name in _KEY))
        changed = before is None or before[0] != tuple(row[name] for name in _SAID)
        keep.append(changed)
        if changed:
            revisions.append(0 if before is None else before[1] + 1)
    kept = made.filter(pa.array(keep, pa.bool_()))
    place = kept.schema.get_field_index("revision")
    return kept.set_column(place, kept.schema.field(place), pa.array(np.asarray(revisions, np.int32)))
