"""Prints the reference of the conformance corpus: ``python -m tynys.cli.conformance_reference > docs/reference/conformance.md``."""

from __future__ import annotations

import inspect
import sys
from typing import TYPE_CHECKING

from tynys.conformance.case import INDEPENDENT, load_corpus
from tynys.conformance.inventory import kernel

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tynys.conformance.case import Case, Subject

HEAD = """\
# The conformance corpus

Cases that any emission data system (DAHS) can be held against: [how to run it](../how-to/run-the-corpus.md). This page is made from the
corpus: `python -m tynys.cli.conformance_reference > docs/reference/conformance.md`.

## A case

A file of `conformance/cases/` is one subject; `conformance/case.schema.json` says its shape.

| key | meaning |
|---|---|
| `id` | unique; a case that changes its meaning gets a new one |
| `title` | what is asked |
| `kernel` | the calculation asked for, in the tables below |
| `clause` | the rule the expectation follows |
| `origin` | `published`: printed in the document `source` names; `oracle`: recomputed by the script `source` names; `ours` proves nothing |
| `source` | the document and the place in it, or the script |
| `input` | by name of the quantity, its unit at the end of the name |
| `expected` | what is compared; an answer may hold more |
| `tolerance` | `"exact"`, so many significant `digits`, or so many `decimals` |

Numbers with a fraction must come within half a unit of the last digit that counts (of an expected zero, `digits` count behind the point),
and what float64 cannot hold. Whole numbers, texts, truths and nulls are compared exactly.

`null` in a list of numbers is a value that is not there. Infinity is the text `"Infinity"`. `{"refused": true}` is the answer to an input
the rule does not allow. Times ending in `_ms` are milliseconds since 1970 UTC.

## The line

`tynys conformance run --against COMMAND` starts the command once and writes one line of JSON a case to its standard input; the command
answers each with one line on its standard output, flushed, before it gets the next. Its input is closed at the end. Messages belong on
standard error.

| line | |
|---|---|
| `{"id": "…", "kernel": "…", "input": {…}}` | asked |
| `{"id": "…", "result": {…}}` | answered |
| `{"id": "…", "unsupported": true}` | it has no such calculation; no failure |
| `{"id": "…", "error": "…"}` | it failed |

## Runs and tasks

Long series are written as runs: `[value, count]`, or `[value, count, status]` with 1 valid, 2 over range, 3 held, 4 calibration,
5 maintenance, 6 fault, 7 communication lost. The kernels `pipeline.average_windows`, `running.running_windows` and
`explain.explaining.explain` are given a task, one stack on one grid:

| key | meaning |
|---|---|
| `period`, `from_ms`, `to_ms` | which averages are asked for |
| `start_ms`, `interval_ms` | the grid all readings lie on |
| `readings` | runs of `value` (what is averaged), `o2`, `h2o`, `temperature` °C, `pressure` kPa, `velocity` m/s, `load` MW |
| `component`, `unit`, `basis` | what `value` is, and whether wet or dry, at actual or normal temperature and pressure |
| `o2_moisture` | whether `o2` was measured in `wet` or `dry` gas (dry where absent) |
| `constants` | peripherals without readings |
| `calibrations` | functions y = `intercept` + `slope`·x, in force from `from_ms`; the last that fits stands |
| `operating_from` | the load from which the plant is in operation; unknown load counts as operating |
| `o2_reference_pct`, `limit`, `area_m2`, `molar_mass_g_mol` | of the permit, the section, the species |
| `rules` | tables of a [rule pack](law.md) that differ from the plainest: 273.15 K, 101.325 kPa, 21 % in air, FLD of 10 s, STA of 20 min |

## Kernels

`published` and `oracle` count the cases of each origin.
"""


def used(cases: Iterable[Case], part: str) -> str:
    """Every key the cases give or expect, in the order they come."""
    return ", ".join(f"`{key}`" for key in dict.fromkeys(key for case in cases for key in getattr(case, part)))


def what(name: str) -> str:
    """The first line of a kernel's description."""
    text = inspect.getdoc(inspect.unwrap(kernel(name) or used)) or ""
    return " ".join(text.split("\n\n")[0].split()).replace("``", "`").replace("|", "\\|")


def section(subject: Subject) -> Iterator[str]:
    """One subject: a row a kernel."""
    yield f"### {subject.title}\n"
    yield f"`conformance/cases/{subject.subject}.json`\n"
    yield "| kernel | what | input | result | published | oracle |"
    yield "|---|---|---|---|---|---|"
    for name in dict.fromkeys(case.kernel for case in subject.cases):
        cases = [case for case in subject.cases if case.kernel == name]
        counts = (str(sum(case.origin == origin for case in cases) or "") for origin in INDEPENDENT)
        yield f"| `{name}` | {what(name)} | {used(cases, 'input')} | {used(cases, 'expected')} | {' | '.join(counts)} |"
    yield ""


def page() -> str:
    """The whole page."""
    return "\n".join([HEAD, *(line for subject in load_corpus() for line in section(subject))])


if __name__ == "__main__":
    sys.stdout.write(page())
