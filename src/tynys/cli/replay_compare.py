"""What was recorded against what the API answers, as decimal numbers: no float stands in between."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tynys.domain.base import from_ms
from tynys.field.replay import ABSENT, DELIMITERS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import httpx

HOUR_MS = 3_600_000
PERIOD = "PT1H"
PAGE = 10_000


@dataclass(frozen=True, slots=True)
class Difference:
    """One hour whose average is not what was recorded; None is absent."""

    component: str
    start_ms: int
    recorded: Decimal | None
    answered: Decimal | None


@dataclass(slots=True)
class Result:
    """Rows by component, how many are equal, and every difference. [s]."""

    rows: dict[str, int] = field(default_factory=dict)
    equal: dict[str, int] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)
    batches: int = 0
    sent_s: float = 0.0
    averaged_s: float = 0.0

    @property
    def is_equal(self) -> bool:
        """Whether every hour is the same decimal number."""
        return bool(self.rows) and self.rows == self.equal


def decimals(files: Sequence[Path], column: str) -> list[Decimal | None]:
    """A column of CSV files as the decimal numbers written there; the files were already read strictly."""
    values: list[Decimal | None] = []
    for path in files:
        with path.open(encoding="utf-8-sig", newline="") as file:
            header = file.readline()
            delimiter = max(DELIMITERS, key=header.count)
            names = [name.strip() for name in next(csv.reader([header], delimiter=delimiter))]
            place = names.index(column)
            for row in csv.reader(file, delimiter=delimiter):
                text = row[place].strip()
                values.append(None if text.lower() in ABSENT else Decimal(text))
    return values


async def answered(client: httpx.AsyncClient, source: str, component: str, start_ms: int, count: int) -> dict[int, Decimal | None]:
    """Hourly averages of a span from the API, by start; numbers exactly as they stand in the JSON. [ms since 1970 UTC]."""
    found: dict[int, Decimal | None] = {}
    question: dict[str, str | int] = {
        "source": source,
        "component": component,
        "period": PERIOD,
        "start": from_ms(start_ms).isoformat(),
        "end": from_ms(start_ms + count * HOUR_MS).isoformat(),
        "limit": PAGE,
    }
    while True:
        answer = await client.get("/api/v1/averages", params=question)
        answer.raise_for_status()
        page: dict[str, Any] = json.loads(answer.content, parse_float=Decimal, parse_int=Decimal)
        for item in page["items"]:
            found[round(datetime.fromisoformat(item["start"]).timestamp() * 1000)] = item["value"]
        if page["next"] is None:
            return found
        question["after"] = page["next"]


def compare(
    recorded: Mapping[str, Sequence[Decimal | None]], averages: Mapping[str, Mapping[int, Decimal | None]], start_ms: int
) -> Result:
    """Every recorded hour beside its average."""
    result = Result()
    for component, values in recorded.items():
        got = averages.get(component, {})
        result.rows[component] = len(values)
        result.equal[component] = 0
        for number, value in enumerate(values):
            hour_ms = start_ms + number * HOUR_MS
            if hour_ms in got and got[hour_ms] == value:
                result.equal[component] += 1
            else:
                result.differences.append(Difference(component, hour_ms, value, got.get(hour_ms)))
    return result
