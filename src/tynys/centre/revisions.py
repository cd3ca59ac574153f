"""Which freshly made averages are new, which revise an earlier one, and which say the same again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Sequence

_KEY = ("period", "source", "component", "start_ms", "origin")
_SAID = ("value", "status", "provisional", "count_valid", "count_expected", "raw", "unit", "plant_state", "configuration", "rule_pack")
"""What makes a new revision when it changes; ``provisional`` among it, since becoming final is news."""


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


def differing(ours: pa.Table, reported: pa.Table) -> pa.Table:
    """Final averages of ours whose value is not the plant's to the last digit; columns ``ours`` and ``reported`` beside the key."""
    key = ["period", "source", "component", "start_ms"]
    left = (
        ours.filter(~pc.field("provisional")).select([*key, "end_ms", "value", "status"]).rename_columns([*key, "end_ms", "ours", "status"])
    )
    joined = left.join(reported.select([*key, "value"]).rename_columns([*key, "reported"]), key, join_type="inner")
    equal = pc.fill_null(pc.equal(joined["ours"], joined["reported"]), False)  # noqa: FBT003 - the filling value
    both_absent = pc.and_(pc.is_null(joined["ours"]), pc.is_null(joined["reported"]))
    return joined.filter(pc.invert(pc.or_(equal, both_absent)))
