"""How a limit is tested: over which averages, by what factor, how many of them must keep it, and what does not count."""

from __future__ import annotations

from tynys.domain.base import Record
from tynys.law.states import StateList
from tynys.law.values import Sourced


class ComplianceTest(Sourced, frozen=True, kw_only=True):
    """One condition of a named test; a limit that names the test must keep all conditions of that name.

    Averages over ``period`` may not exceed ``factor`` times the limit. Without ``share_of_averages`` that holds for each; with it, for at
    least that share (0..1) of the valid ones of a span ``over``. ``thermal_input_below_mw`` and ``fuels`` narrow it to a class of plant,
    and a narrower condition of the same period stands in place of the wider one.
    """

    test: str
    period: str
    factor: float
    share_of_averages: float | None = None
    over: str | None = None
    thermal_input_below_mw: float | None = None
    fuels: tuple[str, ...] = ()


class InvalidDay(Sourced, frozen=True, kw_only=True):
    """A day is invalid when more than ``more_than`` of its averages over ``period`` are, for a failure or maintenance of the instrument."""

    period: str
    more_than: int


class InvalidDays(Sourced, frozen=True, kw_only=True):
    """More than ``more_than`` invalid days in a calendar year oblige the operator to act."""

    more_than: int


class AbatementClock(Sourced, frozen=True, kw_only=True):
    """What a breakdown of abatement allows, in hours.

    Normal operation must return within ``restore_within_h`` or the plant is reduced or closed; the authority hears of it within
    ``notify_within_h``; without abatement it runs at most ``most_h`` in any ``over_months`` months.
    """

    restore_within_h: float
    notify_within_h: float
    most_h: float
    over_months: int


class Compliance(Record, frozen=True, kw_only=True):
    """Tests of limits. Averages in an ``excluded_states`` state are no part of a test."""

    tests: tuple[ComplianceTest, ...] = ()
    excluded_states: StateList | None = None
    invalid_day: InvalidDay | None = None
    invalid_days: InvalidDays | None = None
    abatement_clock: AbatementClock | None = None
