"""Amounts against limits of mass."""

import numpy as np
import pytest

from tynys.calc.compliance.amounts import amount_within, ratio_within
from tynys.calc.compliance.ruling import Outcome, Reason
from tynys.calc.mass import total_mass

YEAR_S = 365 * 86_400.0


def total(*rates_g_s):
    """A year in equal parts, each at a rate; NaN where none is known."""
    return total_mass(np.array(rates_g_s), np.full(len(rates_g_s), YEAR_S / len(rates_g_s)))


@pytest.mark.parametrize(("limit_t", "outcome"), [(3153.6, Outcome.KEPT), (3153.5, Outcome.EXCEEDED)])
def test_a_year_at_100_grams_a_second_is_3153_tonnes(sure, limit_t, outcome):
    made = amount_within(total(100.0, 100.0), limit_t, sure)
    assert made.outcome is outcome
    assert made.worst == pytest.approx(3153.6)


def test_an_amount_with_a_gap_may_exceed_and_may_not_keep(sure):
    gap = total(100.0, np.nan)
    kept = amount_within(gap, 3000.0, sure)
    assert (kept.outcome, kept.reason) == (Outcome.CANNOT_BE_JUDGED, Reason.INCOMPLETE)
    assert amount_within(gap, 1500.0, sure).outcome is Outcome.EXCEEDED
    assert amount_within(total(np.nan), 1500.0, sure).reason is Reason.NO_VALUES


def test_specific_emission_is_held_over_the_span(sure):
    assert ratio_within(total(100.0), 876_000.0, 3.6, sure).outcome is Outcome.KEPT  # 3153.6 t over 876 GWh
    assert ratio_within(total(100.0), 876_000.0, 3.59, sure).outcome is Outcome.EXCEEDED
    assert ratio_within(total(100.0, np.nan), 876_000.0, 3.6, sure).reason is Reason.INCOMPLETE
    for energy in (0.0, -1.0, np.nan, np.inf):
        assert ratio_within(total(100.0), energy, 3.6, sure).reason is Reason.NO_VALUES
