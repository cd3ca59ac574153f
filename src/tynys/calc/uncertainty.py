"""Uncertainty of what is calculated, by the Guide (GUM): sensitivities, correlated inputs, coverage.

A standard uncertainty below zero, NaN or infinite gives NaN; so does any element whose sensitivity is NaN. Inputs come as rows: the
uncertainty of k inputs over n windows is (k, n), or (k, 1) where it is the same for all.
"""

from __future__ import annotations

import math
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec

import numpy as np

from tynys.calc.arrays import exact_total
from tynys.calc.mass import MG_PER_G, S_PER_H
from tynys.calc.reference import NORMAL_K, NORMAL_KPA, O2_AIR_PCT, to_dry, to_normal, to_reference_oxygen

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from tynys.calc.arrays import Floats

    Matrix = npt.NDArray[np.float64]

COVERAGE_FACTOR = 2.0
"""Coverage factor of about 95 % where every input is well known (JCGM 100:2008, 6.3.3)."""

COVERAGE = 0.95
"""Level of confidence of an expanded uncertainty (2010/75/EU, Annex V, Part 3: 95 % confidence interval)."""

P = ParamSpec("P")

_WHOLE_PCT = 100.0
_ROUNDING = 1e-12


def combined_uncertainty(sensitivities: Matrix, uncertainties: Matrix, correlation: Matrix | None = None) -> Floats:
    """Combined standard uncertainty of a result from those of its inputs.

    Parameters
    ----------
    sensitivities : (k, n) float64
        Partial derivative of the result by each input. [unit of the result / unit of the input]
    uncertainties : (k, n) or (k, 1) float64
        Standard uncertainties of the inputs. [unit of the input]
    correlation : (k, k) or (k, k, n) float64
        Correlation coefficients of the inputs, the same for all windows or for each; None: they are independent.

    Returns
    -------
    (n,) float64
        [unit of the result]

    Raises
    ------
    ValueError
        If the correlation is not a symmetric (k, k) matrix of coefficients from −1 to 1 with ones on its diagonal, or cannot be one of
        any quantities (it is not positive semidefinite). A window whose own matrix holds a NaN gives NaN.

    Sources
    -------
    JCGM 100:2008, 5.1.2, equation (10); 5.2.2, equations (13) and (16).
    """
    parts = _contributions(sensitivities, uncertainties)
    k = len(parts)
    between = np.eye(k) if correlation is None else _checked(np.asarray(correlation, np.float64), k)
    square = np.zeros(parts.shape[1])
    with np.errstate(all="ignore"):
        for i in range(k):
            for j in range(k):
                square = square + parts[i] * between[i, j] * parts[j]
        return _finite(np.sqrt(np.maximum(square, 0.0)))


def _finite(values: Matrix) -> Matrix:
    return np.where(np.isfinite(values), values, np.nan)


def shared_correlation(sensitivities: Matrix, others: Matrix, uncertainties: Matrix) -> Floats:
    """Correlation of two results that are made of the same independent inputs; 0 where either has no uncertainty.

    Parameters
    ----------
    sensitivities, others : (k, n) float64
        Partial derivatives of the one and of the other result by each input; 0 for an input it does not depend on.
    uncertainties : (k, n) or (k, 1) float64
        Standard uncertainties of the inputs.

    Returns
    -------
    (n,) float64
        From −1 to 1. [1]

    Notes
    -----
    A concentration and a flow in one state share temperature, pressure and moisture: at actual conditions they cancel in the mass.

    Sources
    -------
    JCGM 100:2008, F.1.2.3, equation (F.2).
    """
    one, other = _contributions(sensitivities, uncertainties), _contributions(others, uncertainties)
    together, first, second = np.zeros(one.shape[1]), np.zeros(one.shape[1]), np.zeros(one.shape[1])
    with np.errstate(all="ignore"):
        for a, b in zip(one, other, strict=True):
            together, first, second = together + a * b, first + a * a, second + b * b
        spread = np.sqrt(first) * np.sqrt(second)
        return np.where(spread == 0, 0.0, np.where(np.isfinite(spread), np.clip(together / spread, -1.0, 1.0), np.nan))


def _contributions(sensitivities: Matrix, uncertainties: Matrix) -> Matrix:
    with np.errstate(all="ignore"):
        given = np.asarray(uncertainties, np.float64)
        parts = np.asarray(sensitivities, np.float64) * np.where(np.isfinite(given) & (given >= 0), given, np.nan)
    return _finite(parts)


def _checked(correlation: Matrix, k: int) -> Matrix:
    """The matrix, or one for each window, if it can be one of correlations."""
    each = np.moveaxis(np.atleast_3d(correlation), -1, 0) if correlation.ndim in {2, 3} else np.empty((0, 0, 0))
    whole = each.shape[1:] == (k, k) and (correlation.ndim == 3 or np.isfinite(each).all())  # noqa: PLR2004  # one for each window
    known = each[np.isfinite(each).all(axis=(1, 2))] if whole else each
    if (
        not whole
        or (np.abs(known) > 1 + _ROUNDING).any()
        or not np.allclose(known, known.swapaxes(1, 2), atol=_ROUNDING)
        or not np.allclose(np.diagonal(known, axis1=1, axis2=2), 1.0)
    ):
        msg = f"expected a symmetric correlation matrix of {k} x {k} coefficients with ones on its diagonal, got shape {correlation.shape}"
        raise ValueError(msg)
    if known.size and np.linalg.eigvalsh(known).min() < -1e-9 * k:
        msg = "expected correlations that can hold together (a positive semidefinite matrix), got one with a negative eigenvalue"
        raise ValueError(msg)
    return correlation


