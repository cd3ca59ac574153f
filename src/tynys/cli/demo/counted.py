"""The end of a counted run: the outside checker counts, its exit rule decides."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from tynys.domain.errors import TynysError

if TYPE_CHECKING:
    from tynys.cli.demo.country import Country

GAP_SHARE = 0.01
"""More gap rows than this without an injected fault means the field side is broken; the daily zero and span check is planned."""
SLOW = 30.0
"""Below this multiple of real time the machine is called slow, not the run wrong."""


@dataclass(frozen=True, slots=True)
class Result:
    """The printed facts, what failed, what is worth a word."""

    facts: dict[str, object]
    failures: tuple[str, ...]
    warnings: tuple[str, ...]


async def count_run(country: Country, run: dict[str, object]) -> Result:
    """Count a finished run from outside and judge it."""
    country.note(run)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tynys_checker", str(country.root), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await process.communicate()
    if process.returncode != 0:
        raise TynysError(f"the checker ended with code {process.returncode}:\n{err.decode(errors='replace')[-2000:]}", code="demo.checker")
    facts = {key: run[key] for key in ("speed", "speed_reached", "latency_p99_s", "faults", "seed")} | msgspec.json.decode(
        out, type=dict[str, object]
    )
    return judge(facts, injected=bool(run["faults"]), seconds=float(str(run["seconds"])), speed=float(str(run["speed"])))


def judge(facts: dict[str, object], *, injected: bool, seconds: float, speed: float) -> Result:
    """Exit rule of a counted run: everything due is accounted for, nothing lost, doubled or changed, every receipt verifies."""

    def number(name: str) -> int:
        return int(str(facts[name]))

    failures = [
        f"{name} is {facts[name]}, expected 0"
        for name in (
            "lost",
            "duplicated",
            "altered",
            "not_on_offer",
            "not_due",
            "receipts_failed",
            "history_different",
            "averages_different",
        )
        if number(name)
    ]
    due = number("readings_due")
    if due == 0:
        failures.append("no reading was due: the plants never started")
    if number("readings_sent") + number("gap_rows") != due:
        failures.append(f"sent {facts['readings_sent']} + gap rows {facts['gap_rows']} is not what was due, {due}")
    unplanned = number("gap_rows") - number("gap_rows_not_measuring")
    if not injected and unplanned > GAP_SHARE * due:
        failures.append(f"{unplanned} unplanned gap rows of {due} without an injected fault, at most {GAP_SHARE:.0%} expected")
    if number("receipts_verified") == 0:
        failures.append("no receipt was verified")
    if seconds * speed >= 3600 and number("averages_live") == 0:  # noqa: PLR2004 - an hour holds three windows
        failures.append("no 20-minute window was closed from readings of this run")
    if seconds * speed >= 2 * 3600 and number("averages_compared") == 0:
        failures.append("no average of a plant could be compared with the centre's")
    warnings = []
    if float(str(facts["speed_reached"])) < min(SLOW, 0.9 * speed):
        warnings.append(f"the machine carried {facts['speed_reached']} times real time, {speed:g} were asked for")
    return Result(facts, tuple(failures), tuple(warnings))
