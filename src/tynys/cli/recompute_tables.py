"""What ``tynys recompute`` prints: the difference as a table or as plain values, and how far the centre is."""

from __future__ import annotations

import contextlib
import json
import time
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from tynys.calc.timegrid import ALMATY
from tynys.domain.base import utc_text

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Iterator, Sequence

    from tynys.centre.difference import Difference
    from tynys.centre.rehearsal import Rehearsal
    from tynys.storage.registry_rows import Recomputation

POLL_S = 0.5
PERIODS = {"PT20M": "20 min", "PT1H": "hour", "P1D": "day", "P1M": "month", "P1Y": "year"}


def now_ms() -> int:
    """The instant. [ms since 1970 UTC]."""
    return time.time_ns() // 1_000_000


def told(what: str, found: Sequence[Difference]) -> dict[str, Any]:
    """The difference as plain values; instants in RFC 3339."""
    series = []
    for each in found:
        values = each.told()
        first, last = values.pop("first_ms"), values.pop("last_ms")
        series.append(values | {"first": _instant(first), "last": _instant(last)})
    totals = {name: sum(getattr(each, name) for each in found) for name in ("windows", "revised", "changed")}
    return {"decision": what, **totals, "series": series}


def show(what: str, found: Sequence[Difference]) -> None:
    """The difference as a table: one line for each series that changes."""
    console = Console()
    console.print(what, soft_wrap=True, highlight=False)
    changed = [each for each in found if each.revised or each.verdict]
    if changed:
        table = Table("source", "component", "over", "windows", "changed", "largest", "mean", "from", "to", "status", "against the limit")
        for column in table.columns[3:7]:
            column.justify = "right"
        for each in changed:
            table.add_row(
                each.source, each.component, PERIODS.get(each.period, each.period), f"{each.windows:,}", f"{each.changed:,}",
                f"{each.largest:+.4g} {each.unit}" if each.changed else "", f"{each.mean:+.4g}" if each.changed else "",
                _local(each.first_ms), _local(each.last_ms), _changes(each.status), _changes(each.verdict),
            )  # fmt: skip
        console.print(table)
    same = len(found) - len(changed)
    revised = sum(each.revised for each in found)
    rest = f"; {same} series stay as they are" if same else ""
    console.print(f"{revised:,} averages get a new revision, the earlier ones stay readable{rest}", highlight=False)


def _changes(counted: Counter[tuple[str, str]]) -> str:
    return "\n".join(f"{old} → {new}: {count:,}" for (old, new), count in sorted(counted.items()))


def _instant(time_ms: int | None) -> str | None:
    return None if time_ms is None else utc_text(time_ms)


def _local(time_ms: int | None) -> str:
    return "" if time_ms is None else datetime.fromtimestamp(time_ms / 1000, tz=ZoneInfo(ALMATY)).strftime("%Y-%m-%d %H:%M")


@contextlib.contextmanager
def bar(what: str, *, quiet: bool = False) -> Iterator[Callable[[int, int], None]]:
    """A bar of days, gone when it is done; gives what moves it."""
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, transient=True, disable=quiet, console=Console(stderr=True)) as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def follow(rehearsal: Rehearsal, numbers: Sequence[int]) -> None:
    """Follow recomputations to their end while the centre runs; it goes on without us."""
    console = Console()
    if not numbers:
        console.print("accepted; nothing has to be computed again")
        return
    if not _runs(rehearsal):
        console.print(f"accepted as {_named(numbers)}; the centre computes when it runs", highlight=False)
        return
    with bar("days computed again") as progress, contextlib.suppress(KeyboardInterrupt):
        while (found := _of(rehearsal, numbers)) and any(each.state != "done" for each in found) and _runs(rehearsal):
            progress(sum(each.days - len(each.days_left or ()) for each in found), sum(each.days for each in found))
            time.sleep(POLL_S)
    found = _of(rehearsal, numbers)
    state = "done" if all(each.state == "done" for each in found) else "goes on in the background"
    windows, revised = sum(each.windows for each in found), sum(each.revised for each in found)
    console.print(f"{_named(numbers)}: {state}, {windows:,} windows, {revised:,} new revisions", highlight=False)


def _named(numbers: Sequence[int]) -> str:
    return f"recomputation {', '.join(map(str, numbers))}"


def _of(rehearsal: Rehearsal, numbers: Sequence[int]) -> list[Recomputation]:
    return [each for each in rehearsal.registry.recomputations() if each.id in numbers]


def _runs(rehearsal: Rehearsal) -> bool:
    """Whether the centre's process is there."""
    with contextlib.suppress(OSError, ValueError, KeyError):
        import os

        os.kill(int(json.loads(rehearsal.folder.running.read_text(encoding="utf-8"))["pid"]), 0)
        return True
    return False