def effective_degrees_of_freedom(sensitivities: Matrix, uncertainties: Matrix, degrees_of_freedom: Floats) -> Floats:
    """Effective degrees of freedom of a combined uncertainty of independent inputs; infinite where nothing finite contributes.

    Parameters
    ----------
    degrees_of_freedom : (k,) float64
        Of each input; infinite where its uncertainty is taken as known; below 1 or NaN gives NaN.

    Sources
    -------
    JCGM 100:2008, G.4.1, equation (G.2b) (Welch-Satterthwaite).
    """
    parts = _contributions(sensitivities, uncertainties)
    freedom = np.asarray(degrees_of_freedom, np.float64)[:, np.newaxis]
    known = np.where(freedom >= 1, freedom, np.nan)
    with np.errstate(all="ignore"):
        squares = parts * parts  # products, not powers: a power may differ in its last bit from one machine to another
        below = (squares * squares / known).sum(axis=0)
        whole = squares.sum(axis=0) * squares.sum(axis=0)
        return np.where(below == 0, np.inf, np.where(np.isfinite(whole) & np.isfinite(below), whole / below, np.nan))


def coverage_factor(degrees_of_freedom: Floats, coverage: float = COVERAGE) -> Floats:
    """Two-sided coverage factor: Student's t for the degrees of freedom (truncated to whole ones), the normal quantile for infinite ones.

    Parameters
    ----------
    degrees_of_freedom : (n,) float64
        At least 1; NaN or fewer gives NaN.
    coverage : float
        Level of confidence, above 0 and under 1. [1]

    Sources
    -------
    JCGM 100:2008, G.3.2 and G.4.1.
    """
    from scipy.special import ndtri, stdtrit  # noqa: PLC0415  # costly to import, and few commands come here

    freedom = np.floor(np.asarray(degrees_of_freedom, np.float64))
    level = (1.0 + coverage) / 2.0
    finite = np.isfinite(freedom) & (freedom >= 1)
    student = stdtrit(np.where(finite, freedom, 1.0), level)
    return np.where(finite, student, np.where(np.isposinf(freedom), ndtri(level), np.nan))


def expanded_uncertainty(standard: Floats, degrees_of_freedom: Floats | None = None, coverage: float = COVERAGE) -> Floats:
    """Half-width of the confidence interval: k = 2 without degrees of freedom, else Student's t for them. [unit of ``standard``].

    Parameters
    ----------
    standard : (n,) float64
        Combined standard uncertainty; below zero, NaN or infinite gives NaN.
    degrees_of_freedom : (n,) float64 or None
        Effective degrees of freedom.

    Sources
    -------
    JCGM 100:2008, 6.2.1, 6.3.3 and G.6.4.
    """
    given = np.asarray(standard, np.float64)
    known = np.where(np.isfinite(given) & (given >= 0), given, np.nan)
    return known * (COVERAGE_FACTOR if degrees_of_freedom is None else coverage_factor(degrees_of_freedom, coverage))


def mean_uncertainty(uncertainties: Floats, correlation: float = 0.0) -> float:
    """Standard uncertainty of the mean of readings that share part of their errors; NaN of none.

    Parameters
    ----------
    uncertainties : (n,) float64
        Standard uncertainty of each reading. [unit of the readings]
    correlation : float
        Correlation of any two of them: 0 where errors are independent (the uncertainty falls with √n), 1 where they share one error, as
        that of a calibration gas or function (it does not fall). From 0 to 1.

    Raises
    ------
    ValueError
        If the correlation lies outside 0..1.

    Sources
    -------
    JCGM 100:2008, 5.2.2, equation (16), with sensitivities 1/n; F.1.2.3.
    """
    if not 0 <= correlation <= 1:
        msg = f"expected a correlation from 0 to 1, got {correlation}"
        raise ValueError(msg)
    given = np.asarray(uncertainties, np.float64)
    if len(given) == 0 or not np.isfinite(given).all() or (given < 0).any():
        return math.nan
    with np.errstate(over="ignore"):
        squares, total = exact_total(given * given), exact_total(given)
    made = math.sqrt((1.0 - correlation) * squares + correlation * (total * total)) / len(given)
    return made if math.isfinite(made) else math.nan


