"""What every page keeps, in every language and with the full, the empty and the still loading country."""

import json
import re
from collections import Counter
from itertools import pairwise

import pytest
from html_tree import ancestors, by_class, by_id, read, text
from pages_under_test import LANGUAGES, STATES, patterns, with_language
from starlette.routing import compile_path

from tynys.present.catalogue import translations
from tynys.present.voice import voice

MOST_BYTES = 60_000
KEYS = {key if isinstance(key, str) else key[0] for key in translations("en")._catalog if key}
SPOKEN = ("title", "aria-label", "data-label", "alt", "placeholder")
"""Attributes a person hears or sees."""
LATIN = {
    *("Tynys", "Eng", "UTC", "NOx", "SO", "CO", "NO", "Page", "Up", "Down", "Home", "API", "CSV", "PDF", "openapi", "json"),
    *("SICK", "MARSIC", "DM", "FTP", "Pt", "SIM", "GRES", "QAL", "TETS", "AST", "EN"),
}
"""Latin words of a Cyrillic page: names, formulas, numbers of documents, keys of the keyboard."""
NAMES = re.compile(r"(?i)\b(?:SIM|QAL2?|tets|gres|stack)[-\w./]*|\b[\w-]+-plan-\d+\b|\bkz\b")
"""Identifiers a page shows as they are."""


@pytest.fixture(params=LANGUAGES)
def language(request):
    return request.param


def every_page(test):
    """Run for each state of each page."""
    cases = [pytest.param(sample, path, status, id=f"{sample} {path}") for sample, path, status in STATES]
    return pytest.mark.parametrize(("variant", "path", "status"), cases, indirect=["variant"])(test)


@every_page
async def test_a_page_keeps_the_contract(variant, path, status, language) -> None:
    answer = await variant.get(with_language(path, language))
    assert answer.status_code == status
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert len(answer.content) < MOST_BYTES
    strict_headers(answer)
    root = read(answer.text)
    assert root.get("lang") == language
    names_itself(root)
    nothing_from_elsewhere(root)
    nothing_inline(root)
    references_resolve(root)
    tables_have_headers(root)
    pictures_say_what_they_show(root)
    headings_descend(root)
    no_key_shows(root)
    if language != "en":
        no_english_shows(root)
    if status == 200:
        simulated_is_said(root, language)


def strict_headers(answer):
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["object-src"] == policy["base-uri"] == "'none'"
    assert not any("unsafe" in value or "http" in value or "*" in value for value in policy.values())
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"


def names_itself(root):
    title = root.find("head/title")
    assert text(title)
    assert len(list(root.iter("h1"))) == 1
    assert text(next(root.iter("h1")))
    assert root.find("head/meta[@name='viewport']").get("content") == "width=device-width, initial-scale=1"
    skip = by_class(root, "skip")[0]
    assert by_id(root, skip.get("href")[1:]).tag == "main"


def nothing_from_elsewhere(root):
    for element in root.iter():
        for name, value in element.attrib.items():
            assert "//" not in value, f"<{element.tag} {name}={value!r}>"
            if name in {"href", "src", "action", "hx-get"}:
                assert re.match(r"[/?#]", value), f"<{element.tag} {name}={value!r}> is not an address of ours"


def nothing_inline(root):
    for element in root.iter():
        assert element.tag != "style"
        assert "style" not in element.attrib, element.attrib
        assert not [name for name in element.attrib if name.startswith("on")], element.attrib
        if element.tag == "script":
            assert element.get("src")
            assert not (element.text or "").strip()


def references_resolve(root):
    ids = Counter(element.get("id") for element in root.iter() if element.get("id"))
    assert [name for name, count in ids.items() if count > 1] == []
    for element in root.iter():
        wanted = element.get("aria-labelledby", "").split() + element.get("aria-describedby", "").split()
        if element.tag == "label" and element.get("for"):
            wanted.append(element.get("for"))
        if element.get("href", "").startswith("#"):
            wanted.append(element.get("href")[1:])
        assert [name for name in wanted if name not in ids] == [], element.attrib


def tables_have_headers(root):
    for table in root.iter("table"):
        headers = table.findall("thead/tr/th")
        assert headers, text(table)[:80]
        assert all(text(header) for header in headers)
        for row in table.findall("tbody/tr"):
            assert len(row) == len(headers), text(row)


def pictures_say_what_they_show(root):
    above = ancestors(root)
    for picture in root.iter("svg"):
        around = list(above(picture))
        hidden = any(element.get("aria-hidden") == "true" for element in (picture, *around))
        if hidden or any(element.tag == "svg" for element in around):
            continue
        assert picture.get("role") in {"img", "group"}, picture.attrib
        assert picture.get("aria-label"), picture.attrib
        assert picture.find("title").text


def headings_descend(root):
    levels = [int(element.tag[1]) for element in root.iter() if re.fullmatch(r"h[1-6]", element.tag)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels)), levels


def seen(root):
    """Every text a person sees or hears, identifiers in <code> apart."""
    for element in root.iter():
        if element.tag in {"script", "style"}:
            continue
        if element.tag != "code":
            yield element.text or ""
        yield element.tail or ""
        yield from (element.get(name, "") for name in SPOKEN)
        if element.tag == "meta" and element.get("name") == "description":
            yield element.get("content")
        if element.get("data-words"):
            yield from (
                value for key, value in json.loads(element.get("data-words")).items() if isinstance(value, str) and key != "language"
            )


def no_key_shows(root):
    for said in seen(root):
        for word in re.findall(r"[A-Za-z_][\w.]*[\w]", said):
            assert word not in KEYS or "." not in word, f"the key {word!r} shows in {said!r}"
            assert "_" not in word, f"the name {word!r} shows in {said!r}"


def no_english_shows(root):
    above = ancestors(root)
    foreign = {child for element in root.iter() if element.get("lang", "") == "en" for child in element.iter()}
    for element in root.iter():
        if element in foreign or any(parent in foreign for parent in above(element)):
            continue
        for said in (element.text or "", *(element.get(name, "") for name in SPOKEN)):
            if element.tag in {"script", "style", "code"}:
                continue
            words = set(re.findall(r"[A-Za-z]{2,}", NAMES.sub("", said)))
            assert words <= LATIN, f"{words - LATIN} in {said!r}"


def simulated_is_said(root, language):
    (mark,) = by_class(root, "sim")
    assert text(mark) == voice(language).t("site.simulated")
    assert text(by_id(root, mark.get("href")[1:])) == voice(language).t("site.simulated_long")


def test_every_route_of_the_pages_is_in_the_contract() -> None:
    asked = [path.split("?")[0] for _, path, _ in STATES]
    for pattern in patterns():
        found = compile_path(pattern)[0]
        assert any(found.match(path) for path in asked), pattern
