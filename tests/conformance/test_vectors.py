"""The worked vectors of the European reference hold to the digits printed there: by the oracles, and so by our kernels."""

import pytest

from tynys.conformance.compare import differences

PRINTED = {
    "qal2-a-so2": {
        "slope": "12.0239793474",
        "intercept": "-46.9548701230",
        "r2": "0.9983489",
        "spread": "82.92",
        "s_d": "1.1157893",
        "sigma_0": "20.4081633",
        "k_v": ".9761175",
        "limit": "19.9207645",
        "valid_range_max": "130.5257",
    },
    "qal2-b-nox": {"slope": "25.0201775626", "intercept": "-100.0807102502", "s_d": "0.4729104", "valid_range_max": "116.6941"},
    "qal2-c-co": {"intercept": "-39.4437208978", "slope": "9.8625206441", "s_d": "0.1359988", "limit": "2.4900956"},
    "ast-so2": {"d_mean": "3.2460673", "s_d": "0.9402110", "limit_variability": "28.0427796", "limit_validity": "21.30455"},
    "t-5": {"value": "2.132"},
    "k-v-5": {"value": ".9161"},
    "k-v-30": {"value": ".9885"},
}
"""Numbers by the last printed digit."""

LISTS = {
    "ast-so2": ("difference", [3.13565, 4.63142, 2.61468, 2.21759, 3.63099], 5),
    "cusum-drift": ("s_plus", [0, 0, 0.798, 0.396, 2.294, 3.492, 5.890, 7.488, 10.386, 12.484], 3),
    "cusum-precision": ("s_precision", [0, 0, 15.72, 39.525, 75.37, 129.575], 3),
    "ewma-drift": ("z", [0.1, -0.225, 0.2812, 0.3609, 0.9957, 1.2968, 1.8226, 2.0169, 2.4877, 2.6408], 4),
}


@pytest.fixture(scope="module")
def expectation(every_case):
    return {case.id: case.expected for case in every_case}


@pytest.mark.parametrize(("id_", "name"), [(id_, name) for id_, names in PRINTED.items() for name in names])
def test_a_printed_number_is_the_oracle_s_to_its_last_digit(expectation, id_, name):
    printed = PRINTED[id_][name]
    last = len(printed.partition(".")[2])
    assert abs(expectation[id_][name] - float(printed)) <= 0.5000001 * 10**-last


@pytest.mark.parametrize("id_", LISTS)
def test_a_printed_row_is_the_oracle_s_to_its_last_digit(expectation, id_):
    name, printed, last = LISTS[id_]
    came = expectation[id_][name]
    assert len(came) == len(printed)
    assert max(abs(a - b) for a, b in zip(came, printed, strict=True)) <= 0.5000001 * 10**-last


@pytest.mark.parametrize(
    ("id_", "name", "place", "printed", "last"),
    [
        ("standardise-120-mg", "value", 0, 225.4288, 4),
        ("standardise-120-mg-at-101.3", "value", 0, 225.3732, 4),
        ("dry-oxygen", "value", 0, 6.740331, 6),
        ("nox-as-no2", "value", 0, 191.98459, 5),
        ("oxygen-solid-fuel", "value", 1, 89.2857, 4),
        ("oxygen-german-rule", "value", 0, 100.0, 4),
        ("mass-rate", "value", 0, 351.0 / 3.6, 4),
    ],
)
def test_a_printed_conversion_is_the_oracle_s_to_its_last_digit(expectation, id_, name, place, printed, last):
    assert abs(expectation[id_][name][place] - printed) <= 0.5000001 * 10**-last


@pytest.mark.parametrize(
    ("id_", "path", "verdict"),
    [
        ("day-of-3-hours", "value", [False, False, True, True]),
        ("day-of-6-half-hours", "value", [False, True]),
        ("ten-days", "outcome", "kept"),
        ("eleven-days", "outcome", "exceeded"),
        ("hours-400-of-8000", "outcome", "kept"),
        ("hours-401-of-8000", "outcome", "exceeded"),
        ("daily-220-of-200", "outcome", "kept"),
        ("daily-220.1-unrounded", "outcome", "exceeded"),
        ("daily-220.1-rounded", "outcome", "kept"),
    ],
)
def test_a_verdict_of_the_reference_is_the_oracle_s(expectation, id_, path, verdict):
    assert expectation[id_][path] == verdict


@pytest.mark.parametrize(
    ("id_", "status"),
    [
        ("day-of-5.5-hours", "too_few_readings"),
        ("day-of-6-hours", "valid"),
        ("month-of-71-hours", "too_few_readings"),
        ("month-of-72-hours", "valid"),
    ],
)
def test_a_longer_average_is_reported_from_the_hours_the_reference_names(expectation, id_, status):
    assert [row["status"] for row in expectation[id_]["averages"]] == [status]


def test_weeks_add_to_the_counter_what_the_reference_says(expectation):
    assert [expectation[f"week-{n}-of-336"]["value"][0]["added"] for n in (16, 17, 134, 135)] == [0, 1, 1, 6]


def test_drift_is_told_from_the_seventh_check_on_with_its_adjustments(expectation):
    drift = expectation["cusum-drift"]
    assert drift["drift"] == [False] * 6 + [True] * 4
    assert drift["adjust"][6:] == [1.526, 1.575, 1.74, 1.79375]
    assert expectation["cusum-precision"]["precision"].index(True) == 3
    assert expectation["ewma-drift"]["alarm"].index(True) == 8
    assert round(expectation["ewma-drift"]["limit"][8], 4) == 2.2614


def test_a_printed_digit_too_many_would_be_noticed(case):
    made = case({"value": 12.0239793474}, tolerance={"digits": 12})
    assert differences(made, {"value": 12.0239793484})
