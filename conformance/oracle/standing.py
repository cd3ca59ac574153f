"""How an analyser stands, which limit holds, and readings that came in pieces."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from assurance import ast, due_after, due_on, qal2
from charts import cusum
from numbers50 import num

ALMATY = timedelta(hours=5)
"""Of all the dates in these cases. [from UTC]"""


def day(moment: str) -> str:
    """The civil date in Almaty."""
    return (datetime.fromisoformat(moment) + ALMATY).date().isoformat()


def statuses(
    now: str,
    qal2: str | None,
    tests: list | None = None,
    checks: list | None = None,
    verified: dict | None = None,
    maintenance_interval_days: int | None = None,
) -> dict[str, Any]:
    """Five years, one year, the interval of the certificate, the end of the verification."""
    today = day(now)
    past = sorted((t for t in tests or [] if t["performed"] <= now), key=lambda t: t["performed"])
    tested = past[-1] if past else None
    failed = tested is not None and not tested["passed"]
    seen = sorted((c for c in checks or [] if c["time"] <= now), key=lambda c: c["time"])
    since = tested["performed"] if tested else qal2
    made: dict[str, Any] = {
        "failed": failed,
        "qal3": due_after(day(seen[-1]["time"]) if seen else None, today, days=maintenance_interval_days or 0),
        "verification": due_on(day(verified["valid_to"]) if verified else None, today, day(verified["valid_from"]) if verified else None),
        "alarm": _alarm(seen),
        "components": ["so2"],
    }
    calibrated = due_after(day(qal2) if qal2 else None, today, months=60)
    made["qal2"] = {"last": calibrated["last"], "standing": "overdue"} if failed else calibrated
    test_due = due_after(day(since) if since else None, today, months=12)
    made["ast"] = {"last": day(tested["performed"]) if tested else None, "next": test_due["next"], "standing": test_due["standing"]}
    return made


def _alarm(seen: list) -> str:
    """What the charts say at the last check of each point."""
    said = set()
    for point in ("zero", "span"):
        rows = [c for c in seen if c["point"] == point]
        if rows and not rows[-1].get("adjusted"):
            chart = cusum([c["reading"] - c["reference"] for c in rows], rows[-1]["s_ams"], [bool(c.get("adjusted")) for c in rows])
            said |= {name for name in ("drift", "precision") if chart[name][-1]}
    return "precision" if "precision" in said else "drift" if said else ""


RANK = ("overdue", "soon", "not_set", "ok")
PLANT = {"operating", "start_up", "shut_down", "not_operating", "other_than_normal", "abatement_failure", "unknown"}


def limit_for(limits: list, fuels: list | None = None, state: str | None = None, heat: dict | None = None) -> dict[str, Any]:
    """Of the regime and fuel an average was made in; of several fuels the mean by heat (2010/75/EU, Article 40(1))."""
    fits = [(dict(x), True) for x in limits]
    known = state is not None and state != "unknown"
    own = []
    for x, _ in fits:
        regime = x.get("regime")
        if known and regime in PLANT and regime != state:
            continue
        own.append((x, regime is None or (known and regime == state)))
    shares = heat if heat is not None else {fuels[0]: 1.0} if fuels and len(fuels) == 1 else None
    chosen: list[tuple[Any, bool]] = [(num(x["value"]), judged) for x, judged in own if "fuel" not in x]
    of_fuel = [(x, judged) for x, judged in own if "fuel" in x]
    if shares is None:
        chosen += [(num(x["value"]), False) for x, _ in of_fuel]
    elif of_fuel:
        burnt = {fuel: share for fuel, share in shares.items() if share > 0}
        mine = {f: [(not judged, num(x["value"])) for x, judged in of_fuel if x["fuel"] == f] for f in burnt}
        least = {f: min(found, default=None) for f, found in mine.items()}
        if burnt and all(v is not None for v in least.values()):
            whole = sum(num(s) for s in burnt.values())
            judged = not any(unsure for unsure, _ in least.values())
            chosen.append((sum(num(burnt[f]) * least[f][1] for f in burnt) / whole, judged))
        else:
            chosen += [(v[1], False) for v in least.values() if v is not None]
    if not chosen:
        return {"limit": None, "may_be_judged": False}
    value, judged = min(chosen, key=lambda each: (not each[1], each[0]))
    return {"limit": value, "may_be_judged": judged}


def standing(limit: dict | None, mean: float | None, forecast: float | None) -> dict[str, Any]:
    """Only a closed average exceeds; nine tenths of the limit are near it."""
    if limit is None:
        return {"value": "no_limit"}
    if limit.get("certainty", "verified") == "to_confirm" or limit.get("force") == "benchmark":
        return {"value": "cannot_be_judged"}
    ahead = [v for v in (mean, forecast) if v is not None]
    return {"value": "invalid" if not ahead else "near" if max(ahead) > 0.9 * limit["value"] else "within"}


def of_permit(**limit: Any) -> dict[str, Any]:
    """A benchmark, and what holds only for a fuel, a regime or wet gas, is compared and not judged."""
    narrow = "fuel" in limit or "regime" in limit or limit.get("moisture") == "wet"
    reason = "benchmark" if limit.get("force") == "benchmark" else "condition" if narrow else ""
    return {"value": limit["value"], "reason": reason, "at_least": limit.get("kind") == "removal_efficiency"}


def of_law(not_known: list | None = None, **limit: Any) -> dict[str, Any]:
    """The upper end of a range; what is not known of the plant, or only a person sees, is not judged."""
    reason = (
        "class_unknown"
        if not_known
        else "condition"
        if limit.get("condition")
        else "benchmark"
        if limit.get("force") == "benchmark"
        else ""
    )
    return {"value": limit.get("value", limit.get("high")), "reason": reason, "at_least": limit.get("kind") == "removal_efficiency"}


def joined(blocks: list) -> dict[str, Any]:
    """By rising time; of an instant that came twice a usable reading first, then the lower status, then the lower value."""
    found: dict[int, tuple] = {}
    for block in blocks:
        for i, (value, status) in enumerate(zip(block["value"], block["status"], strict=True)):
            at = block["start_ms"] + i * block["interval_ms"]
            key = (not (status == 1 and value is not None), status, value is None, 0.0 if value is None else value)
            if at not in found or key < found[at][0]:
                found[at] = (key, value, status)
    times = sorted(found)
    return {"time_ms": times, "value": [found[t][1] for t in times], "status": [found[t][2] for t in times]}


def main_fuel(uses: list, n: int) -> dict[str, Any]:
    """Most heat; the first permitted where it cannot be told."""
    names = list(dict.fromkeys(u["fuel"] for u in uses))
    made = []
    for i in range(n):
        heat = {name: sum((num(u["heat_mj_h"][i]) or 0) for u in uses if u["fuel"] == name) for name in names}
        made.append(max(names, key=lambda name: (heat[name], -names.index(name))) if names else "")
    return {"value": made}


ORACLES = {
    "qa.stored.qal2_again": lambda **given: qal2(**{"elv": 200.0, "permitted_uncertainty_pct": 20.0, "o2_reference_pct": 6.0, **given}),
    "qa.stored.ast_again": lambda **given: ast(**{"elv": 200.0, "permitted_uncertainty_pct": 20.0, "o2_reference_pct": 6.0, **given}),
    "qa.status.analyser_statuses": statuses,
    "qa.due.worst": lambda standings: {"value": min(standings, key=RANK.index, default="ok")},
    "limits.limit_for": limit_for,
    "limits.standing_against": standing,
    "compliance.bridge.ceiling_of_permit": of_permit,
    "compliance.bridge.ceiling_of_law": of_law,
    "series.join_blocks": joined,
    "fuels.main_fuel": main_fuel,
}
