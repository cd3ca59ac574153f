"""Tables of `tynys plant init` and `tynys plant status` for a person's eye."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tynys.plant.views import LocalStanding
from tynys.present.voice import voice

if TYPE_CHECKING:
    from tynys.plant.enrol import NewPlant
    from tynys.plant.views import AlarmView, LineView, LocalChannelView, LocalComponentView, LocalSourceView, PlantView
    from tynys.present.catalogue import Language
    from tynys.present.voice import Voice

_STYLES = {
    LocalStanding.EXCEEDING: "bold red",
    LocalStanding.NEAR: "yellow",
    LocalStanding.SILENT: "yellow",
    LocalStanding.INVALID: "yellow",
}
_SIGNS = {LocalStanding.EXCEEDING: "◆", LocalStanding.NEAR: "▲", LocalStanding.SILENT: "▨", LocalStanding.INVALID: "!"}
"""Every abnormal standing has a shape of its own, for who sees no colour; the same as on the pages."""
_SEGMENT_STYLES = {"exceeding": "bold red", "near": "yellow", "silent": "yellow", "invalid": "yellow"}
_STALE_MS = 30_000
"""A reading older than this is shown with its age in colour: three intervals of the slowest signal. [ms]"""


def show_new(made: NewPlant, language: Language = "en") -> None:
    """What was made, and what to do next."""
    say = voice(language)
    if made.enrolment is None:
        enrolled = say.t("init.not_enrolled")
    else:
        enrolled = say.t("init.enrolled_simulated" if made.enrolment.simulated else "init.enrolled")
    following = "init.next" if made.has_document else "init.next_document"
    lines = (
        say.t("init.gateway", gateway=made.gateway),
        say.t("init.key", key=made.key_id),
        say.t("init.wrote", file=made.settings_file),
        enrolled,
        say.t(following, folder=made.folder, command=f"tynys plant check {made.settings_file}"),
    )
    console = Console(highlight=False, soft_wrap=True)
    for line in lines:
        console.print(line, markup=False)


def show_status(view: PlantView, language: Language) -> None:
    """The plant in the order of a glance: how it stands, alarms, averages against the limit, the line, every channel."""
    from tynys.web.local import headline

    say = voice(language)
    console = Console(highlight=False)
    running = say.known("plant", "running" if view.running else "stopped")
    simulated = f" · [bold]{say.known('plant', 'simulated')}[/bold]" if view.simulated else ""
    console.print(f"[bold]{escape(_plain_name(view, say))}[/bold]{simulated} · {running} · {say.clock_zone(view.now_ms, seconds=True)}")
    console.print("".join(_styled(segment.text, _SEGMENT_STYLES.get(segment.standing, "")) for segment in headline(say, view)))
    for alarm in view.alarms:
        console.print(_alarm(alarm, view.now_ms, say))
    for source in view.sources:
        console.print()
        console.print(_source(source, say))
    console.print()
    console.print(_line(view.line, view.now_ms, say))
    console.print()
    console.print(_channels(view, say))


def _plain_name(view: PlantView, say: Voice) -> str:
    return say.brief(view.names) if view.simulated else say.name(view.names)


def _styled(text: str, style: str) -> str:
    return f"[{style}]{escape(text)}[/{style}]" if style else escape(text)


def _alarm(alarm: AlarmView, now_ms: int, say: Voice) -> str:
    """What a person should look at, since when, and the evidence."""
    code, _, device = alarm.code.partition(":")
    words = say.known("alarm", code) + (f" ({device})" if device else "")
    since = say.t("plant.alarm_since", since=say.moment(alarm.since_ms, now_ms, seconds=True))
    return f"[yellow]![/yellow] {escape(words)} [dim]· {since}{escape(f' · {alarm.detail}') if alarm.detail else ''}[/dim]"


def _table(say: Voice, first: str, *keys: str) -> Table:
    """A table whose columns of numbers stand to the right."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column(first, no_wrap=True)
    for key in keys:
        numbers = key in {"value", "so_far", "forecast", "limit", "last_closed"}
        table.add_column(say.known("plant", key), justify="right" if numbers else "left")
    return table


