"""How a number was made: each step with what it was made from, and nothing said that is not known."""

from dataclasses import replace

import pytest
from html_tree import by_id, read, text
from sample import NOW, WINDOW, Sample

from tynys.domain.status import AverageStatus
from tynys.present.voice import voice
from tynys.web import made

START = NOW // WINDOW * WINDOW - WINDOW


@pytest.fixture
def sample():
    return Sample()


@pytest.fixture
def average(sample):
    return sample.average("gres-1.stack-2", "dust", START, 531.0)


def told(sample, average, language="en", latest=None):
    return made.explain(voice(language), average, sample.configurations["gres-1"], NOW, api_path="/api/v1", latest=latest)


def titles(panel):
    return [step["title"] for step in panel["steps"]]


def test_the_steps_run_from_the_raw_mean_to_the_mass(sample, average) -> None:
    panel = told(sample, average)
    words = voice("en")
    assert titles(panel) == [words.t(f"made.{name}") for name in ("raw", "calibrated", "standardised", "reported", "mass")]
    assert [step["value"].split(" ")[0] for step in panel["steps"]] == ["302.7", "308.0", "531.0", "531", "596.2"]
    assert "1,198" in panel["steps"][0]["detail"]
    assert "1,200" in panel["steps"][0]["detail"]
    assert "stack-2.dust" in panel["steps"][0]["detail"]


def test_the_calibration_in_force_is_named_with_its_line_and_its_report(sample, average) -> None:
    plans = sample.configurations["gres-1"].plan.components
    (plan,) = [plan for plan in plans if (plan.source, plan.component) == ("gres-1.stack-2", "dust")]
    function = next(function for function in plan.chains[0].calibrations)
    detail = told(sample, average)["steps"][1]["detail"]
    assert voice("en").number(function.slope, 4) in detail
    assert function.report.split(" ")[0] in detail


def test_what_it_was_brought_to_normal_with_is_shown(sample, average) -> None:
    detail = told(sample, average)["steps"][2]["detail"].replace("\u00a0", " ")
    assert all(part in detail for part in ("138 °C", "98.9 kPa", "8.1 %", "6.34 %"))


def test_a_value_that_came_already_normal_says_so(sample, average) -> None:
    bare = replace(average, o2_dry_pct=None, h2o_pct=None, temperature_c=None, pressure_kpa=None)
    assert told(sample, bare)["steps"][2]["detail"] == voice("en").t("made.already")


def test_an_average_without_a_value_says_why(sample, average) -> None:
    panel = told(sample, replace(average, value=None, status=AverageStatus.TOO_FEW, count_valid=412, mass_g_s=None))
    last = panel["steps"][-1]
    assert (panel["value"], last["title"], last["value"]) == ("—", voice("en").t("made.not_reported"), "—")
    assert voice("en").t(f"average_status.{AverageStatus.TOO_FEW}") in last["detail"]


def test_an_imported_average_has_no_steps_before_it(sample, average) -> None:
    panel = told(sample, replace(average, raw=None, calibrated=None, mass_g_s=None))
    assert titles(panel) == [voice("en").t("made.standardised"), voice("en").t("made.reported")]


def test_one_goes_back_always_and_forward_only_where_there_is_a_later_one(sample, average) -> None:
    latest = sample.average("gres-1.stack-2", "dust", START + WINDOW, 531.0)
    assert f"at={START - WINDOW}#h-made" in told(sample, average, latest=latest)["earlier"]
    assert f"at={START + WINDOW}#h-made" in told(sample, average, latest=latest)["later"]
    assert told(sample, average, latest=average)["later"] == ""


def test_the_same_average_is_one_click_away_as_data(sample, average) -> None:
    address = told(sample, average)["data"]
    assert address.startswith("/api/v1/averages?source=gres-1.stack-2&component=dust&period=PT20M&start=2026-11-24T09%3A00%3A00Z")


def test_without_a_configuration_it_still_explains_what_it_knows(average) -> None:
    panel = made.explain(voice("kk"), average, None, NOW, api_path="/api/v1", latest=None)
    assert len(panel["steps"]) == 5


async def test_an_address_that_names_a_window_explains_that_one(full) -> None:
    for query, window in (
        ("", "14:00–14:20 (UTC+5)"),
        (f"&at={START - 5 * WINDOW}", "12:20–12:40 (UTC+5)"),
        ("&at=nonsense", "14:00–14:20 (UTC+5)"),
    ):
        root = read((await full.get(f"/source/gres-1.stack-2?component=dust&lang=en{query}")).text)
        assert window in text(by_id(root, "zone-made"))
