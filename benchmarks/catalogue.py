"""Every benchmark by name, in the order they run; a benchmark's module is loaded when it runs."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from benchmarks.figures import Benchmark

if TYPE_CHECKING:
    from collections.abc import Iterable

    from benchmarks.figures import Figure, Say


def benchmark(name: str, title: str) -> Benchmark:
    """The benchmark whose module has its name."""

    def run(say: Say) -> Iterable[Figure]:
        found: Iterable[Figure] = import_module(f"benchmarks.{name}").measure(say)
        return found

    return Benchmark(name, title, run)


BENCHMARKS = (
    benchmark("stream", "from the analyser's register to the browser's stream"),
    benchmark("gateway", "a gateway with 500 channels at 1 Hz"),
    benchmark("page", "the first page of the demo"),
    benchmark("year", "a year of 20-minute averages of one source"),
    benchmark("numbers", "from readings to averages"),
    benchmark("databank", "a million rows of the data bank's file"),
    benchmark("intake", "batches taken by the centre"),
    benchmark("forecast", "how far the forecast can be trusted"),
)
