"""A calibration function enters the plan only with its report; the past only if the report says so."""

from pathlib import Path

import msgspec
import pytest

from tynys.domain.configuration import FacilityConfiguration
from tynys.domain.consistency import check_configuration
from tynys.domain.document import load_toml

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
TEXT = (EXAMPLES / "redundant-analyser.toml").read_text(encoding="utf-8")
FUNCTION = 'report = "QAL2-2025-1", valid_from = 2025-01-01T00:00:00+05:00'


def problems(old="", new=""):
    assert old in TEXT
    return [str(each) for each in check_configuration(load_toml(TEXT.replace(old, new, 1), FacilityConfiguration, "example.toml"))]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('report = "QAL2-2025-1",', 'report = "QAL2-2025-2",', "expected its report among calibration_reports, got none"),
        ("{ intercept = 0.0,", "{ intercept = 0.5,", "intercept: expected 0.0, as the report states it, got 0.5"),
        ("slope = 1.02,", "slope = 1.03,", "slope: expected 1.02, as the report states it, got 1.03"),
        ("valid_range_max = 2500.0,", "valid_range_max = 2600.0,", "valid_range_max: expected 2500.0, as the report states it, got 2600.0"),
        ("passed = true", "passed = false", "expected a report whose tests passed, got one whose tests failed"),
        (FUNCTION, FUNCTION.replace("2025-01-01", "2024-12-01"), "expected a start not before 2024-12-09"),
        (FUNCTION, FUNCTION + ', fuel = "natural_gas"', 'expected "ekibastuz_coal", which was burnt during the measurements'),
        ('component = "so2"\nchain = "main"', 'component = "so2"\nchain = "spare"', "expected a part of the report for this chain"),
        ('component = "so2"\nchain = "main"', 'component = "so2"\nchain = "third"', 'expected a declared chain of the plan, got "third"'),
        ('component = "so2"\nchain = "main"', 'component = "so2"\nrange = "low"\nchain = "main"', "part of the report for this chain"),
        ("functional_test = 2024-10-28", "functional_test = 2024-11-28", "expected the functional test before the measurements"),
        ("elv = 2500.0", "elv = 0.0", "elv: expected a number above zero"),
        ('analyser = "gas-main"\ncomponent = "so2"\npoint', 'analyser = "gas"\ncomponent = "so2"\npoint', "expected a declared analyser"),
        ("s_ams = 15.0", "s_ams = 0.0", "expected a standard deviation above zero, got 0.0"),
    ],
)
def test_what_does_not_fit_its_report_is_told(old, new, said):
    assert any(said in each for each in problems(old, new))


def test_a_report_may_re_compute_the_past_from_the_day_it_names():
    earlier = FUNCTION.replace("2025-01-01", "2024-11-15")
    with_word = TEXT.replace("passed = true", "passed = true\nrecomputes_from = 2024-11-15T00:00:00+05:00")
    fits = load_toml(with_word.replace(FUNCTION, earlier), FacilityConfiguration, "example.toml")
    assert check_configuration(fits) == ()
    beyond = load_toml(with_word.replace(FUNCTION, FUNCTION.replace("2025-01-01", "2024-11-14")), FacilityConfiguration, "example.toml")
    assert "recomputes_from" in str(check_configuration(beyond)[0])


def test_one_number_of_a_report_may_cover_several_chains_but_each_once():
    whole = load_toml(TEXT, FacilityConfiguration, "example.toml")
    (report,) = whole.calibration_reports
    twice = msgspec.structs.replace(whole, calibration_reports=(report, report))
    assert ["two" in str(each) for each in check_configuration(twice)] == [True]
    spare = msgspec.structs.replace(report, chain="spare")
    assert check_configuration(msgspec.structs.replace(whole, calibration_reports=(report, spare))) == ()


def test_a_surveillance_test_names_the_calibration_it_tests():
    whole = load_toml(TEXT, FacilityConfiguration, "example.toml")
    (report,) = whole.calibration_reports
    document = msgspec.to_builtins(report)
    kept = {name: document[name] for name in document if name not in {"procedure", "intercept", "slope", "r2", "sigma_0", "k_v", "limit"}}
    test = kept | {"calibration": "QAL2-2020-1", "d_mean": 0.0, "limit_variability": 1.0, "limit_validity": 1.0}
    del test["valid_range_max"]
    tested = msgspec.json.decode(
        msgspec.json.encode(msgspec.to_builtins(whole) | {"surveillance_reports": [test]}), type=FacilityConfiguration
    )
    assert 'expected a declared calibration report, got "QAL2-2020-1"' in str(check_configuration(tested)[0])


@pytest.mark.parametrize(
    ("name", "digest"),
    [
        ("gas-fired-unit", "d3bf9370fe5594e97e96179aaaf1ef33add156e6b26e97778d1523b30b1d9967"),
        ("four-units-on-one-stack", "79c8361e36e64adaf90eefdaf13f11ed1f863a28fcedc02972ccca55df4a92d8"),
    ],
)
def test_a_document_without_reports_keeps_the_name_it_had_before_there_were_any(name, digest):
    text = (EXAMPLES / f"{name}.toml").read_text(encoding="utf-8")
    assert load_toml(text, FacilityConfiguration, name).digest().hex() == digest
