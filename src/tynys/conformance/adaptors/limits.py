"""Adaptors of limits: which one an average is held against, and whether it may be judged; pieces of readings joined."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
import numpy as np

from tynys.calc.arrays import Floats
from tynys.calc.compliance.bridge import ceiling_of_law, ceiling_of_permit
from tynys.calc.limits import Circumstance, can_be_judged, limit_for, standing_against
from tynys.calc.series import join_blocks
from tynys.conformance.adapt import plain, to_type
from tynys.conformance.adaptors.plants import SINCE, SOURCE, plant
from tynys.conformance.adaptors.rules import sourced
from tynys.domain.limit import Limit
from tynys.domain.reading import ReadingBlock
from tynys.law.limits import EmissionLimit
from tynys.law.plant_class import Applicable

_LIMIT = {
    "scope_kind": "source",
    "scope": SOURCE,
    "component": "so2",
    "kind": "concentration",
    "unit": "mg/Nm3",
    "period": "PT1H",
    "document": "case",
    "certainty": "verified",
    "valid_from": SINCE,
}
_NOON_MS = 1_741_590_000_000


def _limits(given: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"id": f"limit-{i}", **_LIMIT, **each} for i, each in enumerate(given)]


def _limit_for(given: dict[str, Any]) -> Any:
    """The limit of a stack whose unit may burn these fuels, in a state, with these shares of heat."""
    configuration = plant([], fuels=given.get("fuels", []), limits=_limits(given["limits"]))
    circumstance = to_type({"state": given.get("state"), "heat": given.get("heat")}, Circumstance)
    found = limit_for(configuration, SOURCE, "so2", "PT1H", _NOON_MS, circumstance)
    return {"limit": None if found is None else found.value, "may_be_judged": found is not None and can_be_judged(found)}


def _standing(given: dict[str, Any]) -> Any:
    """Where the mean so far and the forecast stand against a limit."""
    limit = None if given["limit"] is None else msgspec.convert(_limits([given["limit"]])[0], Limit)
    return standing_against(limit, None, given["mean"], given["forecast"])


def _ceiling(made: Any) -> dict[str, Any]:
    return {name: plain(getattr(made, name)) for name in ("value", "reason", "at_least")}


def _of_permit(given: dict[str, Any]) -> Any:
    return _ceiling(ceiling_of_permit(msgspec.convert(_limits([given])[0], Limit)))


def _of_law(given: dict[str, Any]) -> Any:
    missing = tuple(given.pop("not_known", ()))
    document = {"component": "so2", "period": "P1D", "unit": "mg/Nm3", **given}
    return _ceiling(ceiling_of_law(Applicable(msgspec.convert(sourced(document, EmissionLimit), EmissionLimit), missing)))


def _joined(given: dict[str, Any]) -> Any:
    """One series of blocks in any order."""
    blocks = []
    for block in given["blocks"]:
        values = to_type(block["value"], Floats)
        status = np.array(block["status"], np.uint8)
        cause = np.where(np.isnan(values), np.uint8(1), np.uint8(0))
        blocks.append(ReadingBlock(UUID(int=1), block["start_ms"], block["interval_ms"], values, status, cause))
    (made,) = join_blocks(blocks).values()
    return made


ADAPTORS = {
    "limits.limit_for": _limit_for,
    "limits.standing_against": _standing,
    "compliance.bridge.ceiling_of_permit": _of_permit,
    "compliance.bridge.ceiling_of_law": _of_law,
    "series.join_blocks": _joined,
}
