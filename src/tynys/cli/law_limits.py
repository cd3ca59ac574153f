"""Limits of a pack as a person compares them: one line a class of plant, one column a period."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from tynys.domain.component import Certainty
from tynys.domain.fuel import FUELS
from tynys.domain.limit import EACH_AVERAGE, LegalForce, LimitKind
from tynys.law.walk import SIGNS, number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tynys.law.limits import EmissionLimit
    from tynys.present.voice import Voice

WIDEST = 84
COLUMNS_OF_PERIOD = 14
GAP = 2
"""Between columns. [columns]"""
SAID = ("period", "value", "low", "high", "test", "force", "clause", "certainty", "note", "unit")
"""What a limit says; the rest is its class."""
PERIODS = ("PT30M", "PT1H", "P1D", "P1M", "P1Y")
"""The periods limits are set over, in the order of the columns."""


def limits_by_class(limits: Sequence[EmissionLimit], say: Voice, width: int) -> Iterator[Table]:
    """One table for each component and kind of limit, in the order of the pack; their columns stand under each other."""
    cells: dict[str, int] = {}
    for period in (period for period in PERIODS if any(limit.period == period for limit in limits)):
        cells[period] = max(len(say.known("period", period)), *(len(_cell(limit)) for limit in limits if limit.period == period))
    label = max(len(_class_words(limit, say)) for limit in limits if not limit.condition)
    room = min(label, width - sum(cell + GAP for cell in cells.values()))
    for component, kind in dict.fromkeys((limit.component, limit.kind) for limit in limits):
        inside = [limit for limit in limits if (limit.component, limit.kind) == (component, kind)]
        yield _table(inside, cells, say, room)


def _table(limits: list[EmissionLimit], cells: Mapping[str, int], say: Voice, room: int) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column(_what(limits[0], say), width=room)
    for period, cell in cells.items():
        table.add_column(say.known("period", period), justify="right", width=cell)
    order = list(dict.fromkeys(map(_class_of, limits)))
    for of_class in order:
        row = [limit for limit in limits if _class_of(limit) == of_class]
        found = {limit.period: _cell(limit) for limit in row}
        table.add_row(_class_words(row[0], say), *(found.get(period, Text("")) for period in cells))
    return table


def limits_in_full(limits: Sequence[EmissionLimit], say: Voice, width: int) -> Table:
    """Two lines a limit: class, period and value, then what it rests on and how it is tested."""
    from tynys.cli.law_tables import ground

    cell = max(len(_cell(limit)) for limit in limits)
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column()
    for _, same in groupby(limits, key=lambda limit: (limit.component, limit.kind)):
        inside = list(same)
        table.add_row(_what(inside[0], say))
        for limit in inside:
            line = Table(box=None, pad_edge=False, show_header=False)
            line.add_column(width=min(WIDEST, width - cell - COLUMNS_OF_PERIOD - 2))
            line.add_column(width=COLUMNS_OF_PERIOD)
            line.add_column(justify="right", width=cell)
            line.add_row(_class_words(limit, say), say.known("period", limit.period), _cell(limit))
            rest = ground(limit, say, full=True)
            rest.append("".join(f" · {name} {found}" for name, found in _applied(limit)), style="dim")
            table.add_row(line)
            table.add_row(Padding(rest, (0, 0, 0, 2)))
    return table


def _applied(limit: EmissionLimit) -> Iterator[tuple[str, str]]:
    """How a limit is applied, where it is not each average of a binding one."""
    if limit.test != EACH_AVERAGE:
        yield "test", limit.test
    if limit.force is not LegalForce.BINDING:
        yield "force", limit.force.value
    if limit.hours_from is not None:
        yield "hours", f"≥{number(limit.hours_from)}"


def _what(limit: EmissionLimit, say: Voice) -> Text:
    sign = say.sign(limit.component)
    what = f"{sign}, {say.t('law.removal')}" if limit.kind is LimitKind.REMOVAL else sign
    return Text(f"{what}, {say.unit(limit.unit.value)}", style="bold")


def _class_of(limit: EmissionLimit) -> tuple[object, ...]:
    """What two limits of one line share."""
    return tuple(_end(limit, field) for field in limit.__struct_fields__ if field not in SAID)


def _cell(limit: EmissionLimit) -> Text:
    ends = [number(end) for end in (limit.low, limit.high) if end is not None]
    text = number(limit.value) if limit.value is not None else "–".join(ends)
    unsure = limit.certainty is Certainty.TO_CONFIRM
    return Text(f"{text}{' ?' if unsure else '  '}", style="yellow" if unsure else "")


def _class_words(limit: EmissionLimit, say: Voice) -> Text:
    """A class of plant in few words."""
    words = []
    if limit.plant_class is not None:
        words.append(say.known("law.class", limit.plant_class.value))
    if limit.unit_kind.value != "boiler":
        words.append(say.known("law.unit_kind", limit.unit_kind.value))
    words += [" / ".join(say.known("law.technology", one.value) for one in limit.technology)] if limit.technology else []
    everything = {fuel.id for fuel in FUELS.values() if fuel.kind is limit.fuel}
    if limit.fuels and set(limit.fuels) != everything:
        words.append(" / ".join(dict.fromkeys(say.name(FUELS[fuel].names) for fuel in limit.fuels)))
    for what, unit in (("thermal_input", "_mw"), ("hours", "")):
        ends = [f"{sign}{number(found)}" for end, sign in SIGNS.items() if (found := _end(limit, f"{what}_{end}{unit}")) is not None]
        words.append(f"{' '.join(ends)} {say.unit('MW') if unit else say.t('duration.h')}" if ends else "")
    for field in ("permitted", "commissioned", "valid"):
        for end, sign in (("from", "≥"), ("before", "<"), ("to", "<")):
            day = getattr(limit, f"{field}_{end}", None)
            if day is not None:
                words.append(f"{say.t(f'law.day.{field}')} {sign}{day.isoformat()}")
    words += [" / ".join(device.value.upper() for device in limit.abatement)] if limit.abatement else []
    text = Text(" · ".join(word for word in words if word))
    if limit.condition:
        text.append(f" · {limit.condition}", style="dim italic")
    return text


def _end(limit: EmissionLimit, field: str) -> object:
    """A key of a limit; the hours from which a yearly value is set are told in full only, so that it stands beside its daily one."""
    return None if field == "hours_from" and limit.period == "P1Y" else getattr(limit, field, None)
