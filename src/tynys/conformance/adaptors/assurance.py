"""Adaptors of quality assurance: parallel measurements as columns, intervals in days."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from tynys.calc.arrays import Floats
from tynys.calc.qa import due, pairs, qal2, surveillance
from tynys.conformance.adapt import call, to_type

if TYPE_CHECKING:
    from collections.abc import Callable

_COLUMNS = ("o2_dry_pct", "h2o_pct", "ams_o2_dry_pct", "ams_h2o_pct")


def _pairs(given: dict[str, Any]) -> pairs.Pairs:
    """Takes the columns of a campaign out of a case's input."""
    n = len(given["x"])
    columns = {name: given.pop(name, [None] * n) for name in ("x", "y", *_COLUMNS)}
    made = pairs.from_columns(**{name: to_type(values, Floats) for name, values in columns.items()})
    marks: dict[str, Any] = {
        "reference": np.array(given.pop("reference", [False] * n), np.bool_),
        "excluded": tuple(given.pop("excluded", [""] * n)),
        "ams_basis": pairs.Basis(given.pop("ams_basis", "wet")),
        "srm_basis": pairs.Basis(given.pop("srm_basis", "wet")),
    }
    return replace(made, **marks)


def _of_pairs(kernel: Callable[..., Any]) -> Callable[[dict[str, Any]], Any]:
    return lambda given: call(kernel, {"pairs": _pairs(given), **given})


def _in_days(kernel: Callable[..., Any]) -> Callable[[dict[str, Any]], Any]:
    def run(given: dict[str, Any]) -> Any:
        days = given.pop("soon_days", None)
        return call(kernel, given | ({} if days is None else {"soon": timedelta(days=days)}))

    return run


ADAPTORS = {
    "qa.pairs.srm_at_standard": _of_pairs(pairs.srm_at_standard),
    "qa.pairs.srm_as_ams": _of_pairs(pairs.srm_as_ams),
    "qa.pairs.ams_at_standard": _of_pairs(pairs.ams_at_standard),
    "qa.qal2.qal2": _of_pairs(qal2.qal2),
    "qa.surveillance.surveillance_test": _of_pairs(surveillance.surveillance_test),
    "qa.due.due_on": _in_days(due.due_on),
    "qa.due.due_after": _in_days(due.due_after),
}
