"""Files of `tynys qal2`, `ast` and `qal3`: parallel measurements, and zero and span checks."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tynys.calc.qa.pairs import Basis, Pairs
from tynys.cli.qa_csv import Faults, moment, number, read_rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tynys.calc.arrays import Floats, Mask, Times
    from tynys.cli.qa_csv import Row

NUMBERS: Final = ("x", "y", "o2_dry_pct", "h2o_pct", "ams_o2_dry_pct", "ams_h2o_pct", "ams_temperature_c", "ams_pressure_kpa")
PAIR_COLUMNS: Final = (*NUMBERS, "kind", "time", "excluded")
CHECK_COLUMNS: Final = ("time", "point", "reading", "reference", "adjusted")
KINDS: Final = ("srm", "reference")
POINTS: Final = ("zero", "span")
YES: Final = {"yes": True, "no": False, "": False}
_BARE: Final = frozenset({"0", "1", "yes", "no", "true", "false", "x"})
"""Words that are no reason."""
_HIGHEST: Final = {"o2_dry_pct": 21.0, "ams_o2_dry_pct": 21.0, "h2o_pct": 100.0, "ams_h2o_pct": 100.0}
"""Oxygen stays below that of air, moisture below all water. [vol %]"""

_LOWEST: Final = {"ams_temperature_c": -273.15, "ams_pressure_kpa": 0.0}
"""Absolute zero, and a vacuum. [°C, kPa]"""


@dataclass(frozen=True, slots=True, eq=False)
class Checks:
    """Zero and span checks in the order of time."""

    time_ms: Times
    point: tuple[str, ...]
    reading: Floats
    reference: Floats
    adjusted: Mask


def read_pairs(path: Path, *, ams_basis: Basis, srm_basis: Basis) -> Pairs:
    """Parallel measurements of a file.

    Parameters
    ----------
    path : Path
        Columns `PAIR_COLUMNS` in any order; ``x`` and ``y`` always, oxygen and moisture where the states ask for them.
    ams_basis, srm_basis : Basis
        States of the two methods; what is needed follows from them.

    Raises
    ------
    ConfigurationError
        With the line of every fault.
    """
    faults = Faults(str(path))
    always = NUMBERS[:4] if srm_basis is Basis.WET else NUMBERS[:2]
    rows = read_rows(path, PAIR_COLUMNS, always, faults)
    conditions = _conditions(rows, ams_basis, srm_basis)
    hot = NUMBERS[6:] if any(row.get(name, "").strip() for _, row in rows for name in NUMBERS[6:]) else ()
    values, kinds, excluded = [], [], []
    for line, row in rows:
        kind, reason = row.get("kind", "").strip().lower() or KINDS[0], row.get("excluded", "").strip()
        if kind not in KINDS:
            faults.add(line, f'kind: expected srm or reference, got "{kind}"')
        if reason.lower() in _BARE:
            faults.add(line, f'excluded: expected the reason in words, or nothing for a pair that counts, got "{reason}"')
        needed = () if reason else (*NUMBERS[:2], *conditions, *hot) if kind == KINDS[0] else NUMBERS[:2]
        values.append(_values(line, row, needed, faults))
        kinds.append(kind)
        excluded.append(reason)
    times = _times(rows, faults)
    faults.stop(f"Columns: {', '.join(PAIR_COLUMNS)}; see the reference of quality assurance.")
    x, y, o2, h2o, ams_o2, ams_h2o, temperature, pressure = np.array(values, np.float64).T
    return Pairs(
        x=x,
        y=y,
        o2_dry_pct=o2,
        h2o_pct=h2o,
        ams_o2_dry_pct=ams_o2,
        ams_h2o_pct=ams_h2o,
        reference=np.array([kind == KINDS[1] for kind in kinds], np.bool_),
        excluded=tuple(excluded),
        time_ms=times,
        ams_basis=ams_basis,
        srm_basis=srm_basis,
        ams_temperature_c=temperature if hot else None,
        ams_pressure_kpa=pressure if hot else None,
    )


def _conditions(rows: Sequence[Row], ams: Basis, srm: Basis) -> tuple[str, ...]:
    """Which of oxygen and moisture a pair must have: both for a wet SRM, else what the AMS's state asks for if any is given at all."""
    if srm is Basis.WET:
        return NUMBERS[2:4]
    given = any(row.get(name, "").strip() for _, row in rows for name in NUMBERS[2:6])
    return () if not given or ams is Basis.STANDARD else NUMBERS[2:4] if ams is Basis.WET else NUMBERS[2:3]


