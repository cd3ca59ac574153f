"""How the API tells how a number was made."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec reads the annotations
from typing import Any

from tynys.centre.api.shapes import AverageShape, Shape


class QuantityShape(Shape, frozen=True, kw_only=True):
    """One number of a step; ``origin`` is step, measured, plan, pack or constant, ``of`` the channel, report or document."""

    symbol: str
    value: float | None
    unit: str
    origin: str
    of: str
    clause: str
    certainty: str | None


class ChannelReadShape(Shape, frozen=True, kw_only=True):
    """The readings of one channel a step was made from; ``readings`` is the query that reaches them."""

    channel: str
    name: str
    component: str
    unit: str
    start: datetime
    end: datetime
    mean: float | None
    count_by_status: dict[str, int]
    count_valid: int
    count_expected: int
    count_operating: int
    fld_valid: int
    fld_operating: int
    readings: str


class MemberShape(Shape, frozen=True, kw_only=True):
    """One of the values a mean was taken of; ``explain`` leads on to a shorter average, null for first level data."""

    start: datetime
    end: datetime
    value: float | None
    status: str
    counts: bool
    explain: str | None


class StepShape(Shape, frozen=True, kw_only=True):
    """One step: ``kind`` and ``formula`` are keys, ``title`` and ``notes`` their words; numbers are exact."""

    kind: str
    title: str
    formula: str
    inputs: list[QuantityShape]
    result: QuantityShape | None
    clause: str
    certainty: str | None
    notes: list[str]
    note_keys: list[dict[str, Any]]
    channels: list[ChannelReadShape]
    members: list[MemberShape]
    subject: str
    start: datetime | None
    end: datetime | None


class ExplanationShape(Shape, frozen=True, kw_only=True):
    """The ordered steps of one average; ``basis`` tells what they rest on, ``agrees`` whether they give the stored value exactly."""

    simulated: bool
    language: str
    average: AverageShape
    basis: str
    agrees: bool | None
    steps: list[StepShape]
