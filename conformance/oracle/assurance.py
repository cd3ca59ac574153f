"""EN 14181: QAL1, QAL2, AST and the weekly counter, from the clauses."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from civil import local
from mpmath import mpf, sqrt
from numbers50 import num, nums
from statistics50 import chi_squared_quantile, mean, sd, t_quantile

AIR = mpf(21)
Z95 = mpf("1.96")


def k_v(n_pairs: int) -> mpf:
    """√(χ²(0.50; N − 1) / (N − 1))."""
    return sqrt(chi_squared_quantile(mpf("0.5"), n_pairs - 1) / (n_pairs - 1))


def _standard(value: mpf, state: str, o2: mpf | None, h2o: mpf | None, reference: mpf) -> mpf | None:
    """To dry gas at the reference oxygen."""
    if state == "standard":
        return value
    if state == "wet":
        if h2o is None:
            return None
        value = value / (1 - h2o / 100)
    return None if o2 is None else value * (AIR - reference) / (AIR - o2)


class Campaign:
    """Parallel measurements: rows, and which of them count."""

    def __init__(self, x: list, y: list, columns: dict[str, Any]) -> None:
        n = len(x)
        nothing = [None] * n
        self.x, self.y = nums(x), nums(y)
        self.o2, self.h2o = nums(columns.get("o2_dry_pct", nothing)), nums(columns.get("h2o_pct", nothing))
        own_o2, own_h2o = nums(columns.get("ams_o2_dry_pct", nothing)), nums(columns.get("ams_h2o_pct", nothing))
        self.own_o2 = [b if a is None else a for a, b in zip(own_o2, self.o2, strict=True)]
        self.own_h2o = [b if a is None else a for a, b in zip(own_h2o, self.h2o, strict=True)]
        self.material = columns.get("reference", [False] * n)
        excluded = columns.get("excluded", [""] * n)
        self.counts = [not self.material[i] and not excluded[i] for i in range(n)]
        self.materials = [self.material[i] and not excluded[i] for i in range(n)]
        self.ams, self.srm = columns.get("ams_basis", "wet"), columns.get("srm_basis", "wet")
        if self.srm == "standard" and all(v is None for v in [*self.o2, *self.h2o, *self.own_o2, *self.own_h2o]):
            self.ams = "standard"

    def srm_standard(self, reference: mpf) -> list[mpf | None]:
        """The reference method at standard conditions."""
        return [_standard(v, self.srm, o, h, reference) for v, o, h in zip(self.y, self.o2, self.h2o, strict=True)]

    def ams_standard(self, values: list, reference: mpf) -> list[mpf | None]:
        """The analyser at standard conditions, by the plant's own oxygen and moisture."""
        return [_standard(v, self.ams, o, h, reference) for v, o, h in zip(values, self.own_o2, self.own_h2o, strict=True)]

    def srm_as_ams(self, reference: mpf) -> list[mpf | None]:
        """The reference method in the analyser's state; a reference material is in it already."""
        made = []
        for i, value in enumerate(self.y):
            if self.material[i] or self.ams == self.srm:
                made.append(value)
            elif self.srm == "wet":
                made.append(
                    value / (1 - self.h2o[i] / 100) if self.ams == "dry" else _standard(value, "wet", self.o2[i], self.h2o[i], reference)
                )
            else:
                dry = value * (AIR - self.o2[i]) / (AIR - reference)
                made.append(dry if self.ams == "dry" else dry * (1 - self.h2o[i] / 100))
        return made


def _line(x: list[mpf], y: list[mpf]) -> tuple[mpf, mpf]:
    xm, ym = mean(x), mean(y)
    slope = sum((a - xm) * (b - ym) for a, b in zip(x, y, strict=True)) / sum((a - xm) ** 2 for a in x)
    return ym - slope * xm, slope