def _values(line: int, row: dict[str, str], needed: Sequence[str], faults: Faults) -> list[float]:
    """The numbers of a row; the plant's own oxygen and moisture stand in for the reference method's where that one is not needed itself."""
    values = []
    for name in NUMBERS:
        stands_in = name in NUMBERS[2:4] and name not in row and bool(row.get(f"ams_{name}", "").strip())
        value = number(row.get(name, ""), line, name, faults, needed=name in needed and not stands_in)
        highest = _HIGHEST.get(name)
        if highest is not None and not math.isnan(value) and not 0.0 <= value < highest:
            faults.add(line, f"{name}: expected a share from 0 to below {highest:g} %, got {value:g}")
        lowest = _LOWEST.get(name)
        if lowest is not None and value <= lowest:
            faults.add(line, f"{name}: expected more than {lowest:g}, got {value:g}")
        values.append(value)
    return values


def _times(rows: Sequence[Row], faults: Faults) -> Times | None:
    """Moments of all rows, or of none: a time for some only tells nothing about the campaign."""
    if not any(row.get("time", "").strip() for _, row in rows):
        return None
    times = []
    for line, row in rows:
        if not row["time"].strip():
            faults.add(line, "time: expected a moment in every row or in none, got nothing")
        times.append(moment(row["time"], line, faults) or 0)
    return np.array(times, np.int64)


def read_checks(path: Path) -> Checks:
    """Zero and span checks of a file, sorted by time.

    Parameters
    ----------
    path : Path
        Columns `CHECK_COLUMNS` in any order; ``adjusted`` (yes or no) is optional.

    Raises
    ------
    ConfigurationError
        With the line of every fault.
    """
    faults = Faults(str(path))
    rows = read_rows(path, CHECK_COLUMNS, CHECK_COLUMNS[:4], faults)
    read: list[tuple[int, str, float, float, bool]] = []
    seen: dict[tuple[int, str], int] = {}
    for line, row in rows:
        point, adjusted = row["point"].strip().lower(), row.get("adjusted", "").strip().lower()
        if point not in POINTS:
            faults.add(line, f'point: expected zero or span, got "{point}"')
        if adjusted not in YES:
            faults.add(line, f'adjusted: expected yes or no, got "{adjusted}"')
        if not row["time"].strip():
            faults.add(line, "time: expected a moment, got nothing")
        when = moment(row["time"], line, faults)
        if when is not None and seen.setdefault((when, point), line) != line:
            faults.add(line, f"time: expected one check of {point} a moment, got a second one (the first is in line {seen[when, point]})")
        reading, reference = (number(row[name], line, name, faults, needed=True) for name in ("reading", "reference"))
        read.append((when or 0, point, reading, reference, YES.get(adjusted, False)))
    faults.stop(f"Columns: {', '.join(CHECK_COLUMNS)}; see the reference of quality assurance.")
    read.sort(key=lambda check: check[0])
    times, points, readings, references, adjustments = zip(*read, strict=True)
    return Checks(
        time_ms=np.array(times, np.int64),
        point=points,
        reading=np.array(readings, np.float64),
        reference=np.array(references, np.float64),
        adjusted=np.array(adjustments, np.bool_),
    )
