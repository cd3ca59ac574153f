"""Numbers as people read them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tynys.present import numbers

NBSP = "\u00a0"


@pytest.mark.parametrize(
    ("language", "value", "places", "shown"),
    [
        ("en", 1234567.891, 2, "1,234,567.89"),
        ("ru", 1234567.891, 2, f"1{NBSP}234{NBSP}567,89"),
        ("kk", 1234567.891, 2, f"1{NBSP}234{NBSP}567,89"),
        ("en", 999.0, 0, "999"),
        ("en", 999.5, 0, "1,000"),
        ("en", -12.34, 1, "−12.3"),
        ("en", -0.04, 1, "0.0"),
        ("en", 0.0, 0, "0"),
        ("en", 2.675, 2, "2.68"),
        ("en", 0.5, 0, "1"),
        ("en", 2.5, 0, "3"),
        ("en", 1e21, 0, "1,000,000,000,000,000,000,000"),
        ("en", 1e38, 0, "1·10³⁸"),
        ("ru", -4.25e34, 2, "−4,25·10³⁴"),
    ],
)
def test_a_number_is_written_as_its_language_writes_it(language, value, places, shown) -> None:
    assert numbers.decimal(language, value, places) == shown


@pytest.mark.parametrize("value", [None, float("nan"), float("inf"), float("-inf")])
@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_what_is_no_number_is_a_dash(language, value) -> None:
    assert numbers.decimal(language, value, 2) == "—"
    assert numbers.measured(language, value) == "—"
    assert numbers.beside(language, value, 350.0) == "—"
    assert numbers.percent(language, value) == "—"


@given(st.floats(-1e12, 1e12), st.integers(0, 4), st.sampled_from(["kk", "ru", "en"]))
def test_what_is_read_back_differs_by_half_a_unit_of_the_last_place_at_most(value, places, language) -> None:
    shown = numbers.decimal(language, value, places)
    plain = shown.replace(numbers.MINUS, "-").replace(NBSP, "")
    plain = plain.replace(",", "") if language == "en" else plain.replace(",", ".")
    assert abs(Decimal(plain) - Decimal(repr(value))) <= Decimal(1).scaleb(-places) / 2


@pytest.mark.parametrize(
    ("value", "shown"),
    [(412.37, "412"), (10.0, "10"), (9.96, "10.0"), (9.94, "9.9"), (1.0, "1.0"), (0.999, "1.00"), (0.004, "0.00"), (-3.21, "−3.2")],
)
def test_a_measured_value_has_about_three_digits(value, shown) -> None:
    assert numbers.measured("en", value) == shown


@pytest.mark.parametrize(
    ("value", "limit", "shown"),
    [
        (350.4, 350.0, "350.4"),
        (349.96, 350.0, "349.96"),
        (350.0, 350.0, "350"),
        (412.2, 350.0, "412"),
        (350.0001, 350.0, "350.000"),
        (9.996, 10.0, "9.996"),
        (412.2, None, "412"),
    ],
)
def test_a_value_beside_its_limit_never_looks_equal_while_three_decimals_can_tell(value, limit, shown) -> None:
    assert numbers.beside("en", value, limit) == shown


@pytest.mark.parametrize(
    ("share", "places", "shown"),
    [
        (0.0, 0, "0%"),
        (1.0, 0, "100%"),
        (0.9996, 0, "99.9%"),
        (0.999999, 1, "99.9%"),
        (0.0004, 0, "0.1%"),
        (0.5, 0, "50%"),
        (1.0004, 0, "100%"),
        (1.18, 0, "118%"),
        (0.984, 1, "98.4%"),
    ],
)
def test_a_hundred_per_cent_is_not_said_of_less_than_all_nor_zero_of_something(share, places, shown) -> None:
    assert numbers.percent("en", share, places) == shown


def test_the_per_cent_sign_stands_off_by_a_space_no_line_breaks_at_in_kazakh_and_russian() -> None:
    assert numbers.percent("ru", 0.625, 1) == f"62,5{NBSP}%"
    assert numbers.percent("kk", 0.625, 1) == f"62,5{NBSP}%"
