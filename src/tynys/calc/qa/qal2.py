"""QAL2: the calibration function of an analyser from parallel measurements, its variability test and its valid range."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tynys.calc.qa.distributions import k_v, sigma_0
from tynys.calc.qa.moments import mean, standard_deviation, total
from tynys.calc.qa.pairs import Note, ams_at_standard, srm_as_ams, srm_at_standard
from tynys.calc.qa.programme import programme_of
from tynys.domain.errors import ConfigurationError
from tynys.domain.quality import Procedure

if TYPE_CHECKING:
    from tynys.calc.arrays import Floats, Mask
    from tynys.calc.qa.pairs import Pairs

LEAST_PAIRS = 15
"""Valid pairs a QAL2 needs (EN 14181, 6.3)."""
LEAST_DAYS = 3
"""Days they are spread over (EN 14181, 6.3)."""
LOW_CLUSTER_SHARE = 0.15
"""Below this share of the limit a cluster counts as low (EN 14181, 6.4.3)."""
RANGE_FLOOR_SHARE = 0.20
"""The valid range reaches to this share of the limit at least (EN 14181, 6.6)."""
RANGE_MARGIN = 0.10
"""How far the valid range reaches beyond the highest value, as a share of it: 10 % for gases, 100 % for dust (EN 13284-2)."""
_FITTED = 3
"""So few points fit a line, but say nothing about it."""


@dataclass(frozen=True, slots=True, eq=False)
class Qal2:
    """Result of a QAL2. Arrays are (n,), an entry a row; concentrations in mg Nm⁻³.

    ``intercept`` and ``slope`` turn the signal into a concentration in the state the AMS measures in; ``srm_standard``, ``ams_standard``
    and ``difference`` are at standard conditions, NaN where a row is no pair that counts; ``spread`` is of ``srm_standard``; ``s_d`` is
    the standard deviation of ``difference`` and passes up to ``limit`` = σ0·k_v; ``valid_range_max`` is a standardised value.
    """

    procedure: Procedure
    intercept: float
    slope: float
    r2: float
    s_d: float
    sigma_0: float
    k_v: float
    limit: float
    variability_passed: bool
    passed: bool
    valid_range_max: float
    n_pairs: int
    spread: float
    d_mean: float
    srm_as_ams: Floats
    calibrated: Floats
    srm_standard: Floats
    ams_standard: Floats
    difference: Floats
    used: Mask
    notes: tuple[Note, ...]


def qal2(
    pairs: Pairs,
    *,
    elv: float,
    permitted_uncertainty_pct: float,
    o2_reference_pct: float,
    zero: float | None = None,
    range_margin: float = RANGE_MARGIN,
) -> Qal2:
    """Calibrate an analyser: choose the procedure, fit the line, test the variability, find the valid range.

    Parameters
    ----------
    pairs : Pairs
        Parallel measurements; for procedure c reference materials as well.
    elv : float
        Daily emission limit value E, at standard conditions. [mg Nm⁻³]
    permitted_uncertainty_pct : float
        P, the permitted half-width of the 95 % interval as a share of ``elv``. [%]
    o2_reference_pct : float
        Of the standard conditions. [vol %, dry]
    zero : float or None
        The AMS's reading at a concentration of zero, needed by procedure b. [the signal's unit]
    range_margin : float
        How far beyond the highest value the valid range reaches, as a share of it.

    Returns
    -------
    Qal2
        ``passed`` needs the variability test and at least 15 pairs that count; other shortcomings are in ``notes``.

    Raises
    ------
    ConfigurationError
        Too few pairs or a signal that stands still, so that there is no line; a procedure whose zero or reference materials are missing.

    Sources
    -------
    EN 14181, 6.4 to 6.7.
    """
    used = pairs.used
    n_pairs = int(used.sum())
    if n_pairs < _FITTED:
        raise ConfigurationError(
            f"expected at least {_FITTED} pairs that count, got {n_pairs}",
            hint=f"A QAL2 needs {LEAST_PAIRS} valid pairs; plan 18 or 19.",
            code="qa.too_few_pairs",
        )
    seen, standard = srm_as_ams(pairs, o2_reference_pct), srm_at_standard(pairs, o2_reference_pct)
    permitted = permitted_uncertainty_pct / 100.0 * elv
    procedure = choose(standard[used], elv=elv, permitted=permitted)
    fitted = used | pairs.materials if procedure is Procedure.C else used
    intercept, slope = _line(procedure, pairs, seen, fitted, zero)
    calibrated = intercept + slope * pairs.x
    ams = ams_at_standard(pairs, calibrated, o2_reference_pct)
    difference = np.where(used, standard - ams, np.nan)
    s_d = standard_deviation(difference[used])
    permitted_sd, factor = sigma_0(elv, permitted_uncertainty_pct), k_v(n_pairs)
    limit = permitted_sd * factor
    notes = programme_of(pairs, least_pairs=LEAST_PAIRS, least_days=LEAST_DAYS)
    if np.any(pairs.materials) and procedure is not Procedure.C:
        notes = (*notes, Note("qa.note.materials_unused", {"procedure": procedure.value}))
    return Qal2(
        procedure=procedure,
        intercept=intercept,
        slope=slope,
        r2=_determination(seen[fitted], calibrated[fitted]),
        s_d=s_d,
        sigma_0=permitted_sd,
        k_v=factor,
        limit=limit,
        variability_passed=s_d <= limit,
        passed=s_d <= limit and n_pairs >= LEAST_PAIRS,
        valid_range_max=max((1.0 + range_margin) * float(ams[used].max()), RANGE_FLOOR_SHARE * elv),
        n_pairs=n_pairs,
        spread=float(np.ptp(standard[used])),
        d_mean=mean(difference[used]),
        srm_as_ams=seen,
        calibrated=calibrated,
        srm_standard=np.where(used, standard, np.nan),
        ams_standard=np.where(used, ams, np.nan),
        difference=difference,
        used=used,
        notes=notes,
    )


def choose(srm_standard: Floats, *, elv: float, permitted: float) -> Procedure:
    """The procedure the results ask for: a where they spread, else b for a high cluster and c for a low one.

    Parameters
    ----------
    srm_standard : (n,) float64
        Results of the reference method that count, at standard conditions. [mg Nm⁻³]
    elv, permitted : float
        E, and P as a concentration, P·E. [mg Nm⁻³]

    Sources
    -------
    EN 14181, 6.4.3.
    """
    if float(np.ptp(srm_standard)) >= permitted:
        return Procedure.A
    return Procedure.B if float(srm_standard.min()) >= LOW_CLUSTER_SHARE * elv else Procedure.C


def _line(procedure: Procedure, pairs: Pairs, seen: Floats, fitted: Mask, zero: float | None) -> tuple[float, float]:
    """Intercept and slope; procedures a and c by least squares, b through the zero and the middle of the cluster."""
    x, y = pairs.x[fitted], seen[fitted]
    x_mean, y_mean = mean(x), mean(y)
    if procedure is Procedure.B:
        if zero is None:
            raise ConfigurationError(
                "expected the AMS's reading at zero for procedure b (a high cluster), got none",
                hint="Give it with --zero, for example --zero 4 for a signal of 4 to 20 mA.",
                code="qa.zero_needed",
            )
        distance = x_mean - zero
        slope = y_mean / distance if distance else 0.0
        intercept = -slope * zero
    else:
        if procedure is Procedure.C and not np.any(pairs.materials):
            raise ConfigurationError(
                "expected reference materials for procedure c (a low cluster), got none",
                hint='Add rows with kind = "reference": zero, and a concentration close to the limit.',
                code="qa.reference_needed",
            )
        distance = total((x - x_mean) ** 2)
        slope = total((x - x_mean) * (y - y_mean)) / distance if distance else 0.0
        intercept = y_mean - slope * x_mean
    if not distance:
        raise ConfigurationError(
            f"expected a signal that moves, got {x_mean:g} throughout",
            hint="Was the column x written by a frozen output?",
            code="qa.no_spread",
        )
    return intercept, slope


def _determination(y: Floats, fitted: Floats) -> float:
    """Coefficient of determination of a line; NaN where the values it should explain do not differ."""
    explained = total((y - mean(y)) ** 2)
    return 1.0 - total((y - fitted) ** 2) / explained if explained else float("nan")
