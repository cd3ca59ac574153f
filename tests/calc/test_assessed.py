"""Uncertainty enters a comparison once."""

import numpy as np
import pytest

from tynys.calc.assessed import Assessed


def test_uncertainty_enters_a_comparison_once():
    standardised = Assessed(np.array([180.0, 30.0, -2.0, np.nan]))
    validated = standardised.minus_uncertainty(40.0)
    assert validated.values[:3].tolist() == [140.0, 0.0, -2.0]
    assert np.isnan(validated.values[3])
    with pytest.raises(ValueError, match="it enters a comparison once"):
        validated.minus_uncertainty(40.0)
    assert np.isnan(standardised.minus_uncertainty(np.nan).values).all()