def _source(source: LocalSourceView, say: Voice) -> Table:
    """One source: its state and open window, then each component against its limit."""
    window = next(iter(source.components), None)
    open_window = ""
    if window is not None:
        span = f"{say.clock(window.window_start_ms)}–{say.clock(window.window_end_ms)}"
        open_window = f", {span}: {say.percent(window.elapsed_share)}"
    table = _table(say, "", "so_far", "forecast", "limit", "last_closed", "standing")
    table.title = f"[bold]{escape(say.brief(source.names))}[/bold], {say.known('plant_state', source.plant_state)}{open_window}"
    table.title_justify, table.title_style = "left", ""
    for component in source.components:
        table.add_row(*_component(component, say), style=_STYLES.get(component.standing, ""))
    return table


def _component(component: LocalComponentView, say: Voice) -> tuple[str, ...]:
    closed = next((average for average in component.closed if average.period == component.period), None)
    return (
        f"{_SIGNS.get(component.standing, ' ')} {say.sign(component.component)}, {say.unit(component.unit)}",
        say.beside(component.mean_so_far, component.limit),
        say.beside(component.forecast, component.limit),
        say.measured(component.limit),
        say.beside(closed.value, component.limit) if closed else say.measured(None),
        say.known("standing", component.standing.value),
    )


def _channels(view: PlantView, say: Voice) -> Table:
    """Every channel under its device: value, state where it is not simply valid, and age."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column()
    table.add_column(justify="right", no_wrap=True)
    order = {channel.device: place for place, channel in reversed(list(enumerate(view.channels)))}
    for device, channels in groupby(sorted(view.channels, key=lambda channel: order[channel.device]), key=lambda channel: channel.device):
        table.add_row(f"[bold]{escape(device or '—')}[/bold]", "", "", "")
        for channel in channels:
            table.add_row(f"  {escape(channel.name)}", *_reading(channel, view.now_ms, say))
    return table


def _reading(channel: LocalChannelView, now_ms: int, say: Voice) -> tuple[str, str, str]:
    """Value, state and age of a channel's last reading."""
    if channel.time_ms is None or channel.status is None:
        return say.measured(None), f"[dim]{say.known('plant', 'none')}[/dim]", ""
    age_ms = now_ms - channel.time_ms
    old = "yellow" if age_ms > _STALE_MS else "dim"
    age = _styled(say.duration(age_ms), old)
    if channel.cause:
        return say.measured(None), f"[yellow]{say.known('gap_cause', channel.cause.name.lower())}[/yellow]", age
    status = channel.status.name.lower()
    words = say.known("reading_status", status)
    return say.reading(channel.value, channel.unit), f"[dim]{words}[/dim]" if status == "valid" else f"[yellow]{words}[/yellow]", age


def _line(line: LineView, now_ms: int, say: Voice) -> Table:
    """The way to the ministry, and what waits in the spool."""
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="dim", no_wrap=True)
    table.add_column()
    none = say.known("plant", "none")

    def moment(time_ms: int | None) -> str:
        if time_ms is None:
            return none
        age = say.t("value.ago", length=say.duration(max(0, now_ms - time_ms)))
        return f"{say.moment(time_ms, now_ms, seconds=True)} ({age})"

    def row(key: str, value: str) -> None:
        table.add_row(say.known("plant", key), value)

    state = _styled(say.known("line", line.state.value), "yellow" if line.state.value == "cut" else "")
    row("line", f"{state} {escape(line.url)}")
    row("batches_unsent", say.number(line.batches_unsent))
    row("oldest_unsent", moment(line.oldest_unsent_ms))
    receipt = line.last_receipt
    words = "" if receipt is None else _receipt(receipt.outcome, receipt.chain, receipt.position, say)
    row("last_receipt", moment(receipt.received_ms) + words if receipt else none)
    if line.batches_refused:
        row("batches_refused", f"[yellow]{say.number(line.batches_refused)}[/yellow]")
    row("last_sealed", moment(line.last_sealed_ms))
    row("rows_unsealed", say.number(line.rows_unsealed))
    row("batches_stored", f"{say.number(line.batches_stored)} ({say.number(line.spool_bytes / 1e6, 1)} {say.t('unit.megabyte')})")
    if line.clock_offset_ms is not None:
        row("clock_offset", f"{say.number(line.clock_offset_ms / 1000, 3)} {say.t('duration.s')}")
    return table


def _receipt(outcome: str, chain: str, position: int, say: Voice) -> str:
    """What became of the newest acknowledged batch, in words."""
    parts = [say.known("receipt", outcome), say.known("chain", chain) if chain else "", f"№ {say.number(position)}" if position else ""]
    return "".join(f" · {part}" for part in parts if part)
