"""The strict loader of rule packs: text in, a pack or an error a person can act on out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NoReturn

from tynys.domain.component import CATALOGUE
from tynys.domain.document import load_toml
from tynys.domain.errors import ConfigurationError
from tynys.law.deduction import DeductionMethod
from tynys.law.pack import RulePack

if TYPE_CHECKING:
    from tynys.law.averaging import Validity

PERIOD = re.compile(r"PT[1-9]\d*[SMH]|P1[DMY]")
"""The periods a pack may name: whole seconds, minutes, hours; a civil day, month or year."""

ORDERS = ("en17255", "each_first_level")
"""Known orders of operations.

``en17255``: raw average → calibrated → standardised with averaged peripherals → minus deduction. ``each_first_level``: calibrate and
standardise every first level value, then average.
"""

MIXED_FUELS = ("heat_input_weighted",)
"""Known ways to weight reference oxygen when several fuels burn at once."""


def load_pack(text: str, where: str = "") -> RulePack:
    """A rule pack from its TOML text; anything not known is refused.

    Parameters
    ----------
    text : str
        The pack.
    where : str
        Its file's name, for messages.

    Raises
    ------
    ConfigurationError
        Naming file, line, key, what was expected and what came.
    """
    pack = load_toml(text, RulePack, where)
    _check(pack, where)
    return pack


def _refuse(where: str, key: str, expected: str, came: object) -> NoReturn:
    raise ConfigurationError(f'"{key}": expected {expected}, got {came!r}', where=where, code="law.wrong_value")


def _check(pack: RulePack, where: str) -> None:
    averaging = pack.averaging
    for key, period in (
        ("averaging.first_level.period", averaging.first_level.period),
        ("averaging.short_term.period", averaging.short_term.period),
        *((f"averaging.long_term[{i}].period", rule.period) for i, rule in enumerate(averaging.long_term)),
        *((f"deductions[{i}].limit_period", d.limit_period) for i, d in enumerate(pack.deductions) if d.limit_period),
    ):
        if not PERIOD.fullmatch(period):
            _refuse(where, key, "an ISO 8601 period such as PT20M, PT1H, P1D, P1M or P1Y", period)
    known = {averaging.short_term.period}
    for i, rule in enumerate(averaging.long_term):
        if rule.mean_of not in known:
            _refuse(where, f"averaging.long_term[{i}].mean_of", f"a period defined before it ({', '.join(sorted(known))})", rule.mean_of)
        if rule.period in known:
            _refuse(where, f"averaging.long_term[{i}].period", "each period once", rule.period)
        known.add(rule.period)
        _check_validity(rule.validity, f"averaging.long_term[{i}].validity", where)
    _check_validity(averaging.short_term.validity, "averaging.short_term.validity", where)
    _check_choices(pack, where)
    if pack.valid_to is not None and pack.valid_to <= pack.valid_from:
        _refuse(where, "valid_to", f"a date after {pack.valid_from.isoformat()}", pack.valid_to.isoformat())


def _check_validity(validity: Validity, key: str, where: str) -> None:
    minutes, parts = validity.valid_minutes, validity.parts
    for name in ("share_of_operation", "share_of_period"):
        share = getattr(validity, name)
        if share is not None and not 0 <= share <= 1:
            _refuse(where, f"{key}.{name}", "a share from 0 to 1", share)
    if parts is not None and not parts > 0:
        _refuse(where, f"{key}.parts", "a whole number of parts above zero", parts)
    if minutes is not None and not minutes > 0:
        _refuse(where, f"{key}.valid_minutes", "minutes above zero", minutes)


def _check_choices(pack: RulePack, where: str) -> None:
    if pack.order_of_operations is not None and pack.order_of_operations.value not in ORDERS:
        _refuse(where, "order_of_operations", f"one of {', '.join(ORDERS)}", pack.order_of_operations.value)
    if pack.oxygen.mixed_fuels.value not in MIXED_FUELS:
        _refuse(where, "oxygen.mixed_fuels", f"one of {', '.join(MIXED_FUELS)}", pack.oxygen.mixed_fuels.value)
    if pack.conditions.moisture.value != "dry":
        _refuse(where, "conditions.moisture", '"dry"', pack.conditions.moisture.value)
    _check_oxygen(pack, where)
    for i, deduction in enumerate(pack.deductions):
        if deduction.component not in CATALOGUE:
            _refuse(where, f"deductions[{i}].component", "a component of the catalogue", deduction.component)
        if deduction.method is DeductionMethod.SHARE_OF_LIMIT and not 0 < deduction.share_of_limit < 1:
            _refuse(where, f"deductions[{i}].share_of_limit", "a share above 0 and under 1", deduction.share_of_limit)


def _check_oxygen(pack: RulePack, where: str) -> None:
    air = pack.oxygen.air_pct.value
    seen: set[tuple[str, str]] = set()
    for i, reference in enumerate(pack.oxygen.reference):
        if not 0 <= reference.value < air:
            _refuse(where, f"oxygen.reference[{i}].value", f"a content from 0 to under {air} vol %", reference.value)
        if (reference.unit, reference.fuel) in seen:
            _refuse(where, f"oxygen.reference[{i}]", "each unit and fuel once", f"{reference.unit}, {reference.fuel}")
        seen.add((reference.unit, reference.fuel))
    highest = pack.oxygen.highest_pct
    if highest is not None and not 0 < highest.value <= air:
        _refuse(where, "oxygen.highest_pct", f"a content above 0 and up to {air} vol %", highest.value)
