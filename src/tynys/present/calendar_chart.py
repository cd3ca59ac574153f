"""The availability calendar: a year of days as twelve small month pictures that flow over any width."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tynys.present import svg

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from markupsafe import Markup

    from tynys.present.voice import Voice

CELL, STEP, TOP = 11, 13, 16
FULL, SOME = 0.95, 0.75
"""Shares of valid averages from which a day counts as full, and as partly there."""


@dataclass(frozen=True, slots=True)
class Day:
    """One civil day: share of its averages that are valid (None: none expected or known), and whether a limit was exceeded."""

    date: date
    valid_share: float | None
    exceeded: bool


@dataclass(frozen=True, slots=True)
class MonthSummary:
    """A month of the calendar in numbers, for the table beside the pictures."""

    month: int
    days: int
    full: int
    some: int
    poor: int
    exceeded: int


def grade(day: Day) -> str:
    """The class of a day: full, some, poor, or none when nothing is known of it."""
    if day.valid_share is None:
        return "none"
    return "full" if day.valid_share >= FULL else "some" if day.valid_share >= SOME else "poor"


def months(days: Sequence[Day]) -> dict[int, list[Day]]:
    """The days of each month that has any."""
    found: dict[int, list[Day]] = {}
    for day in days:
        found.setdefault(day.date.month, []).append(day)
    return found


def summaries(days: Sequence[Day]) -> list[MonthSummary]:
    """The calendar as a table: one row a month."""
    rows = []
    for month, members in months(days).items():
        grades = [grade(day) for day in members]
        counted = {name: grades.count(name) for name in ("full", "some", "poor")}
        rows.append(MonthSummary(month, len(members) - grades.count("none"), **counted, exceeded=sum(day.exceeded for day in members)))
    return rows


def month_picture(voice: Voice, year: int, month: int, days: Iterable[Day]) -> Markup:
    """One month: a column a week, Monday on top; full days pale, partly valid half filled, poor dark, exceeded with a diamond."""
    first_weekday, length = calendar.monthrange(year, month)
    members = list(days)
    shapes: dict[str, list[str]] = {}
    for day in members:
        index = first_weekday + day.date.day - 1
        x, y = index // 7 * STEP, TOP + index % 7 * STEP
        shapes.setdefault(grade(day), []).append(f"M{x} {y}h{CELL}v{CELL}h-{CELL}z")
        if grade(day) == "some":
            shapes.setdefault("half", []).append(f"M{x} {y + CELL}l{CELL}-{CELL}v{CELL}z")
        if day.exceeded:
            shapes.setdefault("exceeded", []).append(f"M{x + 5.5} {y + 1.5}l4 4-4 4-4-4z")
    order = ("none", "full", "some", "half", "poor", "exceeded")
    paths = [svg.element("path", class_=f"day-{name}", d="".join(shapes[name])) for name in order if name in shapes]
    width = ((first_weekday + length - 1) // 7 + 1) * STEP - (STEP - CELL)
    row = summaries(members)
    title = voice.month(month)
    if row:
        title = voice.t("calendar.month", month=title, full=row[0].full, some=row[0].some, poor=row[0].poor, exceeded=row[0].exceeded)
    label = svg.text(voice.month(month), x=0, y=10)
    return svg.picture([label, *paths], title=title, class_="month", width=width, height=TOP + 7 * STEP)
