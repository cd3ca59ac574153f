"""The last steps every average shares: deduction, validity, rounding, the limit, mass."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING

from tynys.calc.explain.model import Quantity, Step, note, of_pack
from tynys.calc.limits import Circumstance, limit_for, standing_against
from tynys.calc.maker import validity_of
from tynys.calc.mass import MG_PER_G, S_PER_H
from tynys.calc.rounding import round_decimal
from tynys.domain.component import CATALOGUE, ComponentKind
from tynys.domain.status import AverageStatus
from tynys.law.deduction import DeductionMethod

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tynys.domain.average import Average
    from tynys.domain.configuration import FacilityConfiguration
    from tynys.domain.limit import Limit
    from tynys.law.pack import RulePack


def ending(
    average: Average,
    configuration: FacilityConfiguration | None,
    pack: RulePack | None,
    *,
    concentration: float | None = None,
    given: Circumstance | None = None,
) -> Iterator[Step]:
    """Validity, rounding, limit and mass of an average; ``concentration`` is the dry one its mass is made from, where it is."""
    if pack is not None:
        yield validity_step(average, pack)
    limit = None
    if configuration is not None:
        stands = given or Circumstance(average.plant_state)
        limit = limit_for(configuration, average.source, average.component, average.period, average.end_ms - 1, stands)
        if limit is not None and pack is not None:
            yield from rounding_step(average, limit, pack)
    known = CATALOGUE.get(average.component)
    if known is not None and known.kind is ComponentKind.POLLUTANT:
        yield limit_step(average, limit)
    if concentration is not None and average.mass_g_s is not None and average.flow_dry_nm3_h is not None:
        inputs = (
            Quantity("c_dry", concentration, average.unit), Quantity("V", average.flow_dry_nm3_h, "Nm3/h", "measured", "flow"),
            Quantity("m", MG_PER_G, "mg/g", "constant"), Quantity("t", S_PER_H, "s/h", "constant"),
        )  # fmt: skip
        yield Step("mass", "mass", inputs, Quantity("E", average.mass_g_s, "g/s"), clause="EN 17255-1")


def deduction_steps(
    average: Average, before: float | None, configuration: FacilityConfiguration, pack: RulePack, given: Circumstance
) -> Iterator[Step]:
    """What the pack takes off a value at reference conditions to make it the validated one; no step where it takes nothing."""
    rule = pack.deduction(average.component)
    if rule is None or before is None or average.value is None:
        return
    unit = average.unit
    if average.deduction is None:
        yield Step("nothing_deducted", "", (), None, rule.clause, rule.certainty, (note(f"deduction_unknown.{rule.method.value}"),))
        return
    width = Quantity("D", average.deduction, unit)
    if rule.method is DeductionMethod.SHARE_OF_LIMIT:
        limit = limit_for(configuration, average.source, average.component, rule.limit_period, average.start_ms, given)
        assert limit is not None  # noqa: S101 - a deduction by a share is only there where its limit is
        inputs = (
            of_pack("s", rule.share_of_limit, "1", rule),
            Quantity("L", limit.value, str(limit.unit), "plan", limit.document, limit.document, limit.certainty),
        )
        yield Step("deduction", "share_of_limit", inputs, width, rule.clause, rule.certainty)
    else:
        yield Step("deduction", "", (Quantity("D", average.deduction, unit, "plan", average.chain),), width, rule.clause, rule.certainty)
    result = Quantity("c_val", average.value, unit)
    yield Step("validated", "validated", (Quantity("c_ref", before, unit), width), result, rule.clause, rule.certainty)


def validity_step(average: Average, pack: RulePack) -> Step:
    """The counts, each test the pack names, and what they decide."""
    rule = validity_of(pack, average.period)
    inputs = [
        Quantity("n_valid", average.fld_valid, "FLD", "measured"),
        Quantity("n_operating", average.fld_operating, "FLD", "measured"),
        Quantity("n_readings", average.count_valid, "", "measured"),
        Quantity("n_expected", average.count_expected, "", "measured"),
    ]
    for symbol, unit in (("share_of_operation", "1"), ("share_of_period", "1"), ("valid_minutes", "min"), ("parts", "1")):
        value = getattr(rule, symbol)
        if value is not None:
            inputs.append(of_pack(symbol, float(value), unit, rule))
    notes = (note(f"status.{average.status.value}"), note(f"state.{average.plant_state.value}"))
    result = Quantity("c_val", average.value, average.unit) if average.value is not None else None
    return Step("validity", "", tuple(inputs), result, rule.clause, rule.certainty, notes)


def rounding_step(average: Average, limit: Limit, pack: RulePack) -> Iterator[Step]:
    """The reported value, where the pack says how it is rounded."""
    rule = pack.rounding
    if rule is None or average.value is None:
        return
    places = max(0, -int(Decimal(repr(limit.value)).normalize().as_tuple().exponent)) + rule.digits_beyond_limit
    reported = round_decimal(average.value, places, rule.mode.value)
    inputs = (Quantity("c_val", average.value, average.unit), of_pack("places", float(places), "1", rule, rule.mode.value))
    yield Step("rounding", "rounded", inputs, Quantity("c_rep", reported, average.unit), rule.clause, rule.certainty)


def limit_step(average: Average, limit: Limit | None) -> Step:
    """How the value stands against its limit, and how sure that limit is."""
    if limit is None:
        return Step("limit", notes=(note("standing.no_limit"),))
    value = Quantity("c_val", average.value, average.unit)
    line = Quantity("L", limit.value, str(limit.unit), "plan", limit.document, limit.document, limit.certainty)
    valid = average if average.status is AverageStatus.VALID and not math.isnan(average.value or math.nan) else None
    standing = standing_against(limit, valid, None, None)
    return Step("limit", "compared", (value, line), None, limit.document, limit.certainty, (note(f"standing.{standing}"),))
