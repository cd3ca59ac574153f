"""Averaging periods and when an average of each is valid."""

from __future__ import annotations

from tynys.domain.base import Record
from tynys.law.values import Choice, Sourced


class Validity(Sourced, frozen=True, kw_only=True):
    """When an average is valid: every test that is named must hold; what is absent is not asked.

    ``share_of_operation`` is the least valid share of the instants (or shorter averages) in operation (0..1);
    ``share_of_period`` the least valid share of all that are due in the window, in operation or not (0..1);
    ``valid_minutes`` the least total length of what is valid [min];
    ``parts`` the number of equal parts of the window: each that lies in operation needs a valid reading.
    """

    share_of_operation: float | None = None
    share_of_period: float | None = None
    valid_minutes: float | None = None
    parts: int | None = None


class FirstLevel(Sourced, frozen=True, kw_only=True):
    """First level data (FLD): the mean of the valid readings of ``period``; the channel's own interval where that is longer."""

    period: str


class ShortTerm(Sourced, frozen=True, kw_only=True):
    """The short-term average (STA) made from first level data; ``period`` is ISO 8601."""

    period: str
    validity: Validity


class LongTerm(Sourced, frozen=True, kw_only=True):
    """A longer average (LTA): the mean of the valid, unrounded averages over ``mean_of``."""

    period: str
    mean_of: str
    validity: Validity


class Averaging(Record, frozen=True, kw_only=True):
    """Averaging periods. ``time_zone`` is the IANA zone whose civil time windows align to."""

    time_zone: Choice
    first_level: FirstLevel
    short_term: ShortTerm
    long_term: tuple[LongTerm, ...] = ()
