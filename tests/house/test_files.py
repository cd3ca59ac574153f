"""Small rooms, said purposes, and the papers at the door."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib

from house_support import ROOT, tracked

import tynys

LONGEST_LINES = 600
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
OURS = [name for name in tracked() if name.endswith(".py") and not name.endswith("_pb2.py")]


def test_every_modules_first_line_says_its_purpose():
    said = {name: ast.get_docstring(ast.parse((ROOT / name).read_text(encoding="utf-8"))) for name in OURS}
    assert len(said) > 200
    assert {name: text for name, text in said.items() if text is None or len(text.splitlines()[0].split()) < 2} == {}


def test_no_file_is_longer_than_a_room_allows():
    sizes = {name: len((ROOT / name).read_text(encoding="utf-8").splitlines()) for name in tracked() if name.startswith("src/")}
    kinds = (".py", ".js", ".html", ".proto", ".mako")
    assert {name: lines for name, lines in sizes.items() if name.endswith(kinds) and lines > LONGEST_LINES} == {}


def test_no_package_of_the_product_is_a_folder_without_an_init():
    packages = {name.rsplit("/", 1)[0] for name in OURS if name.startswith("src/")}
    assert {folder for folder in packages if not (ROOT / folder / "__init__.py").is_file()} == set()


def test_the_citation_is_of_this_version():
    text = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    fields = dict(re.findall(r"^([a-z-]+): (.+)$", text, re.MULTILINE))
    assert fields["cff-version"] == "1.2.0"
    assert {"message", "title", "version", "license"} <= fields.keys()
    assert re.search(r"^authors:\n  - (?:name|family-names): \S", text, re.MULTILINE)
    assert fields["version"] == tynys.__version__
    assert fields["license"] == PROJECT["project"]["license"]


def test_the_changelog_can_be_made_from_the_fragments():
    build = [sys.executable, "-m", "towncrier", "build", "--draft"]
    command = [*build, "--version", tynys.__version__, "--date", "2026-01-01"]
    made = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    for name in tracked():
        if name.startswith("changes/") and not name.endswith("README.md"):
            first = (ROOT / name).read_text(encoding="utf-8").split()[:5]
            assert " ".join(first) in re.sub(r"\s+", " ", made.stdout), f"{name} is not in the changelog"


def test_every_fragment_is_of_a_known_kind():
    kinds = {kind["directory"] for kind in PROJECT["tool"]["towncrier"]["type"]}
    fragments = [name for name in tracked() if name.startswith("changes/") and not name.endswith("README.md")]
    assert fragments
    assert {name for name in fragments if not re.fullmatch(rf"changes/[\w+-]+\.({'|'.join(kinds)})\.md", name)} == set()


def test_the_licence_is_apache_2_in_full():
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in licence
    assert "END OF TERMS AND CONDITIONS" in licence
