"""Adaptors of the tests of limits: averages as runs, rules as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from tynys.calc.arrays import Floats, Mask
from tynys.calc.charges import charge_of
from tynys.calc.compliance import abatement, bridge, ceilings
from tynys.calc.states import PLANT_STATES
from tynys.calc.table import AverageTable
from tynys.conformance.adapt import call, plain, to_type
from tynys.conformance.adaptors.rules import rule_pack, sourced
from tynys.domain.average import Average, Origin
from tynys.domain.fuel import FUELS
from tynys.domain.status import AverageStatus, PlantState
from tynys.law.charges import Charges
from tynys.law.plant_class import Plant

if TYPE_CHECKING:
    from collections.abc import Callable

HOUR_MS = 3_600_000
_CLOCK = ("start_ms", "end_ms", "restore_within_h", "notify_within_h", "over_months")


def spread(runs: list[list[Any]]) -> list[Any]:
    """Values of runs ``[value, how often]``."""
    return [run[0] for run in runs for _ in range(run[1])]


def _ceiling(kernel: Callable[..., Any]) -> Callable[[dict[str, Any]], Any]:
    def run(given: dict[str, Any]) -> Any:
        out = given.pop("excluded_runs", None)
        values = to_type(spread(given.pop("runs")), Floats)
        more = {} if out is None else {"excluded": np.array(spread(out), np.bool_)}
        threshold = given.pop("threshold")
        return call(kernel, {"values": values, "threshold": float("nan") if threshold is None else threshold, **more, **given})

    return run


def _averages(period: str, given: dict[str, Any]) -> bridge.Averages:
    values = to_type(spread(given["runs"]), Floats)
    n, length = len(values), HOUR_MS if period == "PT1H" else 24 * HOUR_MS if period == "P1D" else 28 * 24 * HOUR_MS
    none: Mask = np.zeros(n, np.bool_)
    start = given["start_ms"] + length * np.arange(n, dtype=np.int64)
    out = np.array(spread(given["excluded_runs"]), np.bool_) if "excluded_runs" in given else none
    return bridge.Averages(period, start, start + length, values, none, out, np.isnan(values) & ~out, uncertainty_counted=False)


def _rulings(given: dict[str, Any]) -> Any:
    """Every condition of a limit's test over averages that follow each other."""
    pack = rule_pack({"compliance": {"tests": given["tests"], "excluded_states": ["start_up"]}})
    limit = {"period": "PT1H", "clause": "the case"} | given["limit"]
    ceiling = to_type(limit, bridge.Ceiling)
    averages = {period: _averages(period, each) for period, each in given["averages"].items()}
    return bridge.rulings(ceiling, averages, pack, given.get("plant") and _plant(given["plant"]))


def _plant(given: dict[str, Any]) -> Plant:
    return Plant(fuel=FUELS[given["fuel"]], thermal_input_mw=given["thermal_input_mw"])


def _invalid_days(given: dict[str, Any]) -> Any:
    """A year whose days have so many invalid hours each."""
    rules = {
        "invalid_day": {"period": "PT1H", "more_than": given["more_than_averages"]},
        "invalid_days": {"more_than": given["more_than_days"]},
    }
    runs = [run for bad in given["days"] for run in ([None, bad], [1.0, 24 - bad])]
    start_ms = 1_735_671_600_000  # 1 January 2025, 00:00 in Almaty
    return bridge.invalid_days({"PT1H": _averages("PT1H", {"runs": runs, "start_ms": start_ms})}, rule_pack({"compliance": rules}))


def _abatement(given: dict[str, Any]) -> Any:
    """The clock over windows whose states are given."""
    names = ("restore_within_h", "notify_within_h", "most_h", "over_months")
    pack = rule_pack({"compliance": {"abatement_clock": {name: given[name] for name in names}}})
    rows = [
        Average(
            "stack", "dust", "PT1H", start, start + given["window_ms"], 1.0, "mg/Nm3", AverageStatus.VALID, PlantState(state),
            Origin.COMPUTED, provisional=False, count_valid=1, count_expected=1,
        )
        for i, state in enumerate(spread(given["states"]))
        for start in (given["start_ms"] + i * given["window_ms"],)
    ]  # fmt: skip
    assert {row.plant_state for row in rows} <= set(PLANT_STATES)  # noqa: S101  # the case names states
    made, (restored, unabated) = bridge.abatement(AverageTable.from_rows(rows, period="PT1H"), pack)
    return {**plain(made), "restored": restored.outcome.value, "unabated": unabated.outcome.value}


def _clock(kernel: Callable[..., Any], bound: str) -> Callable[[dict[str, Any]], Any]:
    def run(given: dict[str, Any]) -> Any:
        clock = {name: given[name] for name in _CLOCK}
        made = call(abatement.breakdowns, clock | {"restore_within_h": clock["restore_within_h"] or 24.0})
        return call(kernel, {"made": made, bound: given.get(bound), "certainty": given["certainty"]})

    return run


def _charge(given: dict[str, Any]) -> Any:
    charges = given.pop("charges")
    made = None if charges is None else msgspec.convert(sourced({"currency": "KZT"} | charges, Charges), Charges)
    amount = given.pop("amount_t")
    return call(charge_of, {"charges": made, "amount_t": float("nan") if amount is None else amount, **given})


ADAPTORS = {
    **{
        f"compliance.ceilings.{name}": _ceiling(getattr(ceilings, name))
        for name in ("none_above", "none_below", "share_within", "mean_within")
    },
    "compliance.bridge.rulings": _rulings,
    "compliance.bridge.invalid_days": _invalid_days,
    "compliance.bridge.abatement": _abatement,
    "compliance.abatement.restored_in_time": _clock(abatement.restored_in_time, "restore_within_h"),
    "compliance.abatement.unabated_hours": _clock(abatement.unabated_hours, "most_h"),
    "charges.charge_of": _charge,
}
