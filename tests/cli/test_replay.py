"""A recorded file through the real chain: gateway, HTTPS, journal, lake, averages, API, and the same digits at the end."""

from __future__ import annotations

import asyncio
import os
import random
import sys
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from tynys.centre.foundation import make_centre
from tynys.cli import app
from tynys.domain.configuration import FacilityConfiguration
from tynys.domain.document import load_json
from tynys.domain.instrument import AcquisitionMode
from tynys.domain.quantity import Basis

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tynys.domain.instrument import Channel

HEADER = "AT,AP,AH,AFDP,GTEP,TIT,TAT,TEY,CDP,CO,NOX"


def write_year(path: Path, hours: int, chance: random.Random, *, empty: frozenset[int] = frozenset()) -> None:
    """A file of the recorded data's shape, with numbers of every length a file may hold."""
    awkward = ("0.00038751", "12", "3.10", "1.4", "44.103", "0.1", "100", "9.9999e1")
    with path.open("w", encoding="utf-8") as file:
        file.write(f"{HEADER}\n")
        for hour in range(hours):
            co = "" if hour in empty else chance.choice([*awkward, f"{chance.uniform(0, 44):.5g}"])
            file.write(f"4.5878,1018.7,83.675,3.5758,23.979,1086.2,549.83,134.67,11.898,{co},{chance.uniform(25, 120):.5g}\n")


def sent_channels(kept: Path) -> tuple[Channel, ...]:
    """The channels as the plant's document declares them."""
    return load_json((kept / "facility.json").read_bytes(), FacilityConfiguration).channels


async def replay(*arguments: str | Path) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tynys", "replay", *map(str, arguments), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        env=os.environ | {"COLUMNS": "160", "NO_COLOR": "1"},
    )  # fmt: skip
    said = (await process.communicate())[0].decode()
    assert process.returncode is not None
    return process.returncode, said


async def test_the_hourly_averages_are_the_recorded_decimal_numbers(tmp_path: Path) -> None:
    folder = tmp_path / "recorded"
    folder.mkdir()
    chance = random.Random(11)  # noqa: S311
    write_year(folder / "gt_2011.csv", 150, chance, empty=frozenset({7, 8, 30}))
    write_year(folder / "gt_2012.csv", 61, chance)
    code, said = await replay(folder, "--start", "2011-01-01T00:00Z", "--keep", tmp_path / "kept")
    assert code == 0, said
    assert "every number is the same" in said
    rows = [line.split() for line in said.splitlines() if line.startswith(("NOx ", "CO "))]
    assert rows == [["NOx", "211", "211", "0"], ["CO", "211", "211", "0"]]
    assert {channel.acquisition[0].mode for channel in sent_channels(tmp_path / "kept")} == {AcquisitionMode.REPLAYED}
    assert {channel.acquisition[0].interval_ms for channel in sent_channels(tmp_path / "kept")} == {3_600_000}
    assert {channel.basis for channel in sent_channels(tmp_path / "kept")} == {
        Basis(moisture="dry", gas_state="normal", o2_reference_pct=15.0, calibrated=True, expressed_as=species) for species in ("no2", None)
    }


@pytest.fixture
def said_here() -> Callable[..., tuple[int, str]]:
    """Runs a command in this process: no centre is needed to be told what is wrong."""

    def run(*arguments: str | Path) -> tuple[int, str]:
        result = CliRunner().invoke(app, ["replay", *map(str, arguments)], env={"COLUMNS": "200", "NO_COLOR": "1"})
        return result.exit_code, result.output

    return run


def test_a_broken_line_is_named_before_anything_is_sent(tmp_path: Path, said_here) -> None:
    write_year(tmp_path / "gt.csv", 3, random.Random(1))  # noqa: S311
    with (tmp_path / "gt.csv").open("a", encoding="utf-8") as file:
        file.write("1,2,3\n")
    code, said = said_here(tmp_path)
    assert code == 1
    assert "line 5" in said
    assert "expected 11 cells" in said


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--start", "2011-01-01", "offset"),
        ("--start", "yesterday", "offset"),
        ("--start", "9999-01-01T00:00Z", "to now"),
        ("--start", "0001-01-01T00:00Z", "from 1970"),
        ("--column", "NOX=sox", "expected one of so2, no"),
        ("--lang", "de", "'en'"),
        ("--facility", "../etc", "expected 1 to 80 Latin letters"),
        ("--start", "2011-01-01T00:30Z", "whole hour"),
        ("--column", "NOX", "COLUMN=component"),
    ],
)
def test_a_wrong_option_is_explained(tmp_path: Path, said_here, option: str, value: str, words: str) -> None:
    code, said = said_here(tmp_path, option, value)
    assert code == 2
    assert words in said


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("AT,CO\n1,2\n", 'gt.csv: the file has no column "NOX"; it has AT, CO'),
        ("CO,NOX\n1,2\n3,many\n", 'gt.csv, line 3, column "NOX": expected a number with a decimal point, came "many"'),
        ("CO,NOX\n1,inf\n", 'column "NOX": expected a number'),
    ],
)
def test_a_file_that_does_not_fit_is_named_with_line_and_column(tmp_path: Path, said_here, content: str, words: str) -> None:
    (tmp_path / "gt.csv").write_text(content, encoding="utf-8")
    code, said = said_here(tmp_path)
    assert code == 1
    assert words in said


def test_two_columns_cannot_become_one_component(tmp_path: Path, said_here) -> None:
    code, said = said_here(tmp_path, "--column", "NOX=nox", "--column", "CO=nox")
    assert code == 2
    assert "every component once" in said


def test_a_folder_that_is_not_there_is_named(tmp_path: Path, said_here) -> None:
    code, said = said_here(tmp_path / "absent")
    assert code == 2
    assert "does not exist" in said


def test_a_folder_without_files_is_said_to_be_empty(tmp_path: Path, said_here) -> None:
    code, said = said_here(tmp_path)
    assert code == 1
    assert "no CSV file" in said


def test_a_centre_that_does_not_run_is_said_to_stand(tmp_path: Path, said_here) -> None:
    make_centre(tmp_path / "centre", intake_port=0, public_port=0)
    write_year(tmp_path / "gt.csv", 3, random.Random(1))  # noqa: S311
    code, said = said_here(tmp_path, "--centre", tmp_path / "centre")
    assert code == 1
    assert "not running" in said
