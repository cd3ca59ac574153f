"""The wheel: it carries the web's files, starts without Node, and every script, style, font and import resolves."""

from __future__ import annotations

import json
import subprocess
import zipfile
from pathlib import Path

import httpx
import pytest
from house_support import ROOT, Crawl, addresses, tracked

PAGES = ("/", "/?lang=ru", "/?lang=kk", "/facilities", "/transmission", "/methods", "/design", "/facility/recorded", "/api/v1/docs")
SOURCE = "/source/recorded.stack-1"
STATIC = "tynys/web/static/"
CORPUS = "tynys/conformance/corpus/"
CASES = ("conformance/cases/", "conformance/case.schema.json")
pytestmark = pytest.mark.xdist_group("wheel")


def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as packed:
        return set(packed.namelist())


def test_the_wheel_holds_every_file_of_the_package_and_the_browser_libraries(wheel):
    inside = names(wheel)
    package = {name.removeprefix("src/") for name in tracked() if name.startswith(("src/tynys/", "src/tynys_checker/"))}
    assert package <= inside
    vendor = {name for name in inside if name.startswith(f"{STATIC}vendor/")}
    assert {Path(name).suffix for name in vendor} == {".js", ".mjs", ".css", ".woff2", ".geojson", ".txt", ""}
    assert {name.split("/")[4] for name in vendor} == {"golos", "htmx", "maplibre", "stamp.txt", "uplot", "world"}
    corpus = {f"{CORPUS}{name.removeprefix('conformance/')}" for name in tracked() if name.startswith(CASES)}
    assert corpus <= inside
    assert inside - package - vendor - corpus <= {name for name in inside if ".dist-info/" in name}, "something is packed that is not ours"


def test_every_library_of_the_wheel_comes_with_its_licence(wheel):
    inside = names(wheel)
    folders = {name.rsplit("/", 1)[0] for name in inside if name.startswith(f"{STATIC}vendor/") and name.count("/") > 4}
    assert len(folders) == 5
    assert all(any(f"{folder}/{licence}" in inside for licence in ("LICENSE", "LICENSE.txt")) for folder in folders)


def test_the_source_archive_makes_the_same_wheel_without_node(wheel, wheel_of_archive):
    with zipfile.ZipFile(wheel) as straight, zipfile.ZipFile(wheel_of_archive) as around:
        ours = {info.filename: info.CRC for info in straight.infolist() if not info.filename.endswith("/RECORD")}
        theirs = {info.filename: info.CRC for info in around.infolist() if not info.filename.endswith("/RECORD")}
    assert ours == theirs


def test_the_installed_program_is_the_wheel_and_finds_no_node(installed):
    look = "import shutil, tynys, tynys_checker; print(tynys.__file__, tynys_checker.__file__, shutil.which('node'), shutil.which('npm'))"
    told = subprocess.run([installed.bin / "python", "-c", look], env=installed.environment, capture_output=True, text=True, check=True)
    package, checker, node, npm = told.stdout.split()
    assert Path(package).is_relative_to(installed.folder)
    assert Path(checker).is_relative_to(installed.folder)
    assert (node, npm) == ("None", "None")


def test_the_installed_program_passes_the_corpus_it_carries(installed):
    told = json.loads(installed.tynys("conformance", "run", "--subject", "oxygen", "--subject", "validity", "--json"))
    wanted = [json.loads((ROOT / "conformance" / "cases" / f"{name}.json").read_text(encoding="utf-8")) for name in ("oxygen", "validity")]
    assert told["passed"] == told["cases"] == sum(len(subject["cases"]) for subject in wanted)


def test_every_script_style_font_and_import_of_the_centre_resolves(centre):
    crawl = Crawl(centre[0]).follow(*PAGES, SOURCE)
    assert crawl.wrong == []
    assert {"/", "/facility/recorded", SOURCE} <= crawl.seen.keys()
    kinds = {Path(path).suffix for path in crawl.seen if path.startswith("/static/")}
    assert {".js", ".mjs", ".css", ".woff2", ".svg", ".geojson"} <= kinds


def test_a_browser_could_ask_for_every_file_the_wheel_has_for_it(wheel, centre):
    crawl = Crawl(centre[0]).follow(*PAGES, SOURCE)
    asked = {path.split("/", 3)[3] for path in crawl.seen if path.startswith("/static/")}
    shipped = {name.removeprefix(STATIC) for name in names(wheel) if name.startswith(STATIC)}
    idle = {name for name in shipped - asked if not name.endswith(("LICENSE", "LICENSE.txt", "stamp.txt"))}
    assert idle == set(), "nothing refers to these: an import the crawl does not understand, or a file nobody needs"


def test_the_pages_of_the_installed_wheel_show_what_was_sent(centre):
    page = httpx.get(centre[0] + SOURCE, trust_env=False).text
    assert "<t-chart" in page
    assert "NO" in page


def test_every_script_style_and_font_of_the_plants_page_resolves(plant_page):
    crawl = Crawl(plant_page).follow("/", "/?lang=ru", "/?lang=kk")
    assert crawl.wrong == []
    assert {".js", ".css", ".woff2"} <= {Path(path).suffix for path in crawl.seen if path.startswith("/static/")}


@pytest.mark.parametrize(
    ("media_type", "text", "found"),
    [
        ("text/html", '<script src="/a.js"></script><a href="/b?lang=ru">', ["/a.js", "/b"]),
        ("text/html", '<t-map data-outline="/o.geojson"></t-map>', ["/o.geojson"]),
        ("text/css", '@import "x.css"; a { background: url("data:image/png;base64,x") }', ["x.css"]),
        ("text/css", "a { background: url('y.svg') }", ["y.svg"]),
        ("text/javascript", 'import "./a.js"; import{b}from"./b.mjs"; const c = "./c.js";', ["./a.js", "./b.mjs", "./c.js"]),
        ("text/javascript", 'void import("../d.js")', ["../d.js"]),
    ],
)  # fmt: skip
def test_the_crawl_sees_what_a_document_refers_to(media_type, text, found):
    assert addresses(media_type, text) == found


def test_the_crawl_tells_what_does_not_resolve(centre):
    crawl = Crawl(centre[0]).follow("/", "/static/0/js/nothing.js", "http://elsewhere.example/x.js")
    assert any("/static/0/js/nothing.js, which answers 404" in line for line in crawl.wrong)
    assert any("elsewhere.example/x.js, outside the machine" in line for line in crawl.wrong)


def test_the_readme_of_the_wheel_is_the_readme(wheel):
    with zipfile.ZipFile(wheel) as packed:
        (metadata,) = (name for name in packed.namelist() if name.endswith(".dist-info/METADATA"))
        assert (ROOT / "README.md").read_text(encoding="utf-8") in packed.read(metadata).decode()


def test_the_page_of_the_interface_names_every_route_and_parameter(centre):
    document = httpx.get(f"{centre[0]}/api/v1/openapi.json", trust_env=False).json()
    page = httpx.get(f"{centre[0]}/api/v1/docs", trust_env=False).text
    assert document["paths"].keys() <= {path for path in document["paths"] if path in page}
    told = {each["name"] for item in document["paths"].values() for operation in item.values() for each in operation.get("parameters", ())}
    assert {name for name in told if f"<b>{name}" not in page} == set()
