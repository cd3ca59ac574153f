"""Static files: what pages name exists, with its media type, and may be kept for ever."""

import gzip
import re
from pathlib import Path
from urllib.parse import urljoin

import pytest
from html_tree import read
from pages_under_test import STATES

from tynys.domain.errors import ConfigurationError
from tynys.web import assets

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".geojson": "application/geo+json",
}
FOR_EVER = "public, max-age=31536000, immutable"
IMPORT = re.compile(r"""(?:import|from)\s*\(?\s*["'](\.{1,2}/[^"']+)["']|["'](\.{1,2}/[\w./-]+\.m?js)["']""")
ADDRESS = re.compile(r"url\(\s*[\"']?([^\"')]+)")


def named(root):
    """Every static address a page names, in whatever attribute."""
    return {value for element in root.iter() for value in element.attrib.values() if value.startswith("/static/")}


async def ours(client, address):
    answer = await client.get(address)
    assert answer.status_code == 200, address
    assert answer.headers["content-type"] == TYPES[Path(address).suffix], address
    assert answer.headers["cache-control"] == FOR_EVER, address
    assert answer.headers["x-content-type-options"] == "nosniff"
    return answer


async def test_everything_a_page_names_and_everything_that_names_in_turn_is_there(full) -> None:
    wanted = set()
    for path in sorted({path for sample, path, _ in STATES if sample == "full"}):
        wanted |= named(read((await full.get(path)).text))
    seen = set()
    while wanted - seen:
        address = (wanted - seen).pop()
        seen.add(address)
        answer = await ours(full, address)
        if address.endswith(".css"):
            inside = ADDRESS.findall(answer.text)
        elif address.endswith((".js", ".mjs")) and "/vendor/" not in address:
            inside = [one or other for one, other in IMPORT.findall(answer.text)]
        else:
            continue
        wanted |= {urljoin(address, name) for name in inside if not name.startswith("data:")}
    names = {address.split("/", 3)[3] for address in seen}
    assert {
        "css/tynys.css",
        "js/chart.js",
        "js/map.js",
        "js/live.js",
        "vendor/golos/cyrillic-ext.woff2",
        "vendor/htmx/htmx.min.js",
    } <= names


@pytest.mark.parametrize(("language", "fonts"), [("kk", 3), ("ru", 2), ("en", 1)])
async def test_a_page_asks_at_once_for_the_letters_of_its_language(full, language, fonts) -> None:
    root = read((await full.get(f"/?lang={language}")).text)
    assert len(root.findall("head/link[@rel='preload']")) == fonts


async def test_no_style_sheet_or_script_of_ours_names_a_foreign_address() -> None:
    for path in [*assets.FOLDER.glob("css/*.css"), *assets.FOLDER.glob("js/*.js")]:
        assert (
            re.findall(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}/?", re.sub(r"^\s*//.*$", "", path.read_text(), flags=re.MULTILINE)) == []
        ), path


async def test_files_are_packed_for_those_who_unpack(full) -> None:
    address = assets.assets().url("css/tynys.css")
    plain = await full.get(address, headers={"accept-encoding": "identity"})
    async with full.stream("GET", address, headers={"accept-encoding": "gzip"}) as packed:
        body = b"".join([part async for part in packed.aiter_raw()])
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(body) == plain.content
    assert "accept-encoding" in packed.headers["vary"].lower()


async def test_an_old_address_gives_the_present_file_and_is_not_kept(full) -> None:
    answer = await full.get("/static/0123456789ab/css/tynys.css")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("name", ["nothing.css", "../site.py", "%2e%2e/site.py", "..%2fsite.py", "vendor", "", "css/../../site.py"])
async def test_what_is_not_in_the_folder_is_not_found(full, name) -> None:
    answer = await full.get(f"/static/{assets.assets().digest}/{name}")
    assert answer.status_code == 404
    assert "import" not in answer.text


async def test_the_icon_browsers_ask_for_unasked_is_there(full) -> None:
    answer = await full.get("/favicon.ico", follow_redirects=True)
    assert answer.headers["content-type"] == "image/svg+xml"


def test_naming_a_file_that_is_not_there_says_what_to_do() -> None:
    with pytest.raises(ConfigurationError, match=r"no static file css/nothing\.css") as raised:
        assets.assets().url("css/nothing.css")
    assert "make install" in raised.value.hint


def test_without_the_browser_libraries_the_error_says_what_to_do(tmp_path) -> None:
    with pytest.raises(ConfigurationError, match="the browser libraries are missing") as raised:
        assets.assets(tmp_path)
    assert "hatch_build.py" in raised.value.hint


def test_a_change_of_any_file_changes_every_address(tmp_path) -> None:
    (tmp_path / "vendor").mkdir()
    (tmp_path / "vendor/stamp.txt").write_text("a")
    (tmp_path / "a.css").write_text("body{}")
    before = assets.assets.__wrapped__(tmp_path).url("a.css")
    (tmp_path / "vendor/stamp.txt").write_text("b")
    assert assets.assets.__wrapped__(tmp_path).url("a.css") != before
