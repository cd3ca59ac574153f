"""Mass emission: concentration times flow in the same state; amounts over a span with what they rest on; specific emission."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tynys.calc.arrays import elementwise, exact_total

if TYPE_CHECKING:
    from tynys.calc.arrays import Floats, Mask

MG_PER_G = 1000.0
S_PER_H = 3600.0
G_PER_T = 1e6
KG_PER_T = 1000.0


@elementwise
def mass_rate_g_s(conc_mg_nm3: Floats, flow_nm3_h: Floats) -> Floats:
    """Emission rate; zero where concentration or flow is negative, NaN where either is absent or infinite.

    Both in the same state: dry, normal, at measured oxygen. A flow of zero emits nothing. [mg Nm⁻³, Nm³ h⁻¹ → g s⁻¹]

    Sources
    -------
    EN 17255-1: undeducted concentration times flow in the same state, zero where either is negative.
    """
    rate = conc_mg_nm3 * flow_nm3_h / (MG_PER_G * S_PER_H)
    return np.where((conc_mg_nm3 < 0) | (flow_nm3_h < 0), 0.0, rate)


@elementwise
def concentration_mg_nm3(rate_g_s: Floats, flow_nm3_h: Floats) -> Floats:
    """The concentration a rate had in its flow: the inverse of `mass_rate_g_s`; NaN where the flow is zero or negative.

    [g s⁻¹, Nm³ h⁻¹ → mg Nm⁻³, in the state of the flow]

    Sources
    -------
    EN 17255-1.
    """
    return rate_g_s * (MG_PER_G * S_PER_H) / np.where(flow_nm3_h > 0, flow_nm3_h, np.nan)


@elementwise
def mass_t(rate_g_s: Floats, duration_s: Floats) -> Floats:
    """Amount emitted at a rate over a time; NaN for a negative time. [g s⁻¹, s → t].

    Sources
    -------
    Definition of the unit.
    """
    return rate_g_s * np.where(duration_s >= 0, duration_s, np.nan) / G_PER_T


@dataclass(frozen=True, slots=True)
class MassTotal:
    """An amount over a span and what it rests on.

    Parameters
    ----------
    amount_t : float
        Of all operating time with a rate, measured or substituted; a lower bound where ``share_missing`` is above zero. NaN where the
        source was in operation and no rate is known at all. [t]
    operating_s : float
        Time in operation. [s]
    share_measured, share_substituted, share_missing : float
        Parts of the operating time, together 1; NaN where there was none.
    substituted_t : float
        The part of the amount that comes from substitute values. [t]
    method : str
        The method of substitution.
    """

    amount_t: float
    operating_s: float
    share_measured: float
    share_substituted: float
    share_missing: float
    substituted_t: float
    method: str

    @property
    def complete(self) -> bool:
        """Whether every moment in operation has a rate."""
        return self.share_missing == 0.0 or self.operating_s == 0.0


def total_mass(rate_g_s: Floats, operating_s: Floats, substituted: Mask | None = None, *, method: str = "none") -> MassTotal:
    """The amount of a span: all operating time counts, start-up and abatement failure included; nothing is filled here.

    Parameters
    ----------
    rate_g_s : (n,) float64
        Rate of each window; NaN or infinite where none is known; below zero it counts as zero. [g s⁻¹]
    operating_s : (n,) float64
        Time in operation of each window; NaN, infinite or negative counts as none. A rate of a window without any is not counted. [s]
    substituted : (n,) bool
        Which rates are substitute values.
    method : str
        The method they were made by.

    Notes
    -----
    The sum does not depend on the order of the windows (`exact_total`).

    Sources
    -------
    EN 17255-1 (mass from undeducted concentrations); 2018/2066/EU, Article 45 (substitution is stated).
    """
    ran = np.where(np.isfinite(operating_s) & (operating_s > 0), operating_s, 0.0)
    rate = np.maximum(rate_g_s, 0.0)
    known = np.isfinite(rate)
    filled = known & (np.zeros(len(ran), np.bool_) if substituted is None else substituted)
    amount = mass_t(np.where(known, rate, 0.0), ran)
    total = exact_total(ran)

    def share(chosen: Mask) -> float:
        return exact_total(ran[chosen]) / total if total > 0 else math.nan

    nothing_known = total > 0 and not (known & (ran > 0)).any()
    return MassTotal(
        amount_t=math.nan if nothing_known else exact_total(amount[known]),
        operating_s=total,
        share_measured=share(known & ~filled),
        share_substituted=share(filled),
        share_missing=share(~known),
        substituted_t=exact_total(amount[filled]),
        method=method,
    )


@elementwise
def specific_emission_g_kwh(rate_g_s: Floats, power_mw: Floats) -> Floats:
    """Emission per energy given out; NaN where the output is zero or negative. [g s⁻¹, MW → g kWh⁻¹].

    Sources
    -------
    Definition: mass over energy of the same time.
    """
    return rate_g_s * (S_PER_H / 1000.0) / np.where(power_mw > 0, power_mw, np.nan)


@elementwise
def specific_emission_kg_gj(rate_g_s: Floats, heat_mw: Floats) -> Floats:
    """Emission per heat given out or put in; NaN where the heat is zero or negative. [g s⁻¹, MW → kg GJ⁻¹].

    Sources
    -------
    Definition: mass over energy of the same time.
    """
    return rate_g_s / np.where(heat_mw > 0, heat_mw, np.nan)


@elementwise
def amount_per_energy_g_kwh(amount_t: Floats, energy_mwh: Floats) -> Floats:
    """Specific emission of a span: its amount over its energy (not the mean of rates); NaN where there is no energy. [t, MWh → g kWh⁻¹].

    Sources
    -------
    Definition: mass over energy of the same time.
    """
    return amount_t * KG_PER_T / np.where(energy_mwh > 0, energy_mwh, np.nan)


@elementwise
def removal_efficiency_pct(raw: Floats, clean: Floats) -> Floats:
    """Part of a pollutant that a device removes; negative where more leaves than enters; NaN where nothing enters.

    Parameters
    ----------
    raw, clean : (n,) float64
        Before and after the device: mass rates, or concentrations in one state at one oxygen. [g s⁻¹ or mg Nm⁻³ → %]

    Sources
    -------
    2010/75/EU, Article 3(27) (rate of desulphurisation) and Annex V, Part 5.
    """
    return 100.0 * (1.0 - clean / np.where(raw > 0, raw, np.nan))
