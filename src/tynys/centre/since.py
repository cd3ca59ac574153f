"""Since when a component stands where it stands: told by what was stored, not by when somebody first looked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tynys.centre.views import Standing
from tynys.domain.status import AverageStatus, InstrumentStatus

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from tynys.centre.rings import Rings
    from tynys.domain.average import Average

ANSWERED: Final = frozenset(InstrumentStatus) - {InstrumentStatus.COMMUNICATION_LOST}
"""Statuses only an instrument can give; a row that says *communication lost* is no sign of life."""
_VALID: Final = frozenset({InstrumentStatus.VALID})


def answered_ms(rings: Rings, channel: UUID) -> int | None:
    """When the instrument behind a channel was last heard; of a channel never heard since its first row, that row's time. [ms]."""
    return rings.newest_of(channel, ANSWERED)


def began_ms(standing: Standing, rings: Rings, channel: UUID, recent: Mapping[int, Average], limit: float | None) -> int | None:
    """When a standing began, None where nothing stored tells it. [ms].

    Parameters
    ----------
    recent : mapping of int to Average
        Closed short-term averages by their start.
    limit : float or None
        In the averages' unit.
    """
    if standing is Standing.SILENT:
        return answered_ms(rings, channel)
    if standing in {Standing.INVALID, Standing.CALIBRATION}:
        latest = rings.latest(channel)
        return rings.newest_of(channel, _VALID) if latest is not None and latest.status not in _VALID else None
    return _over_since(recent, limit) if standing is Standing.EXCEEDING and limit is not None else None


def _over_since(recent: Mapping[int, Average], limit: float) -> int | None:
    """Start of the first average of the unbroken row over the limit that ends with the newest. [ms]."""
    began = None
    for start in sorted(recent, reverse=True):
        row = recent[start]
        over = row.status is AverageStatus.VALID and row.value is not None and row.value > limit
        if not over or (began is not None and row.end_ms != began):
            break
        began = start
    return began
