"""The table of `tynys plant check`: a row for each thing looked at, instruments under their device, in the reader's language."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tynys.plant.check import SUBJECTS, Verdict
from tynys.present.numbers import MINUS
from tynys.present.voice import voice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tynys.field import DeviceSettings, Remark
    from tynys.plant.check import Line
    from tynys.present.catalogue import Language
    from tynys.present.voice import Voice

_SIGNS = {Verdict.FINE: "[dim]·[/dim]", Verdict.WARNING: "[yellow]![/yellow]", Verdict.WRONG: "[bold red]✗[/bold red]"}
_KNOWN = {"cause": "gap_cause", "status": "reading_status", "alarm": "alarm"}
"""Values that are words of the catalogue themselves, by the prefix of their keys."""
_DIGITS = 5
_SMALL, _LARGE = 1e-4, 1e12
_SUBJECT_WIDTH = 36


def show_check(lines: Sequence[Line], devices: Sequence[DeviceSettings], language: Language) -> None:
    """One row for each thing looked at; hints on a row of their own."""
    say = voice(language)
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(width=1)
    table.add_column(max_width=_SUBJECT_WIDTH, overflow="fold")
    table.add_column(overflow="fold")
    headings = {device.id: _heading(device) for device in devices}
    device = ""
    for line in lines:
        if line.point and line.subject != device:
            device = line.subject
            table.add_row("", f"[bold]{escape(device)}[/bold]", f"[dim]{escape(headings.get(device, ''))}[/dim]")
        table.add_row(_SIGNS[line.verdict], _subject(line, say), escape(worded(line.text, say)))
        if line.hint is not None:
            table.add_row("", "", f"[italic]{escape(worded(line.hint, say))}[/italic]")
    console = Console(highlight=False)
    console.print(table)
    counts = {verdict.value: say.number(sum(line.verdict is verdict for line in lines)) for verdict in Verdict}
    console.print(f"\n{say.t('check.total', **counts)}")


def worded(remark: Remark, say: Voice) -> str:
    """A remark in the words of a language."""
    values = {name: _value(name, value, say) for name, value in remark.values.items()}
    if remark.values.get("unit") == "bool" and "value" in remark.values:
        values |= {"value": say.reading(float(remark.values["value"]), "bool"), "unit": ""}
    count = remark.values.get("count")
    text = say.n(remark.key, int(count), **values) if isinstance(count, int) else say.t(remark.key, **values)
    return text.rstrip()


def _value(name: str, value: str | float, say: Voice) -> str:
    if isinstance(value, float):
        return say.number(value, 1) if name == "seconds" else figure(value, say)
    if name == "unit":
        return say.unit(str(value))
    return say.known(_KNOWN[name], value) if name in _KNOWN else str(value)


def figure(value: float, say: Voice) -> str:
    """A number with five significant digits, or in powers of ten where no instrument's number would be."""
    size = abs(value)
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else str(value)
    if not _SMALL <= size < _LARGE:
        return f"{value:.2g}".replace("-", MINUS, 1) if value < 0 else f"{value:.2g}"
    places = max(0, _DIGITS - 1 - math.floor(math.log10(size)))
    shown = say.number(value, places)
    return shown.rstrip("0").rstrip(".,") if places else shown


def _subject(line: Line, say: Voice) -> str:
    if not line.point:
        return say.t(f"check.subject.{line.subject}") if line.subject in SUBJECTS else f"[bold]{escape(line.subject)}[/bold]"
    telling = line.channel == line.point or line.channel.endswith(f".{line.point}")
    return f"  {escape(line.channel)}" if telling else f"  {escape(line.point)} → {escape(line.channel)}"


def _heading(device: DeviceSettings) -> str:
    """Driver, address and map of a device, as plant.toml has them."""
    host, port = getattr(device, "host", ""), getattr(device, "port", "")
    address = getattr(device, "url", "") or (f"{host}:{port}" if host else port)
    parts = (str(device.__struct_config__.tag), str(address), str(getattr(device, "map", "")))
    return " · ".join(part for part in parts if part)
