"""Tables of `tynys plant` for a person's eye."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from tynys.plant.views import LocalStanding
from tynys.present.voice import voice

if TYPE_CHECKING:
    from tynys.plant.enrol import NewPlant
    from tynys.plant.views import LineView, LocalComponentView, PlantView
    from tynys.present.catalogue import Language
    from tynys.present.voice import Voice

_STYLES = {
    LocalStanding.EXCEEDING: "bold red",
    LocalStanding.NEAR: "yellow",
    LocalStanding.SILENT: "yellow",
    LocalStanding.INVALID: "yellow",
}


def show_new(made: NewPlant) -> None:
    """What was made, and what to do next."""
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"gateway {made.gateway}\nkey     {made.key_id} (gateway.key; never leaves this machine)\nwrote   {made.settings_file}")
    if made.enrolment:
        console.print("enrolled at the centre" + (" as simulated" if made.enrolment.simulated else ""))
    else:
        console.print("not enrolled: ask the centre for a one-time code, or fill in [centre] by hand")
    console.print(f"next    put the facility's document beside it, describe the devices, then: tynys plant check {made.settings_file}")


def show_status(view: PlantView, language: Language) -> None:
    """The plant: alarms first, then averages against the limit, channels, and the line."""
    say = voice(language)
    console = Console(highlight=False)
    running = say.known("plant", "running" if view.running else "stopped")
    simulated = f" · [bold]{say.known('plant', 'simulated')}[/bold]" if view.simulated else ""
    console.print(f"[bold]{say.name(view.names)}[/bold]{simulated} · {running} · {say.clock_zone(view.now_ms, seconds=True)}")
    for alarm in view.alarms:
        console.print(f"[yellow]![/yellow] {say.known('alarm', alarm.code.split(':')[0])}: {alarm.detail}")
    console.print(_averages(view, say))
    console.print(_channels(view, say))
    console.print(_line(view.line, say))


def _table(say: Voice, *keys: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for key in keys:
        table.add_column(
            say.known("plant", key), justify="right" if key in {"value", "so_far", "forecast", "limit", "last_closed"} else "left"
        )
    return table


def _averages(view: PlantView, say: Voice) -> Table:
    table = _table(say, "component", "so_far", "forecast", "limit", "standing", "last_closed")
    for source in view.sources:
        table.add_row(f"[bold]{say.name(source.names)}[/bold]", "", "", "", say.known("plant_state", source.plant_state), "")
        for component in source.components:
            table.add_row(*_component(component, say), style=_STYLES.get(component.standing, ""))
    return table


def _component(component: LocalComponentView, say: Voice) -> tuple[str, ...]:
    closed = next((average for average in component.closed if average.period == component.period), None)
    return (
        f"  {say.component(component.component)}, {say.unit(component.unit)}",
        say.measured(component.mean_so_far),
        say.measured(component.forecast),
        say.measured(component.limit),
        say.known("standing", component.standing.value),
        say.measured(closed.value) if closed else "",
    )


def _channels(view: PlantView, say: Voice) -> Table:
    table = _table(say, "channel", "device", "value", "state", "time")
    for channel in view.channels:
        if channel.time_ms is None:
            table.add_row(channel.name, channel.device, "", say.known("plant", "none"), "", style="dim")
            continue
        state = "" if channel.status is None else say.known("reading_status", channel.status.name.lower())
        if channel.cause:
            state = say.known("gap_cause", channel.cause.name.lower())
        value = "" if channel.value is None else f"{say.measured(channel.value)} {say.unit(channel.unit)}"
        table.add_row(channel.name, channel.device, value, state, say.clock(channel.time_ms, seconds=True))
    return table


def _line(line: LineView, say: Voice) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    none = say.known("plant", "none")

    def row(key: str, value: str) -> None:
        table.add_row(f"[dim]{say.known('plant', key)}[/dim]", value)

    row("line", f"{say.known('line', line.state.value)} {line.url}")
    row("batches_stored", say.number(line.batches_stored))
    row("batches_unsent", say.number(line.batches_unsent))
    if line.batches_refused:
        row("batches_refused", say.number(line.batches_refused))
    row("rows_unsealed", say.number(line.rows_unsealed))
    row("spool_bytes", f"{say.number(line.spool_bytes / 1e6, 1)} MB")
    row("oldest_unsent", say.clock_zone(line.oldest_unsent_ms, seconds=True) if line.oldest_unsent_ms else none)
    row("last_sealed", say.clock_zone(line.last_sealed_ms, seconds=True) if line.last_sealed_ms else none)
    receipt = line.last_receipt
    row(
        "last_receipt",
        f"{say.clock_zone(receipt.received_ms, seconds=True)} · {receipt.outcome} · {receipt.chain} · {receipt.position}"
        if receipt
        else none,
    )
    if line.clock_offset_ms is not None:
        row("clock_offset", f"{say.number(line.clock_offset_ms / 1000, 3)} s")
    return table
