"""Typeset formulas: well-formed, whole in symbols and in numbers, for a page and for print."""

from xml.etree import ElementTree as ET

import pytest

from tynys.present.formula import FORMULAS, counted, letter, mathml, typst

SYMBOLS = {
    "mean": ["x"], "mean_of": [], "weighted_sum": ["w1", "w2", "x1", "x2"], "calibration": ["a", "b", "x"], "o2_dry": ["O2_wet", "H2O"],
    "ppm_to_mg": ["y", "M", "V_m"], "normal": ["y", "T", "p", "T_n", "p_n", "T_0"], "dry": ["c", "H2O"],
    "oxygen": ["c_dry", "O2_air", "O2_ref", "O2"], "oxygen_moved": ["c_inst", "O2_air", "O2_ref", "O2_inst"],
    "at_measured": ["c_inst", "O2_air", "O2", "O2_inst"], "kept": ["c_dry"], "heat_weighted": ["O2_1", "O2_2", "Q_1", "Q_2"],
    "flow_weighted": ["c_dry1", "c_dry2", "V1", "V2"], "share_of_limit": ["s", "L"], "validated": ["c_ref", "D"],
    "flow_velocity": ["x", "k", "A"], "flow_volume": ["x", "k", "t"], "flow_normal": ["V", "T", "p", "T_n", "p_n", "T_0"],
    "flow_dry": ["V_n", "H2O"], "sum": ["V1", "V2"], "mass": ["c_dry", "V", "m", "t"],
}  # fmt: skip


def parsed(markup):
    return ET.fromstring(str(markup))  # noqa: S314 - our own


def test_every_formula_is_tried():
    assert set(SYMBOLS) == set(FORMULAS)


@pytest.mark.parametrize("formula", sorted(SYMBOLS))
def test_a_formula_is_well_formed_and_shows_every_number(formula):
    symbols = SYMBOLS[formula]
    figures = {symbol: f"{7 + place},5" for place, symbol in enumerate(symbols)}
    root = parsed(mathml(formula, "c_ref", symbols, figures, "42", "a < b"))
    assert (root.tag, root.get("alttext")) == ("math", "a < b")
    said = "".join(root.itertext())
    if formula not in {"mean", "mean_of", "kept"}:
        assert all(number in said for number in (*figures.values(), "42"))
    line = typst(formula, "c_ref", symbols, figures, "42")
    assert line.count("(") - line.count("\\(") == line.count(")") - line.count("\\)")


def test_a_negative_number_stands_in_brackets():
    shown = "".join(parsed(mathml("calibration", "y", ["a", "b", "x"], {"a": "1", "b": "2", "x": "−3"}, "−5", "")).itertext())
    assert "=1+2·(−3)=−5" in shown


def test_an_unknown_formula_is_nothing():
    assert mathml("none", "c", [], {}, "", "") == typst("none", "c", [], {}, "") == ""


def test_letters_carry_their_index():
    assert [letter(s) for s in ("c_dry", "c_dry2", "O22", "O2_1", "O2", "V3", "w1", "Q_2", "strange")] == [
        ("c", "d"), ("c", "d2"), ("O", "2,2"), ("O", "2,1"), ("O", "2"), ("V", "3"), ("w", "1"), ("Q", "2"), ("strange", "")
    ]  # fmt: skip
    assert counted(["c_dry1", "c_dry2", "V1", "V2", "O2", "H2O"]) == {"c_dry": 2, "V": 2}
