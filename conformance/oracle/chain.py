"""From readings to averages (EN 17255-1 and the rules that differ from it), window by window and value by value.

A task gives the readings of one stack on a grid, what each channel measures, and the rules as tables; see the reference of the corpus.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from civil import HOUR, clock_ms, following, local, windows_of
from gas import MOLAR_VOLUME, ZERO_C
from mpmath import mpf
from numbers50 import num
from windows import mean_of_levels

if TYPE_CHECKING:
    from fractions import Fraction

NORMAL = {"temperature_k": 273.15, "pressure_kpa": 101.325}
AROUND = ("o2", "h2o", "temperature", "pressure")


def spread(runs: list) -> list[tuple[Any, int]]:
    """Value and status of runs [value, how often] or [value, how often, status]."""
    return [(run[0], run[2] if len(run) > 2 else 1) for run in runs for _ in range(run[1])]


def big(fraction: Fraction) -> mpf:
    """A fraction to 50 digits."""
    return mpf(fraction.numerator) / fraction.denominator


def edges_between(period: str, start_ms: int, end_ms: int) -> list[tuple[int, int]]:
    """Windows that start in the span."""
    found, day = [], local(start_ms)
    unit = "P1D" if clock_ms(period) else period
    day = day if unit == "P1D" else day.replace(day=1)
    while True:
        edges = windows_of(day, period)
        if edges[0] >= end_ms:
            return found
        found += [(a, b) for a, b in itertools.pairwise(edges) if start_ms <= a < end_ms]
        day = following(day, unit)


class Task:
    """The question, taken apart."""

    def __init__(self, given: dict[str, Any]) -> None:
        self.given, self.rules = given, given.get("rules", {})
        self.start, self.step = given["start_ms"], given["interval_ms"]
        averaging = self.rules.get("averaging", {})
        self.short = averaging.get("short_term", {"period": "PT20M", "validity": {}})
        self.long = {rule["period"]: rule for rule in averaging.get("long_term", [])}
        self.level = max(clock_ms(averaging.get("first_level", {"period": "PT10S"})["period"]), self.step)
        self.oxygen = {"air_pct": 21.0} | self.rules.get("oxygen", {})
        self.reference = num(given.get("o2_reference_pct"))
        self.readings = {name: spread(runs) for name, runs in given["readings"].items()}

    def operating(self, index: int) -> bool | None:
        """Whether the plant runs at an instant of the grid; unknown counts as running."""
        if "load" not in self.readings:
            return True
        value, status = self.readings["load"][index]
        return True if value is None or status != 1 else value >= self.given["operating_from"]

    def instants(self, begin: int, end: int) -> range:
        """Indices of the grid in a span."""
        return range(max(0, -(-(begin - self.start) // self.step)), -(-(end - self.start) // self.step))

    def levels(self, name: str, begin: int, end: int) -> tuple[list[list[float]], int, int, dict[str, int]]:
        """Valid readings in operation by FLD; FLD in operation; FLD due; counts of instants."""
        valid: dict[int, list[float]] = {}
        running, due = set(), set()
        counts = {"count_valid": 0, "count_expected": 0, "count_operating": 0}
        for i in self.instants(begin, end):
            fld = (self.start + i * self.step - begin) // self.level
            due.add(fld)
            counts["count_expected"] += 1
            if not self.operating(i):
                continue
            running.add(fld)
            counts["count_operating"] += 1
            if i < len(self.readings[name]):
                value, status = self.readings[name][i]
                if status == 1 and value is not None:
                    valid.setdefault(fld, []).append(float(value))
                    counts["count_valid"] += 1
        return list(valid.values()), len(running), len(due), counts

    def enough(self, name: str, begin: int, end: int, rule: dict) -> bool:
        """Every test the rule names, of the FLD."""
        valid, running, due, _ = self.levels(name, begin, end)
        n = len(valid)
        met = n > 0
        met &= n >= num(rule.get("share_of_operation", 0)) * running
        met &= n >= num(rule.get("share_of_period", 0)) * due
        met &= n * self.level >= num(rule.get("valid_minutes", 0)) * 60_000
        for part in range(rule.get("parts", 0)):
            a, b = (begin + (end - begin) * k // rule["parts"] for k in (part, part + 1))
            in_part, part_running, _, _ = self.levels(name, a, b)
            met &= bool(in_part) or not part_running
        return bool(met)

    def mean(self, name: str, begin: int, end: int) -> mpf | None:
        """The mean of the FLD."""
        valid, *_ = self.levels(name, begin, end)
        return big(mean_of_levels(valid)) if valid else None

    def calibrated(self, raw: mpf, at: int) -> mpf:
        """By the last function listed that is in force at the window's start."""
        for function in reversed(self.given.get("calibrations", [])):
            if function.get("from_ms", 0) <= at:
                return num(function["intercept"]) + num(function["slope"]) * raw
        return raw

    def peripheral(self, name: str, begin: int, end: int, rule: dict | None) -> mpf | None:
        """A channel's mean where enough of it is valid, else the constant."""
        constant = num(self.given.get("constants", {}).get(name))
        if name in self.readings:
            sure = rule is None or self.enough(name, begin, end, rule)
            return self.mean(name, begin, end) if sure else None
        return constant

    def dry_normal(self, value: mpf, around: dict[str, mpf | None]) -> mpf | None:
        """Weighed, cooled, dried: what the basis says is missing."""
        basis = self.given["basis"]
        normal = NORMAL | self.rules.get("conditions", {})
        if self.given["unit"] == "ppm":
            value = value * num(self.given["molar_mass_g_mol"]) / MOLAR_VOLUME
        elif basis["gas_state"] == "actual":
            if around["temperature"] is None or around["pressure"] is None:
                return None
            value = (
                value * (around["temperature"] + ZERO_C) / num(normal["temperature_k"]) * num(normal["pressure_kpa"]) / around["pressure"]
            )
        if basis["moisture"] == "wet":
            return None if around["h2o"] is None else value / (1 - around["h2o"] / 100)
        return value

    def at_reference(self, dry: mpf, o2: mpf | None, period: str) -> tuple[mpf | None, mpf | None, str]:
        """The value, the value always converted, and what stands in the way."""
        if self.reference is None:
            return dry, dry, "valid"
        if o2 is None:
            return None, None, "peripheral_missing"
        air = num(self.oxygen["air_pct"])
        if o2 >= num(self.oxygen.get("highest_pct", self.oxygen["air_pct"])):
            return None, None, "o2_too_high"
        converted = dry * (air - self.reference) / (air - o2)
        keep = self.oxygen.get("below_reference")
        kept = keep is not None and period in keep["periods"] and o2 <= self.reference
        return (dry if kept else converted), converted, "valid"

    def around(self, begin: int, end: int, rule: dict | None) -> dict[str, mpf | None]:
        """Peripherals; oxygen of wet gas dried."""
        made = {name: self.peripheral(name, begin, end, rule) for name in AROUND}
        if self.given.get("o2_moisture") == "wet" and made["o2"] is not None:
            made["o2"] = None if made["h2o"] is None else made["o2"] / (1 - made["h2o"] / 100)
        return made

    def deduct(self, value: mpf) -> tuple[mpf, mpf | None]:
        """A share of the limit, or the site's uncertainty; never below zero, and a negative value stays."""
        rule = next(iter(self.rules.get("deductions", [])), None)
        if rule is None:
            return value, None
        if rule.get("method") == "site_uncertainty":
            width = num(self.given["calibrations"][-1]["uncertainty"])
        else:
            width = num(rule["share_of_limit"]) * num(self.given["limit"])
        return (max(value - width, mpf(0)) if value > 0 else value), width

    def flow(self, begin: int, end: int, around: dict[str, mpf | None], rule: dict) -> mpf | None:
        """Velocity, area, profile factor; normal, dry."""
        if "velocity" not in self.readings or not self.enough("velocity", begin, end, rule):
            return None
        if None in (around["temperature"], around["pressure"], around["h2o"]):
            return None
        actual = self.mean("velocity", begin, end) * num(self.given["area_m2"]) * 3600
        normal = actual * ZERO_C / (around["temperature"] + ZERO_C) * around["pressure"] / num(101.325)
        return normal * (1 - around["h2o"] / 100)

    def window(self, begin: int, end: int) -> dict[str, Any]:
        """One short-term average."""
        rule = self.short["validity"]
        valid, running, _, counts = self.levels("value", begin, end)
        row: dict[str, Any] = {"start_ms": begin, "value": None, **counts, "fld_valid": len(valid), "fld_operating": running}
        if not running:
            return row | {"status": "not_operating"}
        if not valid:
            return row | {"status": "no_data"}
        row["raw"] = self.mean("value", begin, end)
        if self.rules.get("order_of_operations") == "each_first_level":
            return row | self.of_levels(begin, end)
        around = self.around(begin, end, rule)
        row["calibrated"] = self.calibrated(row["raw"], begin)
        dry = self.dry_normal(row["calibrated"], around)
        flow = self.flow(begin, end, around, rule)
        if flow is not None:
            row["flow_dry_nm3_h"] = flow
        if not self.enough("value", begin, end, rule):
            return row | {"status": "too_few_readings"}
        if flow is not None and dry is not None:
            row["mass_g_s"] = mpf(0) if dry < 0 or flow < 0 else dry * flow / 3_600_000
        if dry is None:
            return row | {"status": "peripheral_missing"}
        value, standardised, status = self.at_reference(dry, around["o2"], self.short["period"])
        if status != "valid":
            return row | {"status": status}
        validated, width = self.deduct(value)
        return row | {"value": validated, "standardised": standardised, "deduction": width, "status": "valid"}

    def of_levels(self, begin: int, end: int) -> dict[str, Any]:
        """Each first level value calibrated and standardised, then averaged."""
        made = []
        for a in range(begin, end, self.level):
            b = min(a + self.level, end)
            raw = self.mean("value", a, b)
            if raw is None:
                continue
            around = self.around(a, b, None)
            dry = self.dry_normal(self.calibrated(raw, a), around)
            if dry is None:
                continue
            value, standardised, status = self.at_reference(dry, around["o2"], self.short["period"])
            if status == "valid":
                made.append((a, value, standardised))
        if not made:
            return {"status": "peripheral_missing", "fld_valid": 0}
        rule, (_, running, due, _) = self.short["validity"], self.levels("value", begin, end)
        n = len(made)
        met = n >= num(rule.get("share_of_operation", 0)) * running and n >= num(rule.get("share_of_period", 0)) * due
        met &= n * self.level >= num(rule.get("valid_minutes", 0)) * 60_000
        for part in range(rule.get("parts", 0)):
            p, q = (begin + (end - begin) * k // rule["parts"] for k in (part, part + 1))
            met &= any(p <= a < q for a, _, _ in made) or not self.levels("value", p, q)[1]
        if not met:
            return {"status": "too_few_readings", "fld_valid": n}
        value, width = self.deduct(sum(v for _, v, _ in made) / n)
        return {"value": value, "standardised": sum(s for _, _, s in made) / n, "deduction": width, "status": "valid", "fld_valid": n}

    def short_windows(self, begin: int, end: int) -> list[dict[str, Any]]:
        """All short-term averages of a span."""
        return [self.window(a, b) | {"end_ms": b} for a, b in edges_between(self.short["period"], begin, end)]


def longer(rows: list[dict[str, Any]], rule: dict, begin: int, end: int) -> dict[str, Any]:
    """The mean of the valid shorter averages; what has no row is one in operation without data."""
    own = [row for row in rows if begin <= row["start_ms"] < end]
    possible = len(edges_between(rule["mean_of"], begin, end))
    good = [row for row in own if row["status"] == "valid"]
    resting = sum(row["status"] == "not_operating" for row in own)
    running = possible - resting
    made: dict[str, Any] = {"start_ms": begin, "value": None}
    validity, n = rule["validity"], len(good)
    met = n > 0 and n >= num(validity.get("share_of_operation", 0)) * running and n >= num(validity.get("share_of_period", 0)) * possible
    minutes = mpf(sum(row["end_ms"] - row["start_ms"] for row in good)) / 60_000
    met = met and minutes >= num(validity.get("valid_minutes", 0))
    for part in range(validity.get("parts", 0)):
        a, b = (begin + (end - begin) * k // validity["parts"] for k in (part, part + 1))
        inside = [row for row in own if a <= row["start_ms"] < b and row["status"] != "not_operating"]
        met = met and (any(row["status"] == "valid" for row in inside) or not inside)
    if running == 0 and resting:
        return made | {"status": "not_operating"}
    if not good and not any(row.get("count_valid", 0) for row in own):
        return made | {"status": "no_data"}
    if not met:
        return made | {"status": "too_few_readings"}
    return made | {"value": sum(row["value"] for row in good) / n, "status": "valid"}


def average_windows(**given: Any) -> dict[str, Any]:
    """Every average of the span, short or longer."""
    task = Task(given)
    period, begin, end = given["period"], given["from_ms"], given["to_ms"]
    if period == task.short["period"]:
        return {"averages": [_without_end(row) for row in task.short_windows(begin, end)]}
    rule = task.long[period]
    windows = edges_between(period, begin, end)
    shorter = average_windows(**given | {"period": rule["mean_of"], "from_ms": windows[0][0], "to_ms": windows[-1][1]})["averages"]
    length = clock_ms(rule["mean_of"]) or 24 * HOUR
    rows = [row | {"end_ms": row["start_ms"] + length} for row in shorter]
    return {"averages": [longer(rows, rule, a, b) for a, b in windows]}


def _without_end(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "end_ms"}


def longer_windows(rows: list, rule: dict, start_ms: int, end_ms: int) -> dict[str, Any]:
    """Of averages that follow each other, given as runs [value, status, how many]."""
    shorter, at = [], start_ms
    length = clock_ms(rule["mean_of"]) or 24 * HOUR
    for value, status, often in rows:
        for _ in range(often):
            if status != "no_row":
                known = 1 if status not in {"no_data", "not_operating"} else 0
                shorter.append({"start_ms": at, "end_ms": at + length, "value": num(value), "status": status, "count_valid": known})
            at += length
    return {"averages": [longer(shorter, rule, a, b) for a, b in edges_between(rule["period"], start_ms, end_ms)]}


def running(**given: Any) -> dict[str, Any]:
    """The open window: its mean so far, first level value, and the counts."""
    task = Task(given)
    now = given["now_ms"]
    begin, end = next((a, b) for a, b in edges_between(task.short["period"], now - HOUR, now + 1) if a <= now < b)
    open_window = task.window(begin, now + 1)
    return {"start_ms": begin, "end_ms": end, "mean": open_window["value"], "count_valid": open_window["count_valid"]}


def standardise(
    raw: list, o2_reference_pct: list, o2_dry_pct: list, h2o_pct: list, temperature_c: list, pressure_kpa: list, **given: Any
) -> dict[str, Any]:
    """A chain's raw means, row by row."""
    rows = []
    for i, value in enumerate(raw):
        task = Task({"start_ms": 0, "interval_ms": 60_000, "readings": {}, **given, "o2_reference_pct": o2_reference_pct[i]})
        around = {"o2": num(o2_dry_pct[i]), "h2o": num(h2o_pct[i]), "temperature": num(temperature_c[i]), "pressure": num(pressure_kpa[i])}
        calibrated = None if value is None else task.calibrated(num(value), 0)
        dry = None if calibrated is None else task.dry_normal(calibrated, around)
        reached, _, status = (None, None, "") if dry is None else task.at_reference(dry, around["o2"], "PT20M")
        rows.append({"calibrated": calibrated, "dry": dry, "value": reached, "too_high": status == "o2_too_high"})
    return {
        **{name: [row[name] for row in rows] for name in ("calibrated", "dry", "value")},
        "o2_too_high": [row["too_high"] for row in rows],
        "missing": [row["value"] is None and raw[i] is not None and not row["too_high"] for i, row in enumerate(rows)],
    }


def explained(**given: Any) -> dict[str, Any]:
    """An explanation must give the value the rules give, for every average."""
    rows = average_windows(**given)["averages"]
    return {"agrees": True, "value": [row["value"] for row in rows]}


ORACLES = {
    "explain.explaining.explain": explained,
    "pipeline.average_windows": average_windows,
    "longer.longer_windows": longer_windows,
    "running.running_windows": running,
    "standardise.standardise": standardise,
}
