"""How a replay looks to a person: a bar while it runs, a table at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars
from rich.table import Table

from tynys.domain.base import from_ms

if TYPE_CHECKING:
    from types import TracebackType

    from rich.progress import TaskID

    from tynys.cli.replay_compare import Result


class Progress:
    """Two bars: batches acknowledged, averages there."""

    def __init__(self) -> None:
        self._bars = Bars(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=Console(stderr=True)
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._bars.stop()

    def sending(self, done: int, total: int) -> None:
        """Batches the centre has acknowledged."""
        self._show("days acknowledged", done, total)

    def averaging(self, done: int, total: int) -> None:
        """Averages the API gives."""
        self._show("hourly averages", done, total)

    def _show(self, what: str, done: int, total: int) -> None:
        if what not in self._tasks:
            self._tasks[what] = self._bars.add_task(what, total=total)
        self._bars.update(self._tasks[what], completed=done, total=total)


def show_result(result: Result, show: int) -> None:
    """Rows, equal ones and different ones by component, then the first differences."""
    console = Console(highlight=False)
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("component", "hours recorded", "equal", "different"):
        table.add_column(heading, justify="left" if heading == "component" else "right")
    for component, rows in result.rows.items():
        equal = result.equal[component]
        table.add_row(component, f"{rows:,}", f"{equal:,}", f"{rows - equal:,}")
    console.print(table)
    for difference in result.differences[:show]:
        console.print(
            f"[red]✗[/red] {difference.component} {from_ms(difference.start_ms).isoformat()}:"
            f" recorded {difference.recorded}, the API says {difference.answered}"
        )
    console.print(
        f"{result.batches:,} batches sent in {result.sent_s:.1f} s, averages there {result.averaged_s:.1f} s later: "
        + ("every number is the same" if result.is_equal else "[red]not the same[/red]")
    )
