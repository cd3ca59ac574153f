"""How a number was made, in words: the steps of an explanation for a page, the API and print, in one language."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from tynys.calc.timegrid import shortest_length_ms
from tynys.domain.fuel import FUELS
from tynys.domain.status import InstrumentStatus
from tynys.present.formula import letter, mathml, typst

if TYPE_CHECKING:
    from markupsafe import Markup

    from tynys.calc.explain import ChannelRead, Explanation, Member, Quantity, Step
    from tynys.present.voice import Voice

_DIGITS = 6
_COUNTS = frozenset({"n_valid", "n_operating", "n_readings", "n_expected", "parts", "places"})


@dataclass(frozen=True, slots=True)
class Named:
    """One number of a step: its letter with what stands below it, what it is, how much, where from, and the mark of an unsure one."""

    letter: str
    below: str
    name: str
    value: str
    origin: str
    ident: str
    clause: str
    certainty: str


@dataclass(frozen=True, slots=True)
class ReadTable:
    """The readings of one channel: its name and mean, how many had each status, and where the readings themselves are."""

    name: str
    component: str
    mean: str
    counts: tuple[tuple[str, str], ...]
    summary: str
    channel: str
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class Row:
    """One of the values a mean was taken of."""

    start_ms: int
    time: str
    value: str
    status: str
    counts: bool
    period: str


@dataclass(frozen=True, slots=True)
class Told:
    """One step in words; ``math`` is for a page, ``print_math`` for typst."""

    kind: str
    title: str
    result: str
    math: Markup | str
    print_math: str
    inputs: tuple[Named, ...]
    notes: tuple[str, ...]
    clause: str
    certainty: str
    reads: tuple[ReadTable, ...]
    rows: tuple[Row, ...]
    rows_summary: str


def figure(voice: Voice, value: float | None) -> str:
    """A number with six significant digits and no noughts behind them; the exact one is in the API."""
    if value is None:
        return "—"
    if value == 0:
        return voice.number(0)
    places = min(8, max(0, _DIGITS - 1 - math.floor(math.log10(abs(value)))))
    while places and round(value, places - 1) == round(value, places):
        places -= 1
    return voice.number(value, places)


def worded(voice: Voice, explanation: Explanation) -> list[Told]:
    """Every step in the voice's language."""
    return [told(voice, step) for step in explanation.steps]


def told(voice: Voice, step: Step) -> Told:
    """One step in words."""
    figures = {quantity.symbol: figure(voice, quantity.value) for quantity in step.inputs}
    symbols = [quantity.symbol for quantity in step.inputs]
    result = step.result
    shown = figure(voice, result.value) if result is not None else ""
    title = voice.t(f"explain.{step.kind}")
    if step.subject:
        title = f"{title}: {step.subject}"
    known = result is not None and all(quantity.value is not None for quantity in step.inputs)
    math_of = (step.formula, result.symbol, symbols, figures, shown) if result is not None and known else None
    good = sum(1 for member in step.members if member.counts)
    return Told(
        kind=step.kind,
        title=title,
        result=amount(voice, result) if result is not None and result.value is not None else "",
        math=mathml(*math_of, title) if math_of is not None else "",
        print_math=typst(*math_of) if math_of is not None else "",
        inputs=tuple(_named(voice, quantity, step.clause) for quantity in step.inputs),
        notes=_notes(voice, step),
        clause=step.clause,
        certainty=str(step.certainty) if step.certainty is not None else "",
        reads=tuple(_read(voice, read) for read in step.channels),
        rows=tuple(_row(voice, member) for member in step.members),
        rows_summary=voice.t("explain.members", good=voice.number(good), all=voice.number(len(step.members))) if step.members else "",
    )


def amount(voice: Voice, quantity: Quantity) -> str:
    """A quantity with its unit."""
    if quantity.symbol in _COUNTS and quantity.value is not None:
        return voice.number(quantity.value)
    unit = voice.unit(quantity.unit) if quantity.unit not in {"", "1"} else ""
    return f"{figure(voice, quantity.value)}\u00a0{unit}".rstrip("\u00a0")


def sign(symbol: str) -> tuple[str, str]:
    """A symbol in running text: its letter and what stands below it; none for what is only counted."""
    if symbol in _COUNTS or symbol.startswith("share_of_") or symbol == "valid_minutes":
        return "", ""
    return ("H₂O", "") if symbol == "H2O" else letter(symbol)


def _named(voice: Voice, quantity: Quantity, clause: str) -> Named:
    stem = quantity.symbol if voice.has(f"symbol.{quantity.symbol}") else quantity.symbol.rstrip("0123456789")
    origin = voice.t(f"explain.from.{quantity.origin}") if quantity.origin != "step" else ""
    fuel = FUELS.get(quantity.of)
    if fuel is not None:
        origin = f"{origin} · {voice.name(fuel.names)}"
    ident = "" if fuel is not None else voice.marked(quantity.of)
    certainty = str(quantity.certainty) if quantity.certainty is not None else ""
    own = quantity.clause if quantity.clause not in {quantity.of, clause} else ""
    return Named(*sign(quantity.symbol), voice.known("symbol", stem), amount(voice, quantity), origin, ident, own, certainty)


def _notes(voice: Voice, step: Step) -> tuple[str, ...]:
    """What is to be said; status and state of a validity step in one line."""
    said = tuple(_note(voice, key, dict(values)) for key, values in step.notes)
    return (" · ".join(said),) if step.kind == "validity" else said


def _note(voice: Voice, key: str, values: dict[str, str | float]) -> str:
    head, _, tail = key.partition(".")
    if head == "status":
        return voice.known("average_status", tail)
    if head == "state":
        return voice.known("plant_state", tail)
    if head == "standing":
        return voice.t(f"explain.standing.{tail}")
    if head == "origin":
        return voice.known("origin", tail)
    spoken = {name: _value(voice, name, value) for name, value in values.items()}
    return voice.t(f"explain.note.{key}", **spoken)


def _value(voice: Voice, name: str, value: str | float) -> str:
    if isinstance(value, float | int):
        return figure(voice, float(value))
    if name == "status":
        return voice.known("average_status", value)
    if name == "day":
        return voice.civil_day(date.fromisoformat(value), year=True)
    if name == "period":
        return voice.duration(shortest_length_ms(value))
    return voice.marked(value)


def _read(voice: Voice, read: ChannelRead) -> ReadTable:
    counts = tuple(
        (voice.known("reading_status", status.name.lower()), voice.number(count))
        for status, count in zip(InstrumentStatus, read.count_by_status, strict=True)
        if count
    )
    summary = voice.t(
        "explain.read",
        valid=voice.number(read.count_valid),
        operating=voice.number(read.count_operating),
        expected=voice.number(read.count_expected),
        fld=voice.number(read.fld_valid),
        fld_operating=voice.number(read.fld_operating),
    )
    mean = f"{figure(voice, read.mean)}\u00a0{voice.unit(read.unit)}" if read.mean is not None else "—"
    return ReadTable(read.name, voice.component(read.component), mean, counts, summary, read.channel, read.start_ms, read.end_ms)


def _row(voice: Voice, member: Member) -> Row:
    seconds = (member.end_ms - member.start_ms) % 60_000 != 0
    time = voice.day(member.start_ms) if member.period in {"P1D", "P1M"} else voice.clock(member.start_ms, seconds=seconds)
    status = voice.known("average_status", member.status)
    return Row(member.start_ms, time, figure(voice, member.value), status, member.counts, member.period)
