"""What was expected beside what came, value by value."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tynys.conformance.case import Case, Tolerance

_NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that is not what was expected; ``path`` leads to it, as in ``value[2]`` or ``steps[0].name``."""

    path: str
    expected: Any
    came: Any


def differences(case: Case, result: Any) -> list[Difference]:
    """Everything in a result that is not what the case expects; keys the case does not name are not looked at."""
    return list(_compare("", case.expected, result, None if isinstance(case.tolerance, str) else case.tolerance))


def _compare(path: str, expected: Any, came: Any, tolerance: Tolerance | None) -> Iterator[Difference]:
    if isinstance(expected, dict):
        if not isinstance(came, dict):
            yield Difference(path or "result", expected, came)
            return
        for key, value in expected.items():
            inner = f"{path}.{key}" if path else key
            if key in came:
                yield from _compare(inner, value, came[key], tolerance)
            else:
                yield Difference(inner, value, _NOTHING)
    elif isinstance(expected, list):
        if not isinstance(came, list) or len(came) != len(expected):
            yield Difference(path, expected, came)
            return
        for i, (wanted, got) in enumerate(zip(expected, came, strict=True)):
            yield from _compare(f"{path}[{i}]", wanted, got, tolerance)
    elif not _agree(expected, came, tolerance):
        yield Difference(path, expected, came)


def _agree(expected: Any, came: Any, tolerance: Tolerance | None) -> bool:
    if isinstance(expected, bool) or isinstance(came, bool) or not isinstance(expected, int | float):
        return type(expected) is type(came) and expected == came
    if not isinstance(came, int | float):
        return False
    if expected == came:
        return True
    if tolerance is None or isinstance(expected, int) or not math.isfinite(came):
        return False
    return abs(Decimal(came) - Decimal(expected)) <= allowance(expected, tolerance)


def allowance(expected: float, tolerance: Tolerance) -> Decimal:
    """How far from an expected number another may lie: half a unit of the last digit that counts, and what float64 cannot hold.

    Of a number that is zero, ``digits`` count behind the decimal point.
    """
    if tolerance.decimals is not None:
        place = -tolerance.decimals
    else:
        place = (0 if expected == 0 else Decimal(expected).adjusted() + 1) - (tolerance.digits or 0)
    return Decimal(10) ** place / 2 + Decimal(math.ulp(expected))
