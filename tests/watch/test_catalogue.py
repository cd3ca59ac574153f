"""The catalogue of checks."""

from __future__ import annotations

import pytest

from tynys.domain.finding import Finding, Severity
from tynys.watch.catalogue import Catalogue, Seen


def test_a_check_that_sees_something_becomes_a_finding():
    catalogue = Catalogue()

    @catalogue.check("EVEN", severity=Severity.QUERY, clause="arithmetic", message="number.even")
    def even(numbers):
        """An even number."""
        return (Seen("numbers", n, n + 1, {"n": n}) for n in numbers if n % 2 == 0)

    assert list(catalogue.run([1, 2, 3])) == [Finding("EVEN", Severity.QUERY, "arithmetic", "number.even", "numbers", 2, 3, {"n": 2})]
    assert catalogue.checks["EVEN"].purpose == "An even number."
    with pytest.raises(ValueError, match="already"):
        catalogue.check("EVEN", severity=Severity.QUERY, clause="", message="")(even)
