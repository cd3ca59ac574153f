"""Numbers as people read them: separators, signs and decimals by language; halves are rounded away from zero, on decimal digits."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tynys.present.catalogue import Language

NBSP = "\u00a0"
MINUS = "\u2212"
ABSENT = "—"
_THOUSANDS = {"kk": NBSP, "ru": NBSP, "en": ","}
_POINT = {"kk": ",", "ru": ",", "en": "."}
_MOST_PLACES = 3
_IN_POWERS = 1e24
"""From here on a number is no longer counted in digits but told as a power of ten."""
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def decimal(language: Language, value: float | None, places: int = 0) -> str:
    """A number with a fixed count of decimals; absent or not finite is a dash."""
    if value is None or not math.isfinite(value):
        return ABSENT
    if abs(value) >= _IN_POWERS:
        return _power(language, value)
    rounded = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    whole, _, part = f"{abs(rounded):f}".partition(".")
    groups = []
    while len(whole) > 3:  # noqa: PLR2004 - digits come in threes
        whole, group = whole[:-3], whole[-3:]
        groups.append(group)
    digits = _THOUSANDS[language].join([whole, *reversed(groups)])
    sign = MINUS if rounded < 0 else ""
    return f"{sign}{digits}{_POINT[language]}{part}" if part else f"{sign}{digits}"


def _power(language: Language, value: float) -> str:
    """A number beyond all counting, such as one that has run over: 1·10³⁸, −4·10³⁴."""
    digits, exponent = f"{abs(value):.2e}".split("e")
    mantissa = digits.rstrip("0").rstrip(".").replace(".", _POINT[language])
    return f"{MINUS if value < 0 else ''}{mantissa}·10{str(int(exponent)).translate(_RAISED)}"


def places_for(value: float | None) -> int:
    """Decimals that suit a measured value: three significant digits, never more than two decimals."""
    if value is None or not math.isfinite(value) or abs(value) >= 10:  # noqa: PLR2004 - from 10 upwards none
        return 0
    return 1 if abs(value) >= 1 else 2


def measured(language: Language, value: float | None) -> str:
    """A measured value with the decimals that suit it."""
    return decimal(language, value, places_for(value))


def beside(language: Language, value: float | None, limit: float | None) -> str:
    """A measured value shown beside a limit, with as many decimals as it takes not to look equal when it is not."""
    if value is None or limit is None or not math.isfinite(value):
        return measured(language, value)
    places = places_for(value)
    while places < _MOST_PLACES and value != limit and round(value, places) == limit:
        places += 1
    return decimal(language, value, places)


def percent(language: Language, share: float | None, places: int = 0) -> str:
    """A share 0..1 as per cent; 1 and 0 are said only of exactly all and exactly nothing."""
    if share is None or not math.isfinite(share):
        return ABSENT
    while places < 1 and 0 < share < 1 and round(share * 100, places) in {0, 100}:
        places += 1
    shown = share * 100
    if 0 < share < 1:
        step = 10.0**-places
        shown = min(max(shown, step), 100 - step)
    sign = "%" if language == "en" else f"{NBSP}%"
    return f"{decimal(language, shown, places)}{sign}"
