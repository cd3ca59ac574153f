"""Joins three independent accounts of one run, row by row: what was on offer, what was sealed, what was stored."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Rows of one channel: instants, values (NaN where a row carries none). [ms since 1970 UTC]."""

    time_ms: Ints
    value: Floats

    def sorted(self) -> Rows:
        """By time; equal times stay, so that doubled rows show."""
        order = np.argsort(self.time_ms, kind="stable")
        return Rows(self.time_ms[order], self.value[order])


@dataclass(slots=True)
class Count:
    """What the join found; every field but the first four is a fault."""

    due: int = 0
    sent: int = 0
    gap_rows: int = 0
    stored: int = 0
    lost: int = 0
    duplicated: int = 0
    altered: int = 0
    not_on_offer: int = 0
    not_due: int = 0
    examples: list[str] = field(default_factory=list)

    def note(self, channel: str, what: str, times: Ints) -> None:
        """Keep a few examples, so that a person can look."""
        if len(times) and len(self.examples) < 20:  # noqa: PLR2004 - a screenful
            self.examples.append(f"{channel}: {len(times)} {what}, first at {int(times[0])}")


def join_channel(count: Count, channel: str, due_ms: Ints, offered: Rows, sealed: Rows, stored: Rows, interval_ms: int) -> None:
    """Add one channel to the count.

    Parameters
    ----------
    due_ms : (d,) int64
        Instants of the channel's grid over the run. [ms]
    offered : Rows
        What the analyser had on offer, scaled by the published map; a value holds until the next row.
    sealed, stored : Rows
        What the plant's spool sealed and what the centre's lake holds.
    interval_ms : int
        A sealed value must have been on offer within one interval of its time. [ms]
    """
    sealed, stored = sealed.sorted(), stored.sorted()
    count.due += len(due_ms)
    absent = np.isnan(sealed.value)
    count.sent += int((~absent).sum())
    count.gap_rows += int(absent.sum())
    count.stored += len(stored.time_ms)

    once_sealed, sealed_first = np.unique(sealed.time_ms, return_index=True)
    once_stored, stored_first = np.unique(stored.time_ms, return_index=True)
    for name, rows, once in (("sealed twice", sealed, once_sealed), ("stored twice", stored, once_stored)):
        extra = len(rows.time_ms) - len(once)
        count.duplicated += extra
        if extra:
            count.note(channel, name, rows.time_ms[1:][np.diff(rows.time_ms) == 0])

    never_sealed = np.setdiff1d(due_ms, once_sealed, assume_unique=True)
    never_stored = np.setdiff1d(once_sealed, once_stored, assume_unique=True)
    count.lost += len(never_sealed) + len(never_stored)
    count.note(channel, "due but never sealed", never_sealed)
    count.note(channel, "sealed but not stored", never_stored)
    strangers = np.concatenate((np.setdiff1d(once_sealed, due_ms), np.setdiff1d(once_stored, once_sealed)))
    count.not_due += len(strangers)
    count.note(channel, "rows that were never due", strangers)

    common, in_sealed, in_stored = np.intersect1d(once_sealed, once_stored, assume_unique=True, return_indices=True)
    a, b = sealed.value[sealed_first[in_sealed]], stored.value[stored_first[in_stored]]
    altered = common[~((a == b) | (np.isnan(a) & np.isnan(b)))]
    count.altered += len(altered)
    count.note(channel, "stored with another value than sealed", altered)

    strange = sealed.time_ms[~absent][~_on_offer(offered, sealed.time_ms[~absent], sealed.value[~absent], interval_ms)]
    count.not_on_offer += len(strange)
    count.note(channel, "sealed values that were never on offer", strange)


def _on_offer(offered: Rows, time_ms: Ints, value: Floats, interval_ms: int) -> npt.NDArray[np.bool_]:
    """Whether each value was on offer at some instant within one interval of its time."""
    matched = np.zeros(len(time_ms), dtype=bool)
    if not len(offered.time_ms):
        return matched
    holding = np.maximum(np.searchsorted(offered.time_ms, time_ms - interval_ms, side="right") - 1, 0)
    last = np.searchsorted(offered.time_ms, time_ms + interval_ms, side="right")
    for step in range(int((last - holding).max(initial=0))):
        at = np.minimum(holding + step, len(offered.time_ms) - 1)
        matched |= (holding + step < last) & (offered.value[at] == value)
    return matched
