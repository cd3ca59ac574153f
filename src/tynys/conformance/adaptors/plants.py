"""Plants made of a case's input: as small as the question allows, written in the model's own records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
import numpy as np

from tynys.calc.arrays import Floats
from tynys.calc.series import Series
from tynys.conformance.adapt import to_type
from tynys.domain.configuration import FacilityConfiguration

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SINCE = "2000-01-01T00:00:00Z"
SOURCE, POINT, UNIT = "stack", "section", "unit"
_NAMES = {"kk": "Мысал", "ru": "Пример", "en": "Example"}


def channel_id(number: int) -> str:
    """The identity of the channel at a place of the list."""
    return str(UUID(int=number + 1))


def plant(
    channels: Iterable[Mapping[str, Any]],
    *,
    components: Iterable[Mapping[str, Any]] = (),
    fuels: Iterable[str] = (),
    **more: Any,
) -> FacilityConfiguration:
    """A facility of one unit and one stack with these channels; ``more`` are further keys of the document, the plan's under ``plan``."""
    declared = [{"id": channel_id(i), "point": POINT, **each} for i, each in enumerate(channels)]
    plan = {"id": "plan", "facility": "example", "rule_pack": "case", "valid_from": SINCE, "components": list(components)} | more.pop(
        "plan", {}
    )
    document = {
        "facility": {
            "id": "example",
            "names": _NAMES,
            "operator": _NAMES,
            "region": "KZ-55",
            "region_valid_from": SINCE,
            "sector": "example",
            "category": 1,
            "latitude_deg": 50.0,
            "longitude_deg": 70.0,
        },
        "units": [{"id": UNIT, "names": _NAMES, "electric_mw": 500.0, "thermal_input_mw": 1400.0, "fuels": list(fuels)}],
        "sources": [
            {
                "id": SOURCE,
                "facility": "example",
                "names": _NAMES,
                "kind": "stack",
                "permit_serial": "1",
                "methods": [{"kind": "ams", "valid_from": SINCE}],
            }
        ],
        "ducts": [{"unit": UNIT, "source": SOURCE, "valid_from": SINCE}],
        "points": [{"id": POINT, "source": SOURCE, "area_m2": 50.0}],
        "analysers": [],
        "channels": declared,
        "plan": plan,
    } | more
    return msgspec.convert(document, FacilityConfiguration)


def series(start_ms: int, interval_ms: int, runs: Iterable[list[Any]]) -> Series:
    """Readings on a grid from runs ``[value, count]`` or ``[value, count, status]``; null is a reading without a value."""
    values: list[Any] = []
    status: list[int] = []
    for run in runs:
        value, count = run[0], run[1]
        values += [value] * count
        status += [run[2] if len(run) > 2 else 1] * count  # noqa: PLR2004  # a third place is a status
    times = start_ms + interval_ms * np.arange(len(values), dtype=np.int64)
    return Series(times, to_type(values, Floats), np.array(status, np.uint8))
