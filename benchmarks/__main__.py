"""``python -m benchmarks``: run all benchmarks or some, print the table, write JSON."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from rich.console import Console
from rich.markup import escape

from benchmarks.catalogue import BENCHMARKS
from benchmarks.table import figures_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.figures import Benchmark, Figure


WIDTH = 150
"""Of the table where no terminal says otherwise. [characters]"""


def main(arguments: Sequence[str] | None = None, *, known: Sequence[Benchmark] = BENCHMARKS, console: Console | None = None) -> int:
    """Run what was asked for; 1 if a benchmark could not be carried out. A missed target is no failure."""
    names = [each.name for each in known]
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", action="append", choices=names, metavar="NAME", help=f"may be repeated; one of {', '.join(names)}")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there as well")
    parser.add_argument("--list", action="store_true", help="say what there is, measure nothing")
    asked = parser.parse_args(arguments)
    console = console or Console(width=None if sys.stdout.isatty() else WIDTH)
    if asked.list:
        for each in known:
            console.print(f"{each.name:10} {each.title}", highlight=False)
        return 0
    chosen = [each for each in known if not asked.only or each.name in asked.only]
    figures, failed = run_all(chosen, console)
    console.print(figures_table(figures))
    if asked.json is not None:
        document = {"machine": machine(), "figures": [as_document(figure) for figure in figures], "failed": failed}
        asked.json.write_bytes(msgspec.json.format(msgspec.json.encode(document), indent=1))
    return 1 if failed else 0


def run_all(chosen: Sequence[Benchmark], console: Console) -> tuple[list[Figure], list[str]]:
    """One after the other; one that breaks is told and costs only itself."""
    figures: list[Figure] = []
    failed: list[str] = []
    for number, each in enumerate(chosen, start=1):
        began = time.monotonic()
        with console.status(f"{number}/{len(chosen)} {each.title}") as status:
            try:
                figures += each.run(lambda text, each=each, status=status: status.update(f"{each.title}: {text}"))  # type: ignore[misc]
            except Exception as problem:  # noqa: BLE001 - whatever broke, the other benchmarks still count
                failed.append(each.name)
                console.print(f"[bold]{each.name} could not be measured[/bold]: {escape(str(problem))}", highlight=False)
                continue
        console.print(f"{number}/{len(chosen)} {each.name}: {each.title} ({time.monotonic() - began:.0f} s)", highlight=False)
    return figures, failed


def as_document(figure: Figure) -> dict[str, object]:
    """A figure with what follows from it."""
    facts: dict[str, object] = msgspec.to_builtins(figure)
    return facts | {"ratio": figure.ratio, "kept": figure.kept}


def machine() -> dict[str, object]:
    """What the figures were measured on."""
    return {
        "processors": os.cpu_count(),
        "processor": processor(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
        "load_average": os.getloadavg(),
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }


def processor() -> str:
    """The processor's name as Linux tells it."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


if __name__ == "__main__":
    sys.exit(main())
