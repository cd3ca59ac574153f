"""The study of the forecast: what it asks, of whom, and how it tells it."""

import csv
import random
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from benchmarks.forecast import by_component, by_share, main, scored
from benchmarks.forecast_cases import SHARES, STRICTNESS, Cases, simulated, turbine
from tynys.calc.ar1 import exceedance, fit_ar1, remaining_mean


@pytest.fixture
def record(tmp_path):
    """A folder with five short years of a turbine whose emissions wander slowly."""
    folder = tmp_path / "uci_gt"
    folder.mkdir()
    chance = random.Random(7)  # noqa: S311 - a made-up record
    value = 60.0
    for year in range(2011, 2016):
        with (folder / f"gt_{year}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["AT", "CO", "NOX"])
            for _ in range(24 * 70 + 5):
                value = 60.0 + 0.97 * (value - 60.0) + chance.gauss(0.0, 1.5)
                writer.writerow([10.0, 2.0, f"{value:.3f}"])
    return tmp_path


def test_a_recorded_day_is_asked_at_every_share_and_limit_and_compared_on_the_same_cases(record):
    cases = turbine(record, "NOX")
    days = (5 * (24 * 70 + 5)) // 24 - 70
    assert len(cases.stated) == days * len(SHARES) * len(STRICTNESS)
    assert {name: len(values) for name, values in cases.references.items()} == dict.fromkeys(
        ("climatology", "moving", "persistence"), len(cases.stated)
    )
    assert cases.unsaid == 0


def test_what_is_said_of_a_day_rests_on_the_hours_before_alone(record):
    cases = turbine(record, "NOX")
    with (record / "uci_gt" / "gt_2011.csv").open(encoding="utf-8") as file:
        first_year = [float(row["NOX"]) for row in csv.DictReader(file)]
    limit = np.quantile(np.array(first_year[: 70 * 24]).reshape(-1, 24).mean(axis=1), STRICTNESS[0])
    with (record / "uci_gt" / "gt_2012.csv").open(encoding="utf-8") as file:
        hours = np.array([*first_year, *(float(row["NOX"]) for row in csv.DictReader(file))])
    now = 70 * 24 + 12  # half of the first day that is judged
    rest = remaining_mean(fit_ar1(hours[now - 48 : now]), hours[now - 1], 12)
    expected = exceedance(*rest, 2 * limit - hours[now - 12 : now].mean())
    assert cases.stated[SHARES.index(0.5)] == pytest.approx(expected, rel=1e-9)
    assert cases.came_true[SHARES.index(0.5)] == (hours[now - 12 : now + 12].mean() > limit)


def test_of_a_process_it_knows_the_forecast_beats_every_reference(record):
    cases = turbine(record, "NOX")
    for share in SHARES:
        ours, others, _ = scored(cases, share=share)
        assert all(ours.over(other) > 0 for other in others.values()), share


def test_simulated_plants_are_asked_through_the_function_of_the_pages():
    ((facility, cases),) = simulated(["tets-1"], learn_days=1, days=1, every=24)
    assert facility == "tets-1"
    assert set(cases.component) <= {"so2", "nox", "co", "dust"}
    assert set(cases.share) == set(SHARES)
    assert len(cases.stated) == len(cases.references["persistence"]) == len(cases.came_true) > 30
    assert all(0.0 <= each <= 1.0 for each in cases.stated)


def few():
    cases = Cases("few")
    for share in SHARES:
        for stated, came_true in ((0.9, True), (0.1, False), (0.4, False)):
            cases.add(share, "so2", stated, came_true=came_true, climatology=0.2, persistence=float(came_true))
    cases.add(0.5, "so2", None, came_true=True, climatology=0.2, persistence=1.0)
    return cases


def test_the_table_says_where_a_reference_is_better():
    lines = by_share(few()).splitlines()
    assert lines[0] == "| elapsed | cases | exceeded | Brier | climatology | persistence | reliability | resolution | uncertainty |"
    assert lines[2].startswith("| 5% | 3 | 33.3% | 0.0600 | 0.2400 | 0.0000 **better** | 0.0600 |")
    assert len(lines) == 2 + len(SHARES)
    assert by_component(few(), ["so2"]).splitlines()[2] == "| so2 | climatology | +0.75 | +0.75 | +0.75 | +0.75 | +0.75 | +0.75 |"


def test_of_what_nothing_was_said_is_counted_apart():
    assert few().unsaid == 1
    assert len(few().stated) == 3 * len(SHARES)


def test_the_program_prints_the_tables_and_writes_the_diagram(record, monkeypatch, capsys):
    monkeypatch.setattr("benchmarks.forecast.FACILITIES", ("tets-1",))
    monkeypatch.setattr("benchmarks.forecast.simulated", lambda facilities, *, days: [(facilities[0], few())])
    assert main(["--data", str(record), "--diagram", str(record / "made.svg"), "--days", "1"]) == 0
    told = capsys.readouterr().out
    assert [line for line in told.splitlines() if line.startswith("###")] == [
        "### simulated, nothing said of 1 cases",
        "### gas turbine, NOX, nothing said of 0 cases",
        "### gas turbine, CO, nothing said of 0 cases",
    ]
    root = ET.parse(record / "made.svg").getroot()  # noqa: S314 - our own picture
    assert "gas turbine, NOX" in root.find("{http://www.w3.org/2000/svg}desc").text
