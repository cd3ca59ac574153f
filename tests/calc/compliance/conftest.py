"""What the tests of limits share: sure grounds, and averages as the pipeline gives them."""

import numpy as np
import pytest

from tynys.calc.compliance.bridge import Averages
from tynys.calc.compliance.ceilings import Grounds
from tynys.domain.component import Certainty

HOUR_MS = 3_600_000
YEAR_2025_MS = 1_735_671_600_000  # 1 January 2025, 00:00 in Almaty


@pytest.fixture
def sure():
    """Grounds a verdict may rest on."""
    return Grounds(test="test", certainty=Certainty.VERIFIED, clause="clause 1")


@pytest.fixture
def averages():
    """Averages of a period that follow each other from the start of 2025."""

    def make(values, period="PT1H", *, hours=1.0, start_ms=YEAR_2025_MS, by_state=None, resting=None, failed=None, counted=False):
        values = np.asarray(values, np.float64)
        none = np.zeros(len(values), np.bool_)
        starts = start_ms + round(hours * HOUR_MS) * np.arange(len(values), dtype=np.int64)
        return Averages(
            period=period,
            start_ms=starts,
            end_ms=starts + round(hours * HOUR_MS),
            values=values,
            resting=none if resting is None else np.asarray(resting),
            by_state=none if by_state is None else np.asarray(by_state),
            failed=np.isnan(values) if failed is None else np.asarray(failed),
            uncertainty_counted=counted,
        )

    return make
