"""Mass emission: concentration times flow in the same state."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from tynys.calc.arrays import Floats

MG_PER_G = 1000.0
S_PER_H = 3600.0
G_PER_T = 1e6


def mass_rate_g_s(conc_mg_nm3: Floats, flow_nm3_h: Floats) -> Floats:
    """Emission rate; zero where concentration or flow is negative, NaN where either is absent.

    Both in the same state: dry, normal, at measured oxygen. [mg Nm⁻³, Nm³ h⁻¹ → g s⁻¹]

    Sources
    -------
    EN 17255-1: undeducted concentration times flow in the same state, zero where either is negative.
    """
    rate = conc_mg_nm3 * flow_nm3_h / (MG_PER_G * S_PER_H)
    return np.where(np.isnan(rate), np.nan, np.where((conc_mg_nm3 < 0) | (flow_nm3_h < 0), 0.0, rate))


def mass_t(rate_g_s: Floats, duration_s: Floats) -> Floats:
    """Amount emitted at a rate over a time. [g s⁻¹, s → t]."""
    return rate_g_s * duration_s / G_PER_T
