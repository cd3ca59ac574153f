"""How averages would differ from those there are: by source, component and period; counts, sizes, first and last, status and verdict."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tynys.calc.limits import can_be_judged, limit_for
from tynys.domain.status import AverageStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from tynys.centre.basis import Basis

_KEY = ("period", "source", "component", "start_ms")
_READ = (*_KEY, "value", "status", "origin")


@dataclass(slots=True)
class Difference:
    """One series of averages: ``windows`` made again, ``revised`` of them get a new revision, ``changed`` another value or status.

    Changes are new minus old, in ``unit``, of windows with a value in both. [ms since 1970 UTC]
    """

    source: str
    component: str
    period: str
    unit: str
    windows: int = 0
    revised: int = 0
    changed: int = 0
    largest: float = 0.0
    first_ms: int | None = None
    last_ms: int | None = None
    status: Counter[tuple[str, str]] = field(default_factory=Counter)
    verdict: Counter[tuple[str, str]] = field(default_factory=Counter)
    _changes: list[float] = field(default_factory=list)

    @property
    def mean(self) -> float:
        """The mean change of the windows whose value changes, exactly summed."""
        return math.fsum(self._changes) / len(self._changes) if self._changes else 0.0

    def add(self, start_ms: int, old: dict[str, Any], new: dict[str, Any], verdicts: tuple[str, str], *, revised: bool) -> None:
        """Compare one window."""
        self.windows += 1
        self.revised += revised
        if verdicts[0] != verdicts[1]:
            self.verdict[verdicts] += 1
        if old["status"] != new["status"]:
            self.status[old["status"], new["status"]] += 1
        if (old["value"], old["status"]) == (new["value"], new["status"]):
            return
        self.changed += 1
        self.first_ms = start_ms if self.first_ms is None else min(self.first_ms, start_ms)
        self.last_ms = start_ms if self.last_ms is None else max(self.last_ms, start_ms)
        if old["value"] is not None and new["value"] is not None:
            change = new["value"] - old["value"]
            self._changes.append(change)
            self.largest = change if abs(change) > abs(self.largest) else self.largest

    def told(self) -> dict[str, Any]:
        """The same as plain values."""

        def counted(changes: Counter[tuple[str, str]]) -> list[dict[str, Any]]:
            return [{"from": old, "to": new, "windows": count} for (old, new), count in sorted(changes.items())]

        names = ("source", "component", "period", "unit", "windows", "revised", "changed", "first_ms", "last_ms")
        sizes = {"largest_change": self.largest, "mean_change": self.mean}
        return {name: getattr(self, name) for name in names} | sizes | {"status": counted(self.status), "verdict": counted(self.verdict)}


class Differences:
    """Differences of every series, gathered piece by piece."""

    def __init__(self) -> None:
        self._of: dict[tuple[str, str, str], Difference] = {}

    def all(self) -> list[Difference]:
        """Every series, the short periods first."""
        order = {"PT20M": 0, "PT1H": 1, "P1D": 2}
        return sorted(self._of.values(), key=lambda each: (each.source, each.component, order.get(each.period, len(order))))

    def add(self, made: pa.Table, held: Sequence[pa.Table], revised: pa.Table, old: Basis | None, new: Basis) -> None:
        """Compare what was made with what is held; ``revised`` are the rows that would be kept."""
        before = {_key(row): row for table in held for row in table.select(_READ).to_pylist() if row["origin"] == "computed"}
        kept = {_key(row) for row in revised.select(_KEY).to_pylist()}
        for row in made.select([*_READ, "unit"]).to_pylist():
            key = _key(row)
            was = before.get(key, {"value": None, "status": "none"})
            verdicts = (_verdict(old, row, was), _verdict(new, row, row))
            series = self._of.setdefault(key[1:3] + key[:1], Difference(row["source"], row["component"], row["period"], row["unit"]))
            series.add(row["start_ms"], was, row, verdicts, revised=key in kept)


def _key(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in _KEY)


def _verdict(basis: Basis | None, window: dict[str, Any], average: dict[str, Any]) -> str:
    """An average against the limit its plan sets: ``no_limit``, ``cannot_be_judged``, ``invalid``, ``within`` or ``exceeding``."""
    configuration = basis.plan.configuration if basis is not None else None
    where = (window["source"], window["component"], window["period"])
    if configuration is None or not any((x.scope, x.component, x.period) == where for x in configuration.limits):
        return "no_limit"
    limit = limit_for(configuration, *where, window["start_ms"])
    if limit is None:
        return "no_limit"
    if not can_be_judged(limit):
        return "cannot_be_judged"
    if average["status"] != AverageStatus.VALID.value or average["value"] is None:
        return "invalid"
    return "exceeding" if average["value"] > limit.value else "within"
