"""Which version of a rule pack a window is computed by: the same choice at the plant and at the centre."""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tynys.domain.base import to_ms

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tynys.law.pack import RulePack


def begins_ms(pack: RulePack) -> int:
    """The local midnight from which a version is in force. [ms since 1970 UTC]."""
    day = pack.valid_from
    return to_ms(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(pack.averaging.time_zone.value)))


class PackVersions:
    """The versions of one pack, at least one.

    The version of a window is the last that had come into force at its begin; before the first, the first.
    """

    def __init__(self, packs: Iterable[RulePack]) -> None:
        self._packs = sorted(packs, key=begins_ms)
        self._begins = [begins_ms(pack) for pack in self._packs]

    def at(self, time_ms: int) -> RulePack:
        """The version in force at an instant. [ms since 1970 UTC]."""
        return self._packs[max(0, bisect_right(self._begins, time_ms) - 1)]
