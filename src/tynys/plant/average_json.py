"""The plant's own averages as the spool keeps them: one JSON object each, every field of `Average` by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from tynys.domain.average import Average, Origin
from tynys.domain.status import AverageStatus, PlantState

if TYPE_CHECKING:
    from collections.abc import Callable

_ENUMS: dict[str, Callable[[Any], Any]] = {"status": AverageStatus, "plant_state": PlantState, "origin": Origin}


def encode_average(average: Average) -> bytes:
    """An average as JSON."""
    return msgspec.json.encode(average)


def decode_average(body: bytes) -> Average:
    """The average of its JSON."""
    fields = msgspec.json.decode(body)
    return Average(**{name: _ENUMS[name](value) if name in _ENUMS else value for name, value in fields.items()})
