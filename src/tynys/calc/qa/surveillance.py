"""AST, the annual surveillance test: whether an analyser still follows its calibration function."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tynys.calc.qa.distributions import k_v, sigma_0, t_one_sided
from tynys.calc.qa.moments import mean, standard_deviation
from tynys.calc.qa.pairs import ams_at_standard, srm_at_standard
from tynys.calc.qa.programme import programme_of
from tynys.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from tynys.calc.arrays import Floats, Mask
    from tynys.calc.qa.pairs import Note, Pairs

LEAST_PAIRS = 5
"""Valid pairs an AST needs (EN 14181, 8.3)."""
VARIABILITY_FACTOR = 1.5
"""An AST allows half as much again as a QAL2 (EN 14181, 8.5)."""
_TESTED = 3
"""So few differences have a spread, but say nothing about it."""


@dataclass(frozen=True, slots=True, eq=False)
class Ast:
    """Result of an AST. Arrays are (n,), an entry a row; concentrations at standard conditions in mg Nm⁻³.

    ``s_d`` passes up to ``limit_variability`` = 1.5·σ0·k_v, the magnitude of ``d_mean`` up to
    ``limit_validity`` = t(0.95; N − 1)·s_D/√N + σ0.
    """

    d_mean: float
    s_d: float
    sigma_0: float
    k_v: float
    t: float
    limit_variability: float
    limit_validity: float
    variability_passed: bool
    validity_passed: bool
    passed: bool
    n_pairs: int
    calibrated: Floats
    srm_standard: Floats
    ams_standard: Floats
    difference: Floats
    used: Mask
    notes: tuple[Note, ...]


def surveillance_test(
    pairs: Pairs, *, intercept: float, slope: float, elv: float, permitted_uncertainty_pct: float, o2_reference_pct: float
) -> Ast:
    """Test a calibration function in force by a few parallel measurements.

    Parameters
    ----------
    pairs : Pairs
        Parallel measurements; reference materials do not count.
    intercept, slope : float
        The function in force. [mg Nm⁻³, mg Nm⁻³ per unit of the signal]
    elv, permitted_uncertainty_pct, o2_reference_pct : float
        As for `tynys.calc.qa.qal2.qal2`. [mg Nm⁻³, %, vol % dry]

    Returns
    -------
    Ast
        ``passed`` needs both tests and at least 5 pairs that count.

    Raises
    ------
    ConfigurationError
        Fewer than 3 pairs that count.

    Sources
    -------
    EN 14181, 8.5.
    """
    used = pairs.used
    n_pairs = int(used.sum())
    if n_pairs < _TESTED:
        raise ConfigurationError(
            f"expected at least {_TESTED} pairs that count, got {n_pairs}",
            hint=f"An AST needs {LEAST_PAIRS} valid pairs.",
            code="qa.too_few_pairs",
        )
    calibrated = intercept + slope * pairs.x
    standard, ams = srm_at_standard(pairs, o2_reference_pct), ams_at_standard(pairs, calibrated, o2_reference_pct)
    difference = np.where(used, standard - ams, np.nan)
    d_mean, s_d = mean(difference[used]), standard_deviation(difference[used])
    permitted_sd, factor, t = sigma_0(elv, permitted_uncertainty_pct), k_v(n_pairs), t_one_sided(n_pairs)
    limit_variability = VARIABILITY_FACTOR * permitted_sd * factor
    limit_validity = t * s_d / math.sqrt(n_pairs) + permitted_sd
    steady, true = s_d <= limit_variability, abs(d_mean) <= limit_validity
    return Ast(
        d_mean=d_mean,
        s_d=s_d,
        sigma_0=permitted_sd,
        k_v=factor,
        t=t,
        limit_variability=limit_variability,
        limit_validity=limit_validity,
        variability_passed=steady,
        validity_passed=true,
        passed=steady and true and n_pairs >= LEAST_PAIRS,
        n_pairs=n_pairs,
        calibrated=calibrated,
        srm_standard=np.where(used, standard, np.nan),
        ams_standard=np.where(used, ams, np.nan),
        difference=difference,
        used=used,
        notes=programme_of(pairs, least_pairs=LEAST_PAIRS, least_days=1),
    )
