"""Whether the limits of a pack and their tests make sense: units, ranges, and one value for one plant at one time."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from tynys.domain.fuel import FUELS
from tynys.domain.limit import EACH_AVERAGE, LimitKind
from tynys.domain.quantity import Unit
from tynys.law.checks.averages import periods_of
from tynys.law.plant_class import overlap

if TYPE_CHECKING:
    from tynys.law.checks.document import Document
    from tynys.law.compliance import Compliance
    from tynys.law.limits import EmissionLimit
    from tynys.law.pack import RulePack

UNITS = {LimitKind.CONCENTRATION: Unit.MG_NM3, LimitKind.REMOVAL: Unit.PERCENT}
"""What a limit of a pack is in."""

ENDS = ("thermal_input", "hours")
"""What narrows a class by numbers."""


def check_limits(pack: RulePack, at: Document) -> None:
    """Refuse limits and tests that cannot be applied."""
    tests = {EACH_AVERAGE}
    if pack.compliance is not None:
        _compliance(pack, pack.compliance, at)
        tests |= {condition.test for condition in pack.compliance.tests}
    for i, limit in enumerate(pack.limits):
        _limit(limit, f"limits[{i}]", at)
        at.one_of(f"limits[{i}].test", limit.test, sorted(tests))
    for (_, first), (later, second) in combinations(enumerate(pack.limits), 2):
        if overlap(first, second):
            came = f"another {second.component} limit over {second.period}, {first.bound:g} and {second.bound:g} {second.unit.value}"
            hint = "Narrow one of them (class, fuel, technology, thermal input, days, hours) or give it a condition."
            at.refuse(f"limits[{later}]", "one value for one plant at one time", came, hint, "law.overlap")


def _limit(limit: EmissionLimit, key: str, at: Document) -> None:
    at.component(f"{key}.component", limit.component)
    at.period(f"{key}.period", limit.period)
    at.one_of(f"{key}.kind", limit.kind, [kind.value for kind in UNITS])
    unit = UNITS[limit.kind]
    if limit.unit is not unit:
        hint = "Micrograms are written as milligrams: 3 µg/Nm3 is 0.003 mg/Nm3."
        at.refuse(f"{key}.unit", f'"{unit.value}" of a {limit.kind.value}', limit.unit.value, hint, "law.wrong_unit")
    _number(limit, key, at)
    for fuel in limit.fuels:
        if fuel not in FUELS:
            at.refuse(f"{key}.fuels", f"fuels among {', '.join(FUELS)}", fuel)
        if limit.fuel is not None and FUELS[fuel].kind is not limit.fuel:
            at.refuse(f"{key}.fuels", f"fuels of the kind {limit.fuel.value}", fuel)
    for what in ENDS:
        _ends(limit, key, what, at)
    for what in ("permitted", "commissioned"):
        first, last = getattr(limit, f"{what}_from"), getattr(limit, f"{what}_before")
        if first is not None and last is not None and not first < last:
            at.refuse(f"{key}.{what}_before", f"a day after {first.isoformat()}", last.isoformat())
    if limit.valid_from is not None and limit.valid_to is not None and not limit.valid_from < limit.valid_to:
        at.refuse(f"{key}.valid_to", f"a day after {limit.valid_from.isoformat()}", limit.valid_to.isoformat())


def _number(limit: EmissionLimit, key: str, at: Document) -> None:
    if (limit.value is None) == (limit.high is None) or (limit.low is not None and limit.high is None):
        at.refuse(key, 'either "value", or "high" with or without "low"', _given(limit))
    for name in ("value", "low", "high"):
        at.above_zero(f"{key}.{name}", getattr(limit, name), "a value")
    if limit.low is not None and limit.high is not None and not limit.low < limit.high:
        at.refuse(f"{key}.high", f"more than the lower end {limit.low:g}", limit.high)
    if limit.unit is Unit.PERCENT and limit.bound > 100:  # noqa: PLR2004
        at.refuse(f"{key}.value", "up to 100 %", limit.bound)


def _given(limit: EmissionLimit) -> str:
    return ", ".join(name for name in ("value", "low", "high") if getattr(limit, name) is not None) or "neither"


def _ends(limit: EmissionLimit, key: str, what: str, at: Document) -> None:
    unit = "_mw" if what == "thermal_input" else ""
    given = {end: getattr(limit, f"{what}_{end}{unit}") for end in ("from", "over", "to", "below")}
    for end, number in given.items():
        at.above_zero(f"{key}.{what}_{end}{unit}", number)
    for one, other in (("from", "over"), ("to", "below")):
        if given[one] is not None and given[other] is not None:
            at.refuse(f"{key}.{what}_{other}{unit}", f'either "{what}_{one}{unit}" or "{what}_{other}{unit}"', "both")
    low = given["from"] if given["from"] is not None else given["over"]
    high = given["to"] if given["to"] is not None else given["below"]
    if low is not None and high is not None and not low < high:
        name = "to" if given["to"] is not None else "below"
        at.refuse(f"{key}.{what}_{name}{unit}", f"more than the lower end {low:g}", high)


def _compliance(pack: RulePack, compliance: Compliance, at: Document) -> None:
    known = periods_of(pack)
    seen: set[tuple[object, ...]] = set()
    for i, condition in enumerate(compliance.tests):
        key = f"compliance.tests[{i}]"
        at.one_of(f"{key}.period", condition.period, known)
        at.above_zero(f"{key}.factor", condition.factor)
        at.share(f"{key}.share_of_averages", condition.share_of_averages)
        if (condition.share_of_averages is None) != (condition.over is None):
            at.refuse(key, '"share_of_averages" and "over" together', "one of them", "A share is of the averages of some span.")
        if condition.over is not None:
            at.period(f"{key}.over", condition.over)
        same = (condition.test, condition.period, condition.thermal_input_below_mw, condition.fuels)
        if same in seen or condition.test == EACH_AVERAGE:
            at.refuse(key, "each condition of a test once", condition.test, "Remove one, or give it a test of its own.", "law.overlap")
        seen.add(same)
    if compliance.invalid_day is not None:
        at.one_of("compliance.invalid_day.period", compliance.invalid_day.period, known)
    for name in ("invalid_day", "invalid_days"):
        rule = getattr(compliance, name)
        if rule is not None and rule.more_than < 0:
            at.refuse(f"compliance.{name}.more_than", "a count from 0", rule.more_than)
    clock = compliance.abatement_clock
    if clock is not None:
        for name in ("restore_within_h", "notify_within_h", "most_h", "over_months"):
            at.above_zero(f"compliance.abatement_clock.{name}", getattr(clock, name))