def qal2(
    x: list,
    y: list,
    elv: float,
    permitted_uncertainty_pct: float,
    o2_reference_pct: float,
    zero: float | None = None,
    range_margin: float = 0.1,
    **columns: Any,
) -> dict[str, Any]:
    """Procedures a, b and c, variability test and valid calibration range."""
    campaign, limit, reference = Campaign(x, y, columns), num(elv), num(o2_reference_pct)
    permitted = num(permitted_uncertainty_pct) / 100 * limit
    used = [i for i, counts in enumerate(campaign.counts) if counts]
    standard, target = campaign.srm_standard(reference), campaign.srm_as_ams(reference)
    at_standard = [standard[i] for i in used]
    spread = max(at_standard) - min(at_standard)
    procedure = "a" if spread >= permitted else "b" if min(at_standard) >= mpf("0.15") * limit else "c"
    xs, ys = [campaign.x[i] for i in used], [target[i] for i in used]
    if procedure == "a":
        intercept, slope = _line(xs, ys)
    elif procedure == "b":
        if zero is None:
            return {"refused": True}
        slope = mean(ys) / (mean(xs) - num(zero))
        intercept = -slope * num(zero)
    else:
        materials = [i for i, counts in enumerate(campaign.materials) if counts]
        if not materials:
            return {"refused": True}
        intercept, slope = _line([*xs, *(campaign.x[i] for i in materials)], [*ys, *(target[i] for i in materials)])
    calibrated = [intercept + slope * v for v in campaign.x]
    ams = campaign.ams_standard(calibrated, reference)
    difference = [standard[i] - ams[i] for i in used]
    sigma_0, factor = permitted / Z95, k_v(len(used))
    deviation = sd(difference)
    passed = deviation <= sigma_0 * factor
    # a mean difference that is zero but for the rounding of the values is no number to compare
    return (
        {
            "procedure": procedure,
            "intercept": intercept,
            "slope": slope,
            "s_d": deviation,
            "sigma_0": sigma_0,
            "k_v": factor,
            "limit": sigma_0 * factor,
            "variability_passed": passed,
            "passed": passed and len(used) >= 15,
            "valid_range_max": max((1 + num(range_margin)) * max(ams[i] for i in used), mpf("0.2") * limit),
            "n_pairs": len(used),
            "spread": spread,
        }
        | ({"d_mean": mean(difference)} if abs(mean(difference)) > mpf("1e-4") * limit else {})
        | ({"r2": _r2(xs, ys)} if procedure == "a" else {})
    )


def _r2(x: list[mpf], y: list[mpf]) -> mpf:
    xm, ym = mean(x), mean(y)
    shared = sum((a - xm) * (b - ym) for a, b in zip(x, y, strict=True))
    return shared**2 / (sum((a - xm) ** 2 for a in x) * sum((b - ym) ** 2 for b in y))


def ast(
    x: list, y: list, intercept: float, slope: float, elv: float, permitted_uncertainty_pct: float, o2_reference_pct: float, **columns: Any
) -> dict[str, Any]:
    """Variability with a factor of 1.5, and the validity of the function in force."""
    campaign, reference = Campaign(x, y, columns), num(o2_reference_pct)
    used = [i for i, counts in enumerate(campaign.counts) if counts]
    if len(used) < 3:
        return {"refused": True}
    standard = campaign.srm_standard(reference)
    ams = campaign.ams_standard([num(intercept) + num(slope) * v for v in campaign.x], reference)
    difference = [standard[i] - ams[i] for i in used]
    n, deviation, shift = len(used), sd(difference), mean(difference)
    sigma_0 = num(permitted_uncertainty_pct) / 100 * num(elv) / Z95
    factor, t = k_v(n), t_quantile(mpf("0.95"), n - 1)
    variability, validity = mpf("1.5") * sigma_0 * factor, t * deviation / sqrt(mpf(n)) + sigma_0
    return {
        "d_mean": shift,
        "s_d": deviation,
        "sigma_0": sigma_0,
        "k_v": factor,
        "t": t,
        "limit_variability": variability,
        "limit_validity": validity,
        "variability_passed": deviation <= variability,
        "validity_passed": abs(shift) <= validity,
        "passed": deviation <= variability and abs(shift) <= validity and n >= 5,
        "n_pairs": n,
        "difference": [standard[i] - ams[i] if campaign.counts[i] else None for i in range(len(x))],
    }


def choose(srm_standard: list, elv: float, permitted: float) -> dict[str, Any]:
    """Spread, then place."""
    values = nums(srm_standard)
    return {"value": "a" if max(values) - min(values) >= num(permitted) else "b" if min(values) >= mpf("0.15") * num(elv) else "c"}


DIVISORS = {"normal": mpf(1), "rectangular": sqrt(mpf(3)), "triangular": sqrt(mpf(6))}


def budget(contributions: list, elv: float, permitted_uncertainty_pct: float, correlation: list | None = None) -> dict[str, Any]:
    """Combined by the law of propagation, expanded by 1.96, held against 0.75 P."""
    u = [num(c["value"]) / DIVISORS[c.get("distribution", "normal")] for c in contributions]
    n = len(u)
    r = [[num(v) for v in row] for row in correlation] if correlation else [[mpf(i == j) for j in range(n)] for i in range(n)]
    combined = sqrt(sum(r[i][j] * u[i] * u[j] for i in range(n) for j in range(n)))
    expanded = Z95 * combined
    share, permitted = expanded / num(elv) * 100, num(permitted_uncertainty_pct)
    allowed = mpf("0.75") * permitted
    return {
        "combined": combined,
        "expanded": expanded,
        "expanded_pct": share,
        "permitted_pct": permitted,
        "allowed_pct": allowed,
        "passed": share <= allowed,
    }


