"""`tynys law` from a person's side: calm at 80 columns, in three languages, exit codes for a script."""

from __future__ import annotations

import json
import re
from importlib.resources import files

import pytest
from rich.cells import cell_len
from typer.testing import CliRunner

from tynys.cli import app
from tynys.storage.shipped_packs import shipped_names

run = CliRunner().invoke
PACKS = shipped_names()
LANGUAGES = ("en", "ru", "kk")


def text_of(name):
    return (files("tynys.law") / "packs" / f"{name}.toml").read_text(encoding="utf-8")


@pytest.fixture(params=[80, 120])
def wide(monkeypatch, request):
    monkeypatch.setenv("COLUMNS", str(request.param))
    monkeypatch.setenv("NO_COLOR", "1")
    return request.param


def said(*arguments, code=0):
    result = run(app, ["law", *map(str, arguments)])
    assert result.exit_code == code, result.output
    return result.output


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("pack", PACKS)
def test_a_pack_fits_the_terminal_in_every_language(pack, language, wide):
    lines = said("show", pack, "--lang", language).splitlines()
    assert max(map(cell_len, lines)) <= wide
    assert not [line for line in lines if "…" in line]


@pytest.mark.parametrize("pack", PACKS)
def test_in_full_every_value_stands_with_its_clause_and_certainty(pack, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    parts = {value["key"].partition(".")[0].partition("[")[0] for value in json.loads(said("show", pack, "--json"))["values"]}
    words = {"verified": "verified", "transcribed": "transcribed", "to_confirm": "? to confirm"}
    for part in parts:
        shown = " ".join(said("show", pack, part).split())
        for value in json.loads(said("show", pack, part, "--json"))["values"]:
            assert f"{words[value['certainty']]} · {' '.join(value['clause'].split())}" in shown


def test_what_is_not_known_reads_not_set():
    shown = said("show", "kz")
    for part in ("uncertainties", "deductions", "rounding", "compliance", "limits", "substitution"):
        assert re.search(rf"{part} +not set", shown)
    assert re.search(r"start_up +not set", shown)
    assert re.search(r"Limits +limits +not set", said("show", "kz", "limits"))
    assert "rounding  not set" in said("show", "kz", "rounding")
    assert json.loads(said("show", "kz", "limits", "--json")) | {"values": [], "not_set": ["limits"]} == json.loads(
        said("show", "kz", "limits", "--json")
    )


def test_limits_are_shown_by_class_and_by_component(wide):
    shown = said("show", "de-13bimschv")
    assert re.search(r"existing · ≥100 <300 MW · in operation <2014-01-07 +20 +14", shown)
    only = said("show", "de-13bimschv", "limits.hg")
    assert "Hg, mg/Nm³" in only
    assert "SO₂" not in only
    assert "§ 28 (3) no. 2 (b)" in only


def test_a_value_to_be_confirmed_carries_its_mark_in_the_table_of_limits():
    assert re.search(r"existing · >300 MW +20 \?", said("show", "eu-ied"))
    assert re.search(r"existing · >100 ≤300 MW +250\s*$", said("show", "eu-ied"), re.MULTILINE)


def test_a_part_of_a_part_can_be_asked_for():
    assert "share_of_operation 0.6666" in said("show", "kz", "averaging.short_term.validity")
    (value,) = json.loads(said("show", "kz", "averaging.short_term.validity", "--json"))["values"]
    assert (value["share_of_operation"], value["certainty"], value["clause"]) == (0.6666, "to_confirm", "EN 17255-1")


@pytest.mark.parametrize(("arguments", "word"), [(("show", "kz", "limit"), "Parts: source"), (("show", "nowhere"), "Packs: cn-hj75")])
def test_what_is_not_there_is_answered_with_what_is(arguments, word):
    assert word in said(*arguments, code=1)


def test_the_list_names_every_pack(wide):
    shown = said("show")
    assert all(pack in shown for pack in PACKS)
    assert [pack["id"] for pack in json.loads(said("show", "--json"))] == PACKS


def test_a_difference_is_told_with_clause_and_certainty_and_exit_code(tmp_path, wide):
    file = tmp_path / "kz.toml"
    file.write_text(text_of("kz").replace("value = 20.5", "value = 20.0"), encoding="utf-8")
    shown = said("diff", "kz", file, code=1)
    assert re.search(r"~ oxygen\.highest_pct\s+− 20\.5\s+\? to confirm · engineering guard", shown)
    assert re.search(r"\+ 20\s+\? to confirm", shown)
    assert shown.rstrip().endswith("1 changed")
    (change,) = json.loads(said("diff", "kz", file, "--json", code=1))["changes"]
    assert (change["before"]["value"], change["after"]["value"]) == (20.5, 20.0)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_pack_has_no_difference(language, tmp_path):
    file = tmp_path / "same.toml"
    file.write_text("# a remark\n" + text_of("kz"), encoding="utf-8")
    assert len(said("diff", "kz", file, "--lang", language).splitlines()) == 3


def test_a_good_file_is_said_to_be_good(tmp_path):
    file = tmp_path / "own.toml"
    file.write_text(text_of("kz"), encoding="utf-8")
    assert re.search(r"own\.toml: kz, in force from 2021-07-01 · 56 values: 20 transcribed, 36 to confirm", said("check", file))


def test_a_bad_file_is_answered_in_words_and_the_others_are_still_checked(tmp_path):
    good, bad = tmp_path / "good.toml", tmp_path / "bad.toml"
    good.write_text(text_of("kz"), encoding="utf-8")
    bad.write_text(text_of("eu-ied").replace("mean_of", "mean_off", 1), encoding="utf-8")
    shown = said("check", bad, good, code=1)
    assert re.search(r'bad\.toml, line \d+: unknown key "mean_off"', shown)
    assert "good.toml: kz" in shown


def test_two_versions_in_force_at_once_are_refused(tmp_path):
    for name in ("one", "two"):
        (tmp_path / f"{name}.toml").write_text(text_of("kz"), encoding="utf-8")
    assert "one version of the pack" in said("check", tmp_path / "one.toml", tmp_path / "two.toml", code=1)


def test_a_file_of_an_editor_that_marks_utf_8_is_read(tmp_path):
    file = tmp_path / "own.toml"
    file.write_text(text_of("kz"), encoding="utf-8-sig")
    assert "own.toml: kz" in said("check", file)


@pytest.mark.parametrize(
    ("text", "words"), [(text_of("kz").replace('id = "kz"', 'id = ""', 1), '"id": expected the name'), ("a = " + "[" * 5000, "nested")]
)
def test_a_pack_without_a_name_or_an_end_is_refused_in_words(tmp_path, text, words):
    file = tmp_path / "own.toml"
    file.write_text(text, encoding="utf-8")
    assert words in said("check", file, code=1)
