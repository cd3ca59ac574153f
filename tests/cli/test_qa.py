"""`tynys qal2`, `ast` and `qal3` from a person's side: the answer, the report, and what is wrong with a file."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from tynys.calc.qa.stored import qal2_again
from tynys.cli import app
from tynys.domain.configuration import FacilityConfiguration
from tynys.domain.consistency import check_configuration
from tynys.domain.document import load_toml

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"

run = CliRunner().invoke
TERMS = ["--elv", "200", "--permitted-uncertainty", "20", "--o2-reference", "6"]
SO2 = """x,y,o2_dry_pct,h2o_pct
7.10,37.4,6.2,9.1
8.05,50.1,6.0,9.0
9.20,62.0,5.8,9.3
6.40,30.9,6.5,8.8
10.85,85.6,5.5,9.5
12.30,100.2,5.2,9.6
11.10,88.3,5.4,9.4
9.75,70.6,5.7,9.2
8.60,57.2,6.1,9.0
13.40,113.5,5.0,9.8
12.05,97.4,5.3,9.5
10.20,75.0,5.6,9.3
7.75,45.9,6.3,8.9
6.95,36.2,6.4,8.9
9.05,61.8,5.9,9.1
"""
PAIRS = (
    "8.02,100.4 8.11,103.0 8.20,104.9 8.05,101.6 8.16,104.4 8.24,105.5 8.09,102.0 8.13,103.9 8.18,104.1 8.07,102.4 8.22,106.3 8.10,102.2"
)
NOX = "\n".join(["x,y", *PAIRS.split(" "), "8.15,104.0", "8.04,100.2", "8.19,105.1", ""])
CO = "x,y,kind\n" + "".join(
    f"{x},{y},srm\n"
    for x, y in zip(
        ["4.30", "4.41", "4.36", "4.52", "4.28", "4.39", "4.47", "4.33", "4.44", "4.37", "4.50", "4.35", "4.42", "4.31", "4.46"],
        ["3.1", "4.2", "3.6", "5.0", "2.7", "3.9", "4.5", "3.3", "4.4", "3.8", "5.1", "3.2", "4.1", "2.9", "4.7"],
        strict=True,
    )
)
AST = "x,y,o2_dry_pct,h2o_pct\n8.40,56.9,6.0,9.0\n9.90,76.4,5.6,9.2\n11.60,95.0,5.3,9.5\n7.30,42.8,6.3,8.9\n10.50,82.7,5.5,9.3\n"
FUNCTION = ["--intercept", "-46.9548701230", "--slope", "12.0239793474"]
DIFFERENCES = ["0.4", "-1.2", "1.8", "0.6", "2.9", "2.2", "3.4", "2.6", "3.9", "3.1"]
DRIFT = "time,point,reading,reference\n" + "".join(f"2025-03-{10 + day}T09:00:00+05:00,zero,{d},0\n" for day, d in enumerate(DIFFERENCES))


@pytest.fixture
def file(tmp_path):
    """A file of some text."""

    def make(text, name="measured.csv"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(path)

    return make


def answered(done):
    """The JSON a command gave, if it gave nothing else."""
    return json.loads(done.stdout)


def test_qal2_answers_with_the_keys_and_digits_of_the_worked_example(file):
    done = run(app, ["qal2", file(SO2), *TERMS, "--json"])
    assert done.exit_code == 0
    got = answered(done)
    wanted = ["procedure", "intercept", "slope", "r2", "s_d", "sigma_0", "k_v", "limit", "passed", "valid_range_max"]
    assert list(got)[: len(wanted)] == wanted
    assert (got["procedure"], got["passed"]) == ("a", True)
    numbers = [got[name] for name in wanted if name not in {"procedure", "passed"}]
    expected = [-46.9548701230, 12.0239793474, 0.9983489, 1.1157893, 20.4081633, 0.9761175, 19.9207645, 130.5257]
    assert numbers == pytest.approx(expected, rel=5e-7)


def test_a_standard_reference_method_needs_neither_oxygen_nor_moisture(file):
    got = answered(run(app, ["qal2", file(NOX), *TERMS, "--zero", "4", "--srm-basis", "standard", "--json"]))
    assert (got["procedure"], got["slope"], got["intercept"]) == ("b", pytest.approx(25.0201775626), pytest.approx(-100.0807102502))


def test_reference_materials_are_rows_of_their_kind(file):
    text = CO + "4.01,0,reference\n9.05,49.8,reference\n"
    terms = ["--elv", "50", "--permitted-uncertainty", "10", "--o2-reference", "6"]
    got = answered(run(app, ["qal2", file(text), *terms, "--srm-basis", "standard", "--json"]))
    assert (got["procedure"], got["n_pairs"], got["slope"]) == ("c", 15, pytest.approx(9.8625206441))


def test_ast_answers_with_the_keys_and_digits_of_the_worked_example(file):
    done = run(app, ["ast", file(AST), *TERMS, *FUNCTION, "--json"])
    got = answered(done)
    assert list(got)[:5] == ["d_mean", "s_d", "limit_variability", "limit_validity", "passed"]
    assert [got[name] for name in list(got)[:4]] == pytest.approx([3.2460673, 0.9402110, 28.0427796, 21.3045518], abs=5e-8)
    assert got["passed"]
    assert done.exit_code == 0


def test_qal3_answers_for_every_check_and_for_how_each_point_stands(file):
    done = run(app, ["qal3", file(DRIFT + "2025-03-10T09:00:00+05:00,span,150.5,150\n"), "--s-ams", "2", "--json"])
    got = answered(done)
    assert done.exit_code == 0
    assert {"drift", "precision", "adjust", "ewma", "shewhart"} <= got["zero"].keys()
    assert (got["zero"]["drift"], got["zero"]["adjust"]) == (True, pytest.approx(1.7937, abs=5e-5))
    assert (got["span"]["drift"], got["span"]["adjust"]) == (False, None)
    assert [check["point"] for check in got["points"][:3]] == ["zero", "span", "zero"]
    drifting = [check["drift"] for check in got["points"] if check["point"] == "zero"]
    assert drifting == [False] * 6 + [True] * 4
    assert [check["ewma"] for check in got["points"] if check["point"] == "zero"] == [False] * 8 + [True] * 2


def test_an_adjustment_in_the_file_begins_the_sums_again(file):
    text = DRIFT.replace("reference\n", "reference,adjusted\n", 1).replace(",0\n", ",0,\n").replace("3.4,0,", "3.4,0,yes")
    got = answered(run(app, ["qal3", file(text), "--s-ams", "2", "--json"]))
    checks = got["points"]
    assert checks[6]["drift"]
    assert not checks[7]["drift"]
    assert checks[7]["n_plus"] == 1


@pytest.mark.parametrize(("lang", "words"), [("en", "all tests passed"), ("ru", "все проверки пройдены"), ("kk", "барлық тексеруден өтті")])
def test_a_person_reads_the_answer_first_in_three_languages(file, lang, words):
    done = run(app, ["qal2", file(SO2), *TERMS, "--lang", lang])
    assert done.exit_code == 0
    assert words in "\n".join(done.stdout.splitlines()[:3])


def test_a_failed_test_is_told_by_the_exit_code_and_the_answer(file):
    text = AST.replace("56.9", "96.9").replace("76.4", "116.4").replace("95.0", "135.0").replace("42.8", "82.8").replace("82.7", "122.7")
    done = run(app, ["ast", file(text), *TERMS, *FUNCTION, "--json"])
    assert done.exit_code == 1
    got = answered(done)
    assert (got["passed"], got["variability_passed"], got["validity_passed"]) == (False, True, False)


def test_excluded_pairs_keep_their_reason_and_too_few_are_told(file):
    text = SO2.replace("h2o_pct\n", "h2o_pct,excluded\n", 1).replace("9.1\n", "9.1,probe blocked\n", 1)
    text = "\n".join(line if line.count(",") == 4 else f"{line}," for line in text.splitlines())
    got = answered(run(app, ["qal2", file(text), *TERMS, "--json"]))
    assert got["pairs"][0]["excluded"] == "probe blocked"
    assert (got["n_pairs"], got["passed"], got["variability_passed"]) == (14, False, True)
    assert [warning["key"] for warning in got["warnings"]] == ["qa.note.too_few_pairs"]


def test_a_spreadsheet_with_decimal_commas_gives_the_same_answer(file):
    other = SO2.replace(",", ";").replace(".", ",")
    one, two = (answered(run(app, ["qal2", file(text, name), *TERMS, "--json"])) for text, name in ((SO2, "a.csv"), (other, "b.csv")))
    assert one == two


@pytest.mark.parametrize(
    "written",
    [
        lambda text: text.replace(",", "\t"),
        lambda text: "sep=;\n" + text.replace(",", ";").replace(".", ","),
        lambda text: text.replace(",", ";").replace("\n", ";;\r\n") + ";;;;;\r\n",
    ],
    ids=["tabs", "separator line", "empty columns at the end"],
)
def test_other_ways_a_spreadsheet_writes_a_table_give_the_same_answer(file, written):
    one, other = (answered(run(app, ["qal2", file(text), *TERMS, "--json"])) for text in (SO2, written(SO2)))
    assert one == other


def test_a_moment_may_have_seconds_as_a_spreadsheet_writes_them(file):
    said = DRIFT.replace("2025-03-10T09:00:00+05:00", "10.03.2025 09:00:00")
    assert said != DRIFT
    one, other = (answered(run(app, ["qal3", file(text), "--s-ams", "2", "--json"])) for text in (DRIFT, said))
    assert one == other


@pytest.mark.parametrize("number", ["inf", "nan", "1e308"])
@pytest.mark.parametrize(
    "command",
    [
        ["qal2", *TERMS, "--zero"],
        ["qal2", *TERMS, "--range-margin"],
        ["qal2", *TERMS[2:], "--elv"],
        ["ast", *TERMS, "--intercept", "0", "--slope"],
        ["ast", *TERMS, "--slope", "1", "--intercept"],
        ["qal3", "--s-ams"],
        ["qal3", "--s-ams", "2", "--s-ams-span"],
        ["qal3", "--s-ams", "2", "--ewma-width"],
    ],
    ids=lambda words: words[-1],
)
def test_an_option_that_is_no_number_of_a_plant_is_refused_by_name(file, command, number):
    done = run(app, [command[0], file(DRIFT if command[0] == "qal3" else SO2), *command[1:], number])
    assert done.exit_code == 2
    assert command[-1] in done.stderr


def test_the_report_is_one_page_and_says_who_measured(file, tmp_path):
    details = tmp_path / "report.toml"
    details.write_text('laboratory = "Simulated laboratory"\nfunctional_test = 2025-02-20\nsimulated = true\n')
    out, again = tmp_path / "report.pdf", tmp_path / "again.pdf"
    for path in (out, again):
        done = run(app, ["qal2", file(SO2), *TERMS, "--report", str(details), "--fuel", "coal", "--pdf", str(path), "--lang", "kk"])
        assert done.exit_code == 0, done.output
    assert out.read_bytes() == again.read_bytes()
    assert out.read_bytes().startswith(b"%PDF-")
    assert str(out) not in done.stdout


def test_a_long_campaign_and_years_of_checks_stay_on_one_page(file, tmp_path):
    head, *lines = SO2.splitlines()
    pairs = "\n".join([f"{head},excluded", *(f"{line}," for line in lines * 3), "9,9,6,9,probe blocked by ash"])
    checks = "time,point,reading,reference\n" + "".join(
        f"20{20 + week // 48}-{week // 4 % 12 + 1:02}-{week % 4 * 7 + 1:02},{point},{value + week % 3},{value}\n"
        for week in range(300)
        for point, value in (("zero", 0), ("span", 150))
    )
    for command, text, terms in (("qal2", pairs, TERMS), ("qal3", checks, ["--s-ams", "2"])):
        out = tmp_path / f"{command}.pdf"
        done = run(app, [command, file(text), *terms, "--pdf", str(out), "--lang", "ru"])
        assert done.exit_code == 0, done.output
        assert re.findall(rb"/Type\s*/Pages\s*/Count (\d+)", out.read_bytes()) == [b"1"]


@pytest.mark.parametrize("lang", ["en", "ru", "kk"])
def test_the_workbook_opens_with_its_numbers_as_numbers(file, tmp_path, lang):
    out = tmp_path / "report.xlsx"
    assert run(app, ["qal2", file(SO2), *TERMS, "--xlsx", str(out), "--lang", lang, "--laboratory", "Laboratory 7"]).exit_code == 0
    book = openpyxl.load_workbook(io.BytesIO(out.read_bytes()))
    front, rows = (book[name] for name in book.sheetnames)
    assert "Laboratory 7" in [cell.value for line in front.iter_rows() for cell in line]
    assert [cell.value for cell in rows[2]][:5] == [1, 7.1, 37.4, 6.2, 9.1]
    assert rows.max_row == 16
    assert rows.cell(2, 8).value == pytest.approx(-1.1321, abs=5e-5)


def test_a_qal3_has_a_sheet_a_point_with_every_check(file, tmp_path):
    out = tmp_path / "qal3.xlsx"
    assert run(app, ["qal3", file(DRIFT), "--s-ams", "2", "--xlsx", str(out)]).exit_code == 0
    book = openpyxl.load_workbook(out)
    zero = book[book.sheetnames[1]]
    assert zero.max_row == 11
    assert zero.cell(8, 5).value == pytest.approx(5.89)
    assert "drift" in zero.cell(8, 10).value


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "got an empty file"),
        ("x,y,o2_dry_pct,h2o_pct\n", "line 2: expected at least one row"),
        ("x,y\n1,2\n", 'line 1: expected the column "o2_dry_pct"'),
        ("x,y,o2_dry_pct,h2o_pct,temperature\n1,2,3,4,5\n", 'line 1: expected columns of this table, got "temperature"'),
        ("x,x,y,o2_dry_pct,h2o_pct\n1,1,2,3,4\n", 'line 1: expected every column once, got "x" 2 times'),
        (SO2.replace("62.0", "sixty"), 'line 4: y: expected a number, got "sixty"'),
        (SO2.replace("62.0", "nan"), 'line 4: y: expected a number, got "nan"'),
        (SO2.replace("62.0", "1e200"), 'line 4: y: expected a number of at most 1e+12 in size, got "1e200"'),
        ("x,y,o2_dry_pct,h2o_pct,time\n1,2,3,4,0001-01-01\n", "line 2: time: expected a moment such as"),
        ("sep=;\nx;y;o2_dry_pct;h2o_pct\n1;2;3;wet\n", 'line 3: h2o_pct: expected a number, got "wet"'),
        (SO2.replace("62.0", "1e999"), 'line 4: y: expected a number, got "1e999"'),
        (SO2.replace("62.0", ""), "line 4: y: expected a number, got nothing"),
        (SO2.replace(",5.8,", ",21,"), "line 4: o2_dry_pct: expected a share from 0 to below 21 %, got 21"),
        (SO2.replace(",5.8,9.3", ",5.8,100"), "line 4: h2o_pct: expected a share from 0 to below 100 %, got 100"),
        (SO2.replace(",5.8,9.3", ",5.8"), "line 4: expected 4 cells, got 3"),
        (SO2.encode("utf-16"), "expected text in UTF-8"),
        (SO2.replace("9.20", '"9.20'), "expected cells that are closed"),
        (SO2.replace("h2o_pct\n", "h2o_pct,excluded\n", 1).replace("9.1\n", "9.1,yes\n", 1), "line 3: expected 5 cells, got 4"),
        ("x,y,o2_dry_pct,h2o_pct,excluded\n1,2,3,4,yes\n", "line 2: excluded: expected the reason in words"),
        ("x,y,o2_dry_pct,h2o_pct,kind\n1,2,3,4,gas\n", 'line 2: kind: expected srm or reference, got "gas"'),
        ("x,y,o2_dry_pct,h2o_pct,time\n1,2,3,4,noon\n", "line 2: time: expected a moment such as"),
        ("x,y,o2_dry_pct,h2o_pct,time\n1,2,3,4,\n1,2,3,4,2025-03-10\n", "line 2: time: expected a moment in every row or in none"),
        ("x,y,o2_dry_pct,h2o_pct\n1,2,3,4\n2,3,3,4\n", "expected at least 3 pairs that count, got 2"),
    ],
)  # fmt: skip
def test_a_bad_file_is_answered_in_words_with_its_line(file, text, told):
    done = run(app, ["qal2", file(text), *TERMS, "--json"])
    assert done.exit_code == 1
    assert done.stdout == ""
    assert told in done.stderr


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (DRIFT.replace("zero,0.4", "middle,0.4"), 'line 2: point: expected zero or span, got "middle"'),
        (DRIFT.replace("2025-03-10T09:00:00+05:00", ""), "line 2: time: expected a moment, got nothing"),
        (DRIFT.replace("2025-03-11T", "2025-03-10T"), "line 3: time: expected one check of zero a moment, got a second one"),
        (DRIFT.replace(",0\n", ",0,perhaps\n").replace("reference\n", "reference,adjusted\n"), "line 2: adjusted: expected yes or no"),
    ],
)  # fmt: skip
def test_a_bad_file_of_checks_is_answered_in_words_with_its_line(file, text, told):
    done = run(app, ["qal3", file(text), "--s-ams", "2"])
    assert done.exit_code == 1
    assert told in done.stderr


def test_checks_may_come_in_any_order(file):
    lines = DRIFT.splitlines()
    turned = "\n".join([lines[0], *reversed(lines[1:])])
    one, other = (answered(run(app, ["qal3", file(text, name), "--s-ams", "2", "--json"])) for text, name in ((DRIFT, "a"), (turned, "b")))
    assert one == other


def test_many_faults_are_told_at_once_and_counted(file):
    text = "x,y,o2_dry_pct,h2o_pct\n" + "a,b,c,d\n" * 5
    done = run(app, ["qal2", file(text), *TERMS])
    assert done.stderr.count("expected a number") == 12
    assert "and 8 more" in done.stderr


def test_a_report_that_cannot_be_written_is_told(file, tmp_path):
    done = run(app, ["qal2", file(SO2), *TERMS, "--pdf", str(tmp_path / "none" / "report.pdf")])
    assert done.exit_code == 1
    assert "the report cannot be written" in done.stderr


def test_a_misspelt_key_of_the_report_is_named(file, tmp_path):
    details = tmp_path / "report.toml"
    details.write_text('labratory = "x"\n')
    done = run(app, ["qal2", file(SO2), *TERMS, "--report", str(details)])
    assert done.exit_code == 1
    assert 'unknown key "labratory"' in done.stderr


DETAILS = """
report = "QAL2-2025-1"
source = "redundant.stack-1"
component = "so2"
laboratory = "Laboratory 7"
accreditation = "KZ.T.00.0000"
method = "EN 14791"
functional_test = 2025-02-20
fuel = "ekibastuz_coal"
load = "200 to 500 MW"
performed = 2025-03-12T17:00:00+05:00
issued = 2025-04-01T00:00:00+05:00
"""


def test_the_record_of_a_calibration_enters_a_facilitys_document_with_its_function(file, tmp_path):
    details = tmp_path / "report.toml"
    details.write_text(DETAILS)
    out = tmp_path / "record.toml"
    done = run(app, ["qal2", file(SO2), *TERMS, "--report", str(details), "--record", str(out), "--json"])
    assert done.exit_code == 0, done.output
    record = out.read_text()
    example = (EXAMPLES / "redundant-analyser.toml").read_text(encoding="utf-8")
    begin = example.index("# What stands behind the calibration function")
    end = example.index("# Zero and span of a service")
    function = re.search(r"calibrations = \[.*\]", record)[0]
    document = re.sub(r"calibrations = \[.*\]", lambda _: function, example[:begin] + record + example[end:], count=1)
    configuration = load_toml(document, FacilityConfiguration, "facility.toml")
    assert check_configuration(configuration) == ()
    assert configuration.calibration_reports[0].slope == answered(done)["slope"]
    assert qal2_again(configuration.calibration_reports[0]).s_d == answered(done)["s_d"]


def test_a_record_without_its_laboratory_is_refused_by_name(file, tmp_path):
    details = tmp_path / "report.toml"
    details.write_text(DETAILS.replace('laboratory = "Laboratory 7"\n', ""))
    done = run(app, ["qal2", file(SO2), *TERMS, "--report", str(details), "--record", str(tmp_path / "record.toml"), "--json"])
    assert done.exit_code == 1
    assert "got no laboratory" in done.stderr
    assert done.stdout == ""


def test_a_dust_monitor_in_hot_gas_is_compared_as_it_lies_in_the_stack(file):
    head, *lines = SO2.splitlines()
    hot = "\n".join([f"{head},ams_temperature_c,ams_pressure_kpa", *(f"{line},140,97.5" for line in lines)])
    cold, warm = (answered(run(app, ["qal2", file(text, name), *TERMS, "--json"])) for text, name in ((SO2, "a.csv"), (hot, "b.csv")))
    factor = (273.15 + 140) / 273.15 * 101.325 / 97.5
    assert warm["slope"] == pytest.approx(cold["slope"] / factor)
    assert warm["s_d"] == pytest.approx(cold["s_d"])
    assert warm["valid_range_max"] == pytest.approx(cold["valid_range_max"])
    done = run(app, ["qal2", file(hot.replace(",140,", ",,", 1), "c.csv"), *TERMS])
    assert "line 2: ams_temperature_c: expected a number, got nothing" in done.stderr
