"""Printed pages: the same data gives the same bytes, and every letter of the three languages is there."""

import re
import zlib

import pytest

from tynys.present import pdf

KAZAKH = "Әә Ғғ Ққ Ңң Өө Ұұ Үү Һһ Іі"
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0H9"/></svg>'
PAGE = {
    "language": "kk",
    "title": KAZAKH,
    "origin": "Tynys",
    "verdict": {"good": False, "words": "жоқ"},
    "parts": [
        {"kind": "facts", "pairs": [["a", "b"], ["c", "d"]]},
        {"kind": "tests", "head": ["", "1", "2", "3"], "lines": [["s", "1", "≤ 2", "yes", True], ["t", "3", "≤ 2", "no", False]]},
        {"kind": "pictures", "pictures": [{"svg": PICTURE, "words": "line"}]},
        {"kind": "side", "head": ["x", "y"], "lines": [["1", "2"], ["3", "4"], ["5", "6"]], "right": [0, 1]},
        {"kind": "notes", "lines": ["SO₂, σ₀, ŷ ≤ k·√n"]},
    ],
}


def unpacked(document: bytes) -> bytes:
    """Every stream of a PDF unpacked, one after the other."""
    found = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", document, re.DOTALL)
    return b"\n".join(zlib.decompress(each) for each in found if each[:1] == b"\x78")


def test_a_page_is_a_pdf_of_one_page():
    document = pdf.render("report", PAGE)
    assert document.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type\s*/Page\b", document + unpacked(document))) == 1


def test_the_same_data_gives_the_same_bytes_whatever_their_order():
    turned = dict(reversed(PAGE.items()))
    assert pdf.render("report", PAGE) == pdf.render("report", turned)


def test_other_words_give_another_page():
    assert pdf.render("report", PAGE) != pdf.render("report", {**PAGE, "title": "other"})


def test_a_page_carries_the_moment_of_no_clock():
    document = pdf.render("report", PAGE)
    assert re.search(rb"CreationDate|ModDate|20\d\d-\d\d-\d\dT", document + unpacked(document)) is None


def test_every_letter_of_the_three_languages_is_in_the_typeface():
    mapped = "".join(re.findall(r"<([0-9A-F]{4})>\n?", unpacked(pdf.render("report", PAGE)).decode("latin-1")))
    letters = {letter for letter in KAZAKH if letter != " "}
    assert {letter for letter in letters if f"{ord(letter):04X}" not in mapped} == set()


def test_a_template_nobody_wrote_is_a_mistake_of_the_programmer():
    with pytest.raises(KeyError, match=r"sheets/nothing\.typ"):
        pdf.render("nothing", PAGE)
