"""How near a number must come, and what is compared exactly."""

import math

import pytest

from tynys.conformance.compare import differences


@pytest.mark.parametrize(
    ("expected", "came", "tolerance", "agree"),
    [
        (225.4288, 225.42884, {"digits": 7}, True),
        (225.4288, 225.4289, {"digits": 7}, False),
        (225.4288, 225.42884, {"decimals": 4}, True),
        (225.4288, 225.42886, {"decimals": 4}, False),
        (1220.0, 1224.0, {"decimals": -1}, True),
        (0.0, 1e-13, {"digits": 12}, True),
        (0.0, 1e-11, {"digits": 12}, False),
        (0.1, 0.1 + 2**-56, "exact", False),
        (0.1, 0.1, "exact", True),
        (1.0, 1, "exact", True),
        (3, 3.0, "exact", True),
        (3, 4, {"digits": 1}, False),
        (True, 1, {"digits": 1}, False),
        (1.0, True, {"digits": 1}, False),
        (None, 0.0, {"digits": 1}, False),
        (1.0, None, {"digits": 1}, False),
        (1.0, math.nan, {"digits": 1}, False),
        (1.0, math.inf, {"digits": 1}, False),
        ("valid", "valid", {"digits": 1}, True),
        ("valid", "Valid", {"digits": 1}, False),
        ([1.0, 2.0], [1.0], {"digits": 3}, False),
        ([1.0], 1.0, {"digits": 3}, False),
        ({"a": 1.0}, [1.0], {"digits": 3}, False),
    ],
)
def test_values_agree_to_the_digits_asked_for(case, expected, came, tolerance, agree):
    assert (differences(case({"value": expected}, tolerance=tolerance), {"value": came}) == []) is agree


def test_every_difference_is_told_with_its_place(case):
    expected = {"rows": [{"value": 1.0, "status": "valid"}, {"value": None, "status": "no_data"}], "passed": True}
    came = {"rows": [{"value": 2.0, "status": "valid"}, {"value": None, "status": "valid"}], "more": 1}
    found = differences(case(expected), came)
    assert [(d.path, d.expected, d.came) for d in found] == [
        ("rows[0].value", 1.0, 2.0),
        ("rows[1].status", "no_data", "valid"),
        ("passed", True, "nothing"),
    ]