def _windowwise(formula: Callable[P, tuple[Floats, ...]]) -> Callable[P, Matrix]:
    """Stack the parts of a formula to (k, n); NaN in a window where any number given, or any part, is NaN or infinite; no warning."""

    @wraps(formula)
    def whole(*args: P.args, **kwargs: P.kwargs) -> Matrix:
        with np.errstate(all="ignore"):
            made = np.stack(np.broadcast_arrays(*formula(*args, **kwargs)))
        known = np.isfinite(made).all(axis=0)
        for given in (*args, *kwargs.values()):
            if isinstance(given, (int, float, np.ndarray)):
                known = known & np.isfinite(given)
        return np.where(known, made, np.nan)

    return whole


@_windowwise
def concentration_sensitivities(
    conc_actual_mg_m3: Floats,
    temperature_c: Floats,
    pressure_kpa: Floats,
    h2o_pct: Floats,
    o2_pct: Floats,
    *,
    o2_reference_pct: float,
    o2_wet: bool = False,
    o2_air_pct: float = O2_AIR_PCT,
) -> tuple[Floats, ...]:
    """Sensitivities of a concentration at reference conditions to what it is made of; NaN where it cannot be made.

    Parameters
    ----------
    conc_actual_mg_m3 : (n,) float64
        Wet, at actual temperature and pressure. [mg m⁻³]
    temperature_c, pressure_kpa, h2o_pct : (n,) float64
        [°C, kPa, vol %]
    o2_pct : (n,) float64
        Oxygen, of dry gas, or of wet gas with ``o2_wet``: moisture then enters twice. [vol %]

    Returns
    -------
    (5, n) float64
        By concentration, temperature, pressure, moisture and oxygen. [mg Nm⁻³ per unit of each]

    Sources
    -------
    JCGM 100:2008, 5.1.3; derivatives of the formula of 2010/75/EU, Annex V.
    """
    oxygen = to_dry(o2_pct, h2o_pct) if o2_wet else np.asarray(o2_pct, np.float64)
    unit = to_dry(to_normal(np.ones_like(oxygen), temperature_c, pressure_kpa), h2o_pct)
    by_conc = to_reference_oxygen(unit, oxygen, o2_reference_pct, o2_highest_pct=o2_air_pct, o2_air_pct=o2_air_pct)
    value = by_conc * conc_actual_mg_m3
    kelvin, dry = temperature_c + NORMAL_K, _WHOLE_PCT - h2o_pct
    by_oxygen, by_moisture = value / (o2_air_pct - oxygen), value / dry
    if o2_wet:
        by_oxygen, by_moisture = by_oxygen * _WHOLE_PCT / dry, by_moisture + by_oxygen * oxygen / dry
    return by_conc, value / kelvin, -value / pressure_kpa, by_moisture, by_oxygen


@_windowwise
def flow_sensitivities(
    velocity_m_s: Floats, area_m2: float, profile_factor: float, temperature_c: Floats, pressure_kpa: Floats, h2o_pct: Floats
) -> tuple[Floats, ...]:
    """Sensitivities of a dry normal flow to what it is made of; NaN where it cannot be made.

    Returns
    -------
    (6, n) float64
        By velocity, area, profile factor, temperature, pressure and moisture. [Nm³ h⁻¹ per unit of each]

    Sources
    -------
    JCGM 100:2008, 5.1.3; derivatives of the formula of EN ISO 16911-1.
    """
    possible = (np.asarray(pressure_kpa) > 0) & (np.asarray(temperature_c) > -NORMAL_K) & (np.asarray(h2o_pct) < _WHOLE_PCT)
    kelvin = np.where(possible, temperature_c + NORMAL_K, np.nan)
    dry = np.where(possible, _WHOLE_PCT - h2o_pct, np.nan)
    state = S_PER_H * (NORMAL_K / kelvin) * (pressure_kpa / NORMAL_KPA) * dry / _WHOLE_PCT
    value = velocity_m_s * area_m2 * profile_factor * state
    return (
        area_m2 * profile_factor * state,
        velocity_m_s * profile_factor * state,
        velocity_m_s * area_m2 * state,
        -value / kelvin,
        value / pressure_kpa,
        -value / dry,
    )


@_windowwise
def mass_rate_sensitivities(conc_mg_nm3: Floats, flow_nm3_h: Floats) -> tuple[Floats, ...]:
    """Sensitivities of a mass rate to its concentration and flow: (2, n). [g s⁻¹ per mg Nm⁻³, per Nm³ h⁻¹].

    Concentration and flow in one state share temperature, pressure, moisture and oxygen: give their correlation when combining.

    Sources
    -------
    JCGM 100:2008, 5.1.3; derivatives of concentration times flow.
    """
    return flow_nm3_h / (MG_PER_G * S_PER_H), conc_mg_nm3 / (MG_PER_G * S_PER_H)


@_windowwise
def specific_emission_sensitivities(rate_g_s: Floats, power_mw: Floats) -> tuple[Floats, ...]:
    """Sensitivities of a specific emission to its rate and output: (2, n); NaN without output. [g kWh⁻¹ per g s⁻¹, per MW].

    Sources
    -------
    JCGM 100:2008, 5.1.3; derivatives of rate over output.
    """
    out = np.where(power_mw > 0, power_mw, np.nan)
    return S_PER_H / 1000.0 / out, -S_PER_H / 1000.0 * rate_g_s / (out * out)
