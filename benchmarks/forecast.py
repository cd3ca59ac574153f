"""How far the probability of exceeding can be trusted, beside always stating the frequency and beside holding the present value."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.figures import Figure
from benchmarks.forecast_cases import POLLUTANTS, SHARES, Cases, simulated, turbine
from tynys.calc.skill import brier, groups
from tynys.present.reliability_diagram import reliability_diagram
from tynys.present.voice import voice
from tynys.sim.plants import FACILITIES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.figures import Say
    from tynys.calc.skill import Skill

NAME = "forecast"
SHORT_DAYS, SHORT_EVERY = 1, 4
"""Of the run among the other benchmarks; the table in the docs takes five days, every second window."""


def measure(say: Say) -> Iterator[Figure]:
    """Two plants over a day: the Brier score at each elapsed share, a smaller one being better."""
    cases = together(simulated(FACILITIES[::3], learn_days=1, days=SHORT_DAYS, every=SHORT_EVERY), say)
    for share in SHARES:
        ours, others, _ = scored(cases, share=share)
        for name, other in others.items():
            yield Figure(
                benchmark=NAME, what=f"Brier score at {share:.0%} of the window", unit="", value=ours.score,
                peer=other.score, peer_name=name, note=f"{ours.count:,} cases; 0 is best",
            )  # fmt: skip


def together(parts: Iterator[tuple[str, Cases]], say: Say) -> Cases:
    """The cases of all plants."""
    found = Cases("simulated")
    for name, part in parts:
        say(f"{name} is done")
        found.unsaid += part.unsaid
        for column in ("share", "component", "stated", "came_true"):
            getattr(found, column).extend(getattr(part, column))
        for reference, values in part.references.items():
            found.references.setdefault(reference, []).extend(values)
    return found


def scored(cases: Cases, *, share: float | None = None, component: str | None = None) -> tuple[Skill, dict[str, Skill], np.ndarray]:
    """The score of the cases with that share and component, that of each reference on the same cases, and which cases they are."""
    chosen = np.ones(len(cases.stated), np.bool_)
    if share is not None:
        chosen &= np.array(cases.share) == share
    if component is not None:
        chosen &= np.array(cases.component) == component
    happened = np.array(cases.came_true, np.bool_)[chosen]
    others = {name: brier(np.array(values)[chosen], happened) for name, values in cases.references.items()}
    return brier(np.array(cases.stated)[chosen], happened), others, chosen


def by_share(cases: Cases) -> str:
    """The table of a record, one line an elapsed share."""
    names = list(cases.references)
    head = ["elapsed", "cases", "exceeded", "Brier", *names, "reliability", "resolution", "uncertainty"]
    lines = [f"| {' | '.join(head)} |", "|---:" * len(head) + "|"]
    for share in SHARES:
        ours, others, chosen = scored(cases, share=share)
        frequency = float(np.array(cases.came_true)[chosen].mean())
        told = " | ".join(f"{others[name].score:.4f}{' **better**' if others[name].score < ours.score else ''}" for name in names)
        parts = f"{ours.reliability:.4f} | {ours.resolution:.4f} | {ours.uncertainty:.4f}"
        lines.append(f"| {share:.0%} | {ours.count:,} | {frequency:.1%} | {ours.score:.4f} | {told} | {parts} |")
    return "\n".join(lines)


def by_component(cases: Cases, components: Sequence[str]) -> str:
    """Skill over each reference, one line a component and a column a share; above 0 is better than the reference."""
    lines = ["| component | over | " + " | ".join(f"{share:.0%}" for share in SHARES) + " |", "|---|---" + "|---:" * len(SHARES) + "|"]
    for component in components:
        for name in cases.references:
            row = [scored(cases, share=share, component=component) for share in SHARES]
            lines.append(f"| {component} | {name} | " + " | ".join(f"{ours.over(others[name]):+.2f}" for ours, others, _ in row) + " |")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables of the docs and write their diagram."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.forecast", description=main.__doc__)
    parser.add_argument("--data", type=Path, metavar="FOLDER", help="where uci_gt/ with its five files lies")
    parser.add_argument("--diagram", type=Path, metavar="FILE", help="write the reliability diagram there")
    parser.add_argument("--days", type=int, default=5, help="simulated days, after three to learn from")
    asked = parser.parse_args(arguments)
    records = [together(simulated(FACILITIES, days=asked.days), lambda text: print(text, file=sys.stderr))]  # noqa: T201 - a program of its own
    if asked.data is not None:
        records += [named(turbine(asked.data, component), f"gas turbine, {component}") for component in ("NOX", "CO")]
    for record in records:
        components = [name for name in POLLUTANTS if name in record.component]
        print(f"\n### {record.name}, nothing said of {record.unsaid} cases\n\n{by_share(record)}")  # noqa: T201
        if components:
            print(f"\n{by_component(record, components)}")  # noqa: T201
    if asked.diagram is not None:
        panels = [(record.name, groups(np.array(record.stated), np.array(record.came_true, np.bool_))) for record in records]
        asked.diagram.write_text(f"{reliability_diagram(voice('en'), panels)}\n", encoding="utf-8")
    return 0


def named(cases: Cases, name: str) -> Cases:
    """The cases under another name."""
    cases.name = name
    return cases


if __name__ == "__main__":
    sys.exit(main())
