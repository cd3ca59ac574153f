"""How a batch stands in its gateway's chain; pure, so it can be judged again whenever a predecessor arrives."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID


class ChainVerdict(StrEnum):
    """What the chain says of a batch."""

    FIRST = "first"
    LINKED = "linked"
    GAP_BEFORE = "gap_before"
    FORK = "fork"


@dataclass(frozen=True, slots=True)
class Link:
    """A batch's place: its epoch and number, its own hash and the one it follows."""

    epoch: UUID
    seq: int
    hash: bytes
    previous_hash: bytes


def judge(link: Link, *, predecessor: Link | None, siblings: Collection[Link] = ()) -> ChainVerdict:
    """The verdict on one stored batch.

    Parameters
    ----------
    predecessor : Link or None
        The stored batch of the same gateway whose hash is ``link.previous_hash``.
    siblings : collection of Link
        Stored batches of the same gateway that follow the same hash (the empty one included), or that carry the same
        epoch and number with another hash; the batch itself may be among them.

    Notes
    -----
    A batch that skips numbers although its predecessor's hash is stored has not followed the line it claims: a gap.
    When a batch arrives, judge again those that follow its hash and those that are its siblings.
    """
    if any(other.hash != link.hash for other in siblings):
        return ChainVerdict.FORK
    if not link.previous_hash:
        return ChainVerdict.FIRST if link.seq == 1 else ChainVerdict.GAP_BEFORE
    if predecessor is None:
        return ChainVerdict.GAP_BEFORE
    expected = predecessor.seq + 1 if predecessor.epoch == link.epoch else 1
    return ChainVerdict.LINKED if link.seq == expected else ChainVerdict.GAP_BEFORE
