"""Tests of limits, invalid days, the abatement clock and charges, from the clauses: counted one by one, compared as decimals."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from amounts import _rounded as rounded
from civil import local

SURE = {"verified", "transcribed", "simulated"}
HOUR = 3_600_000


def spread(runs: list) -> list:
    """Values of runs [value, how often]."""
    return [run[0] for run in runs for _ in range(run[1])]


def _dec(value: Any) -> Decimal:
    return Decimal(repr(value))


def ceiling(
    values: list,
    threshold: float | None,
    grounds: dict,
    excluded: list | None = None,
    *,
    share: float = 1.0,
    below: bool = False,
    as_mean: bool = False,
) -> dict[str, Any]:
    """One test: what counts, what lies beyond, what may be said."""
    out = excluded or [False] * len(values)
    counted = [(i, v) for i, v in enumerate(values) if not out[i] and v is not None and not isinstance(v, str)]
    row: dict[str, Any] = {
        "test": grounds["test"],
        "missing": sum(not out[i] and (v is None or isinstance(v, str)) for i, v in enumerate(values)),
        "excluded": sum(map(bool, out)),
    }
    if threshold is None or threshold <= 0:
        return {"test": grounds["test"], "outcome": "not_set"}
    row["threshold"] = threshold
    if as_mean:
        whole = sum((Fraction(v) for _, v in counted), Fraction(0))
        counted = [(-1, float(whole / len(counted)))] if counted else []
    decimals = grounds.get("decimals")
    held = [(i, v if decimals is None else rounded(v, decimals, grounds.get("mode", "half_up"))) for i, v in counted]
    beyond = [i for i, v in held if (_dec(v) < _dec(threshold) if below else _dec(v) > _dec(threshold))]
    if not as_mean:
        row |= {"checked": len(held), "over": len(beyond)}
        worst = (min if below else max)(held, key=lambda each: each[1], default=(-1, None))
        row |= {"worst": worst[1], "worst_at": worst[0]} if decimals is None else {}
        row |= {"share_within": (len(held) - len(beyond)) / len(held) if held else None}
    within = Decimal(len(held) - len(beyond)) >= _dec(share) * len(held)
    if not held:
        row |= {"outcome": "cannot_be_judged", "reason": "no_values"}
    elif grounds.get("reason"):
        row |= {"outcome": "cannot_be_judged", "reason": grounds["reason"]}
    elif grounds["certainty"] not in SURE:
        row |= {"outcome": "cannot_be_judged", "reason": "to_confirm"}
    else:
        row |= {"outcome": "kept" if within else "exceeded", "reason": ""}
    return row


def _of_runs(**fixed: Any) -> Any:
    def run(
        runs: list, threshold: float | None, grounds: dict, excluded_runs: list | None = None, share: float = 1.0, at_least: bool = False
    ) -> Any:
        out = None if excluded_runs is None else spread(excluded_runs)
        return ceiling(spread(runs), threshold, grounds, out, **({"share": share, "below": at_least} | fixed))

    return run


def rulings(limit: dict, tests: list, averages: dict, plant: dict | None = None) -> dict[str, Any]:
    """Every condition of the limit's test; of one period the condition for the plant's class stands in place of the wider one."""
    made = []
    named = [t for t in tests if t["test"] == limit["test"]]
    if limit["test"] != "each_average" and not named:
        return {"value": [{"outcome": "cannot_be_judged", "reason": "test_unknown"}]}
    for period in dict.fromkeys(t["period"] for t in named):
        same = [t for t in named if t["period"] == period]
        narrow = [t for t in same if "thermal_input_below_mw" in t]
        wide = [t for t in same if "thermal_input_below_mw" not in t]
        fits = [
            t
            for t in narrow
            if plant and plant["thermal_input_mw"] < t["thermal_input_below_mw"] and plant["fuel"] in t.get("fuels", [plant["fuel"]])
        ]
        for test in fits or wide:
            given = averages.get(period)
            if given is None:
                made.append({"outcome": "cannot_be_judged", "reason": "no_values"})
                continue
            threshold = float(_dec(limit["value"]) * _dec(test["factor"]))
            sure = all(c in SURE for c in (limit["certainty"], test.get("certainty", "verified")))
            grounds = {"test": f"{test['test']}.{period}", "certainty": "verified" if sure else "to_confirm"}
            if narrow and plant is None:
                grounds["reason"] = "class_unknown"
            made.append(
                ceiling(
                    spread(given["runs"]),
                    threshold,
                    grounds,
                    spread(given.get("excluded_runs", [])) or None,
                    share=test.get("share_of_averages", 1.0),
                )
            )
    return {"value": made}


def months_before(moment: str, months: int) -> dict[str, Any]:
    """The same day, or the last of a shorter month."""
    return {"value": _months_back(datetime.fromisoformat(moment), months).isoformat()}


def _months_back(at: datetime, months: int) -> datetime:
    year, month = divmod(at.year * 12 + at.month - 1 - months, 12)
    return at.replace(year=year, month=month + 1, day=min(at.day, monthrange(year, month + 1)[1]))


def _moment(ms: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)


def breakdowns(start_ms: list, end_ms: list, restore_within_h: float, notify_within_h: float, over_months: int) -> dict[str, Any]:
    """Overlapping and touching spans joined; hours in the months that end with each."""
    spans: list[list[int]] = []
    for a, b in sorted(zip(start_ms, end_ms, strict=True)):
        if b <= a:
            continue
        if spans and a <= spans[-1][1]:
            spans[-1][1] = max(spans[-1][1], b)
        else:
            spans.append([a, b])
    rolling = []
    for _, end in spans:
        since = int((_months_back(_moment(end), over_months) - _moment(0)).total_seconds() * 1000)
        rolling.append(sum(max(0, min(b, end) - max(a, since)) for a, b in spans) / HOUR)
    hours = [(b - a) / HOUR for a, b in spans]
    return {
        "start_ms": [a for a, _ in spans],
        "end_ms": [b for _, b in spans],
        "hours": hours,
        "late": [h > restore_within_h for h in hours],
        "notify_by_ms": [a + int(notify_within_h * HOUR) for a, _ in spans],
        "hours_in_span": rolling,
    }


def _clock(key: str, quantity: str) -> Any:
    def run(
        start_ms: list, end_ms: list, restore_within_h: Any, notify_within_h: float, over_months: int, certainty: str, most_h: Any = None
    ) -> Any:
        bound = most_h if key == "most_h" else restore_within_h
        if bound is None:
            return {"outcome": "not_set"}
        made = breakdowns(start_ms, end_ms, restore_within_h or 24.0, notify_within_h, over_months)
        late = [h > bound for h in made[quantity]]
        if certainty not in SURE:
            return {"outcome": "cannot_be_judged", "reason": "to_confirm"}
        return {"outcome": "exceeded" if any(late) else "kept", "over": sum(late)}

    return run


def count_by_day(start_ms: list, invalid: list, zone: str) -> dict[str, Any]:
    """By civil days of Almaty."""
    assert zone == "Asia/Almaty"
    found: dict[str, int] = {}
    for start, bad in sorted(zip(start_ms, invalid, strict=True)):
        day = local(start).isoformat()
        found[day] = found.get(day, 0) + bool(bad)
    return found


def too_many(invalid: list, more_than: int | None, certainty: str) -> dict[str, Any]:
    """More than so many days."""
    if more_than is None:
        return {"outcome": "not_set"}
    if certainty not in SURE:
        return {"outcome": "cannot_be_judged", "reason": "to_confirm"}
    return {"outcome": "exceeded" if sum(invalid) > more_than else "kept"}


def invalid_days(days: list, more_than_averages: int, more_than_days: int) -> dict[str, Any]:
    """Days with so many invalid hours each."""
    return {"outcome": "exceeded" if sum(n > more_than_averages for n in days) > more_than_days else "kept"}


def abatement(
    states: list, start_ms: int, window_ms: int, most_h: float, restore_within_h: float, notify_within_h: float, over_months: int
) -> dict[str, Any]:
    """From the states of windows that follow each other: runs [state, how many]."""
    marks = [state == "abatement_failure" for state in spread(states)]
    starts = [start_ms + i * window_ms for i, bad in enumerate(marks) if bad]
    made = breakdowns(starts, [s + window_ms for s in starts], restore_within_h, notify_within_h, over_months)
    return {
        **{name: made[name] for name in ("start_ms", "end_ms", "hours", "late", "hours_in_span")},
        "restored": "exceeded" if any(h > restore_within_h for h in made["hours"]) else "kept",
        "unabated": "exceeded" if any(h > most_h for h in made["hours_in_span"]) else "kept",
    }


def charge_of(charges: dict | None, component: str, amount_t: float | None, on: str, holds: list | None) -> dict[str, Any]:
    """Tonnes, rate, index, coefficient; money only where all of it is sure."""

    def in_force(part: dict) -> bool:
        return part["valid_from"] <= on and ("valid_to" not in part or on < part["valid_to"])

    def sure(part: dict) -> bool:
        return part.get("certainty", "verified") in SURE

    if charges is None:
        return {"outcome": "not_set", "reason": "no_rate"}
    rate = next((r for r in charges["rates"] if component in r["components"] and in_force(r)), None)
    index = next((i for i in charges["index"] if i["year"] == int(on[:4])), None)
    if rate is None or index is None:
        return {"outcome": "not_set", "reason": "no_rate" if rate is None else "no_index"}
    current = [c for c in charges.get("coefficients", []) if in_force(c)]
    chosen = min((c for c in current if holds is not None and c["when"] in holds), key=lambda c: c["value"], default=None)
    if not all(map(sure, filter(None, (rate, index, chosen)))):
        return {"outcome": "cannot_be_judged", "reason": "to_confirm", "charge": None}
    if current and holds is None:
        return {"outcome": "cannot_be_judged", "reason": "class_unknown", "charge": None}
    if amount_t is None or amount_t < 0:
        return {"outcome": "cannot_be_judged", "reason": "no_amount", "charge": None}
    times = 1.0 if chosen is None else chosen["value"]
    money = _dec(amount_t) * _dec(rate["mci_per_t"]) * _dec(index["value"]) * _dec(times)
    return {"outcome": "charged", "reason": "", "coefficient": times, "charge": float(money)}


def _beyond(values: list, threshold: float, decimals: int | None, mode: str) -> list[bool]:
    held = [v if decimals is None or v is None else rounded(v, decimals, mode) for v in values]
    return [v is not None and not isinstance(v, str) and _dec(v) < _dec(threshold) for v in held]


ORACLES = {
    "compliance.ceilings.none_above": _of_runs(),
    "compliance.ceilings.none_below": _of_runs(below=True),
    "compliance.ceilings.share_within": _of_runs(),
    "compliance.ceilings.mean_within": _of_runs(as_mean=True),
    "compliance.bridge.rulings": rulings,
    "compliance.bridge.invalid_days": invalid_days,
    "compliance.bridge.abatement": abatement,
    "compliance.abatement.months_before": months_before,
    "compliance.abatement.breakdowns": breakdowns,
    "compliance.abatement.restored_in_time": _clock("restore_within_h", "hours"),
    "compliance.abatement.unabated_hours": _clock("most_h", "hours_in_span"),
    "compliance.days.count_by_day": count_by_day,
    "compliance.days.day_invalid": lambda invalid_averages, more_than: {"value": [n > more_than for n in invalid_averages]},
    "compliance.days.too_many_invalid_days": too_many,
    "charges.charge_of": charge_of,
    "rounding.times": lambda limit, factor: {"value": None if None in (limit, factor) else float(_dec(limit) * _dec(factor))},
    "rounding.decimals_of": lambda number: {"value": 0 if number is None else max(0, -_dec(number).normalize().as_tuple().exponent)},
    "rounding.below": lambda values, threshold, decimals=None, mode="half_up": {"value": _beyond(values, threshold, decimals, mode)},
}
