"""Links resolve, pages of the API say what the contract says, and examples in the pages are true."""

from __future__ import annotations

import json
import re

import pytest
from docs_support import ROOT, pages

LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")
OPENAPI = json.loads((ROOT / "docs" / "reference" / "openapi.json").read_text(encoding="utf-8"))


def headings(text):
    """Anchors of a page's headings, as a reader of Markdown makes them."""
    found = re.findall(r"^#{1,4} (.+)$", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in found}


@pytest.mark.parametrize("name", pages())
def test_every_link_of_a_page_leads_somewhere(name):
    text = re.sub(r"^```.*?^```", "", (ROOT / name).read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    broken = []
    for link, picture in LINK.findall(re.sub(r"`[^`\n]*`", "", text)):
        address = link or picture
        if re.match(r"[a-z]+:", address):
            continue
        path, _, anchor = address.partition("#")
        target = (ROOT / name).parent / path if path else ROOT / name
        if not target.exists() or (anchor and anchor not in headings(target.read_text(encoding="utf-8"))):
            broken.append(address)
    assert broken == []


def test_every_page_of_the_documentation_is_reached_from_its_contents():
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    folders = set(re.findall(r"^([\w-]+)/\*$", index, re.MULTILINE))
    assert {name.split("/")[1] for name in pages() if name.startswith("docs/") and name != "docs/index.md"} <= folders


def test_every_decision_has_a_number_of_its_own_and_says_what_was_decided_and_why():
    names = [name.rpartition("/")[2] for name in pages() if name.startswith("docs/decisions/")]
    numbers = [name[:4] for name in names]
    assert len(set(numbers)) == len(numbers)
    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]
    for name in names:
        text = (ROOT / "docs" / "decisions" / name).read_text(encoding="utf-8")
        assert re.match(rf"# {int(name[:4])}\. \S", text), f"{name}: expected a title with its number"


def test_every_route_of_the_api_has_its_row_and_says_what_the_contract_says(reference):
    told = dict(re.findall(r"^\| `([A-Z]+ /\S+)` \| (.+) \|$", reference["api"], re.MULTILINE))
    contract = {f"{method.upper()} {path}": operation for path, item in OPENAPI["paths"].items() for method, operation in item.items()}
    assert told.keys() == contract.keys()
    assert {route: text for route, text in told.items() if text != contract[route]["description"].replace("``", "`")} == {}


def test_every_event_of_the_stream_is_named(reference):
    source = (ROOT / "src" / "tynys" / "centre" / "publisher.py").read_text(encoding="utf-8")
    published = set(re.findall(r"stream\.publish\(\s*\"(\w+)\"", source)) | {"hello"}
    guide = (ROOT / "docs" / "how-to" / "use-the-api.md").read_text(encoding="utf-8")
    assert len(published) > 3
    assert {event for event in published if f"`{event}`" not in guide or f"`{event}`" not in reference["api"]} == set()


def test_the_readme_shows_the_two_commands_first():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    first = re.search(r"```sh\n(.*?)```", readme, re.DOTALL)[1]
    assert [line.split("#")[0].strip() for line in first.splitlines()] == ["make demo", "make test"]
