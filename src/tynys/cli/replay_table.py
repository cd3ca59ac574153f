"""How a replay looks to a person: a bar while it runs, a table at the end, in three languages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars
from rich.table import Table
from rich.text import Text

from tynys.domain.base import from_ms

if TYPE_CHECKING:
    from decimal import Decimal
    from types import TracebackType

    from rich.progress import TaskID

    from tynys.cli.replay_compare import Result
    from tynys.present.voice import Voice

ABSENT = "—"


class Progress:
    """Two bars: batches acknowledged, averages there; nothing is drawn before there is something to tell."""

    def __init__(self, say: Voice) -> None:
        self._say = say
        self._bars = Bars(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=Console(stderr=True)
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._tasks:
            self._bars.stop()

    def sending(self, done: int, total: int) -> None:
        """Batches the centre has acknowledged."""
        self._show("replay.days", done, total)

    def averaging(self, done: int, total: int) -> None:
        """Averages the API gives."""
        self._show("replay.averages", done, total)

    def _show(self, what: str, done: int, total: int) -> None:
        if not self._tasks:
            self._bars.start()
        if what not in self._tasks:
            self._tasks[what] = self._bars.add_task(self._say.t(what), total=total)
        self._bars.update(self._tasks[what], completed=done, total=total)


def show_result(result: Result, show: int, say: Voice) -> None:
    """Rows, equal ones and different ones by component, then the first differences, then the verdict."""
    console = Console(highlight=False)
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column(say.t("replay.component"))
    for heading in ("replay.hours", "replay.equal", "replay.different"):
        table.add_column(say.t(heading), justify="right")
    for component, rows in result.rows.items():
        equal = result.equal[component]
        table.add_row(say.sign(component), *(say.number(count) for count in (rows, equal, rows - equal)))
    console.print(table)
    for difference in result.differences[:show]:
        sentence = say.t(
            "replay.difference",
            component=say.sign(difference.component),
            start=f"{from_ms(difference.start_ms):%Y-%m-%dT%H:%MZ}",
            recorded=_plain(difference.recorded),
            answered=_plain(difference.answered),
        )
        console.print(Text.assemble(("✗ ", "red"), sentence))
    if (more := len(result.differences) - show) > 0:
        console.print(Text(say.t("replay.more", n=say.number(more)), "dim"))
    took = {"batches": say.number(result.batches), "sent": say.number(result.sent_s, 1), "averaged": say.number(result.averaged_s, 1)}
    console.print(Text(say.t("replay.took", **took)))
    verdict = ("✓ ", "replay.same", "bold") if result.is_equal else ("✗ ", "replay.not_same", "bold red")
    console.print(Text(verdict[0] + say.t(verdict[1]), verdict[2]))


def _plain(value: Decimal | None) -> str:
    """A number digit by digit, as it was written."""
    return ABSENT if value is None else str(value)
