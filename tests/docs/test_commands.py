"""Every command and option has its place, and every command the pages show exists with the options it is shown with."""

from __future__ import annotations

import re
import shutil
from itertools import pairwise
from pathlib import Path

import pytest
from docs_support import ROOT, invocations, pages, typed

from tynys.cli.reference import page
from tynys.domain.errors import TynysError
from tynys.sim.faults.grammar import parse_faults
from tynys.sim.plants import FACILITIES, plant_spec

PAGE = ROOT / "docs" / "reference" / "commands.md"
INLINE = re.compile(r"`(tynys [^`]+)`")
SOURCES = [path for path in (ROOT / "src" / "tynys").rglob("*.py") if path.name != "reference.py"]
WORDS = re.compile(r"tynys ((?:plant|centre|sim|databank|replay|demo)(?: [a-z]+(?:-[a-z]+)*)?)")
PROMISED = {"docs/explanation/design.md": "no command tynys verify"}
"""The design describes the witnesses, and says that they are not built."""
PROSE = {"runs", "first", "in", "is", "so", "on", "and", "or"}


def wrong_words(words, known):
    """What is wrong with the words after `tynys`; empty if nothing is."""
    if words and (words[0] == "--help" or words[0].isupper()):  # `tynys COMMAND --help`
        return ""
    place = max((path for path in known if list(path[1:]) == words[: len(path) - 1]), key=len, default=None)
    if place is None or (not words and len(place) == 1):
        groups = {path[1:3] for path in known} | {path[1:2] for path in known}
        named = tuple(word for word in words[:2] if re.fullmatch("[a-z-]+", word) and not word.startswith("-"))
        return "" if named in groups or not words else f"no command tynys {' '.join(words)}"
    options = {spelling for parameter in known[place].params for spelling in (*parameter.opts, *parameter.secondary_opts)} | {"--help"}
    unknown = [
        word for word in words if word.startswith("-") and word.partition("=")[0] not in options and not re.fullmatch(r"-[\d.]+", word)
    ]
    return f"{' '.join(place)} has no option {unknown[0]}" if unknown else ""


def test_the_reference_of_commands_is_what_the_program_says():
    assert PAGE.read_text(encoding="utf-8") == page(), "the commands changed: python -m tynys.cli.reference > docs/reference/commands.md"


def test_every_command_and_option_says_what_it_means(known):
    silent = [" ".join(path) for path, command in known.items() if not command.help]
    silent += [f"{' '.join(path)} {each.name}" for path, command in known.items() for each in command.params if not each.help]
    assert silent == []


@pytest.mark.parametrize("name", pages())
def test_every_command_of_a_page_exists_with_its_options(name, known):
    text = (ROOT / name).read_text(encoding="utf-8")
    called = [words for line in typed(text) for words in invocations(line, "tynys")]
    called += [words for line in INLINE.findall(text) for words in invocations(line, "tynys")]
    assert [wrong for words in called if (wrong := wrong_words(words, known)) and PROMISED.get(name) != wrong] == []


def test_the_pages_show_commands_at_all():
    shown = {name: sum(len(invocations(line, "tynys")) for line in typed((ROOT / name).read_text(encoding="utf-8"))) for name in pages()}
    assert shown["README.md"] >= 3
    assert shown["docs/how-to/run-a-plant.md"] >= 4


def test_every_target_of_make_that_a_page_names_exists():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set()
    for name in pages():
        text = (ROOT / name).read_text(encoding="utf-8")
        for line in [*typed(text), *re.findall(r"`(make [a-z-]+)`", text)]:
            named |= {word for words in invocations(line, "make") for word in words[:1]}
    assert {"demo", "test"} <= named <= targets


@pytest.mark.parametrize("name", pages())
def test_every_module_and_script_a_page_runs_with_python_is_there(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    for line in [*typed(text), *re.findall(r"`(python [^`]+)`", text)]:
        for words in invocations(line, "python"):
            if words[:1] == ["-m"] and words[1].split(".")[0] in {"tynys", "benchmarks"}:
                module = ROOT / ("src" if words[1].startswith("tynys") else ".") / words[1].replace(".", "/")
                assert module.with_suffix(".py").is_file() or (module / "__main__.py").is_file(), line
            elif words and words[0].endswith(".py"):
                assert (ROOT / words[0]).is_file(), line


def test_every_command_that_the_program_itself_advises_exists(known):
    heads = {" ".join(path[1:3]) for path in known} | {path[1] for path in known}
    wrong = []
    for path in SOURCES:
        for words in WORDS.findall(path.read_text(encoding="utf-8")):
            first, _, second = words.partition(" ")
            if words not in heads and not (first in heads and second in PROSE | {""}):
                wrong.append(f"{path.name}: tynys {words}")
    assert wrong == []


def test_every_page_that_the_program_itself_names_is_there():
    named = {name for path in SOURCES for name in re.findall(r"docs/[\w./-]+\.(?:md|json)", path.read_text(encoding="utf-8"))}
    assert named
    assert {name for name in named if not (ROOT / name).is_file()} == set()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["plant", "run", "plant.toml"], ""),
        (["sim"], ""),
        ([], ""),
        (["plant", "fly"], "no command tynys plant fly"),
        (["centre", "run", "x", "--fast"], "tynys centre run has no option --fast"),
        (["replay", "x", "--start=2011-01-01T00:00Z"], ""),
    ],
)
def test_the_check_of_commands_sees_what_is_wrong(words, said, known):
    assert wrong_words(words, known) == said


@pytest.mark.parametrize(
    ("line", "calls"),
    [
        ("tynys plant check x  # a word", [["plant", "check", "x"]]),
        (".venv/bin/tynys sim list | head", [["sim", "list"]]),
        ('tynys x --code "$(tynys centre status c)"', [["centre", "status", "c"], ["x", "--code", "SUBSTITUTED"]]),
        ("cd x && tynys demo > y", [["demo"]]),
        ("echo tynys-demo", []),
    ],
)  # fmt: skip
def test_the_check_reads_a_shell_line_as_a_shell_does(line, calls):
    assert invocations(line, "tynys") == calls


def test_programs_the_pages_call_are_known_ones():
    usual = {"cd", "git", "make", "curl", "cp", "mkdir", "for", "[", "apt-get", "python", "python3", "pip", "mv", "tynys", "msgfmt"}
    for name in pages():
        for line in typed((ROOT / name).read_text(encoding="utf-8")):
            first = re.sub(r"^(?:[A-Z_]+=\S+\s*)+", "", line).split(" ")[0]
            if first:
                assert Path(first).name in usual or shutil.which(Path(first).name), f"{name}: {line}"


def test_every_fault_that_a_page_injects_exists():
    shown = set()
    for name in pages():
        for line in typed((ROOT / name).read_text(encoding="utf-8")):
            for words in invocations(line, "tynys"):
                shown |= {value for option, value in pairwise(words) if option == "--fault" and words[0] != "databank"}
                shown |= set(words[3:]) if words[:2] == ["sim", "inject"] else set()
    assert len(shown) > 2
    for fault in shown:
        assert any(fits(fault, plant_spec(facility)) for facility in FACILITIES), fault


def fits(fault, plant):
    try:
        return bool(parse_faults((fault,), plant, 0))
    except TynysError:
        return False