def range_fit(range_high: float, elv: float, rule: dict | None = None) -> dict[str, Any]:
    """At most 2.5 times the daily limit for combustion, 1.5 for waste."""
    times = num(rule["most_of_limit"]) if rule else mpf("2.5")
    return {"highest": times * num(elv), "fits": num(range_high) <= times * num(elv)}


def weekly_range(start_ms: list, valid: list, outside: list, since_ms: int | None = None, zone: str = "Asia/Almaty") -> dict[str, Any]:
    """Monday to Sunday of civil time: more than 5 % adds one, more than 40 % six."""
    weeks: dict[date, list[int]] = {}
    for start, good, out in zip(start_ms, valid, outside, strict=True):
        if good and (since_ms is None or start >= since_ms):
            day = local(start)
            counts = weeks.setdefault(day - timedelta(days=day.weekday()), [0, 0])
            counts[0] += 1
            counts[1] += bool(out)
    counter, rows = 0, []
    for monday in sorted(weeks):
        n, out = weeks[monday]
        added = 6 if 100 * out > 40 * n else 1 if 100 * out > 5 * n else 0
        counter += added
        rows.append({"monday": monday.isoformat(), "valid": n, "outside": out, "added": added, "counter": counter})
    return {"value": rows}


def _months_on(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (31, 30, 29, 28):
        try:
            return date(year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError


def _stands(due: date | None, today: date, soon: timedelta) -> str:
    if due is None:
        return "not_set"
    return "overdue" if today > due else "soon" if today >= due - soon else "ok"


def due_on(next_day: str | None, today: str, last: str | None = None, soon_days: int = 60) -> dict[str, Any]:
    """Until the day itself."""
    due = date.fromisoformat(next_day) if next_day else None
    return {"last": last, "next": next_day, "standing": _stands(due, date.fromisoformat(today), timedelta(days=soon_days))}


def due_after(last: str | None, today: str, months: int = 0, days: int = 0, soon_days: int = 60) -> dict[str, Any]:
    """So long after the last time."""
    if last is None or (months == 0 and days == 0):
        return {"last": last, "next": None, "standing": "not_set"}
    done = date.fromisoformat(last)
    due = _months_on(done, months) + timedelta(days=days)
    soon = min(timedelta(days=soon_days), (due - done) / 2)
    return {"last": last, "next": due.isoformat(), "standing": _stands(due, date.fromisoformat(today), soon)}


def _series(function: Any) -> Any:
    return lambda values: {"value": function(nums(values))}


def _pairs(method: str) -> Any:
    def run(x: list, y: list, o2_reference_pct: float, **columns: Any) -> dict[str, Any]:
        return {"value": getattr(Campaign(x, y, columns), method)(num(o2_reference_pct))}

    return run


def _ams(x: list, y: list, calibrated: list, o2_reference_pct: float, **columns: Any) -> dict[str, Any]:
    return {"value": Campaign(x, y, columns).ams_standard(nums(calibrated), num(o2_reference_pct))}


ORACLES = {
    "qa.distributions.k_v": lambda n_pairs: {"value": k_v(n_pairs)},
    "qa.distributions.t_one_sided": lambda n_pairs, probability=0.95: {"value": t_quantile(num(probability), n_pairs - 1)},
    "qa.distributions.sigma_0": lambda elv, permitted_uncertainty_pct: {"value": num(permitted_uncertainty_pct) / 100 * num(elv) / Z95},
    "qa.moments.total": _series(lambda v: sum(v, mpf(0))),
    "qa.moments.mean": _series(mean),
    "qa.moments.standard_deviation": _series(sd),
    "qa.pairs.srm_at_standard": _pairs("srm_standard"),
    "qa.pairs.srm_as_ams": _pairs("srm_as_ams"),
    "qa.pairs.ams_at_standard": _ams,
    "qa.qal1.budget": budget,
    "qa.qal1.range_fit": range_fit,
    "qa.qal2.qal2": qal2,
    "qa.qal2.choose": choose,
    "qa.surveillance.surveillance_test": ast,
    "qa.weekly.weekly_range": weekly_range,
    "qa.due.due_on": due_on,
    "qa.due.due_after": due_after,
}
