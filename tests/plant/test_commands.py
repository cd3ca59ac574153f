"""The commands as a person types them."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from typing import TYPE_CHECKING

import httpx
import pytest
from typer.testing import CliRunner

from tynys.cli import app
from tynys.plant import spool_reader
from tynys.plant.spool_tables import connect

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


async def tynys(*arguments: str | Path) -> tuple[int, str]:
    """Run a command to its end; exit code and everything it said."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tynys", *map(str, arguments), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        env=os.environ | {"COLUMNS": "160", "NO_COLOR": "1"},
    )  # fmt: skip
    said = (await process.communicate())[0].decode()
    assert process.returncode is not None
    return process.returncode, said


async def test_init_enrols_and_tells_what_is_next(tmp_path: Path, mini_centre) -> None:
    code, said = await tynys(
        "plant",
        "init",
        tmp_path / "new",
        "--facility",
        "trial",
        "--centre",
        mini_centre.url,
        "--ca",
        mini_centre.folder.ca,
        "--code",
        "GOOD-CODE",
    )
    assert code == 0, said
    assert "enrolled at the centre as simulated" in said
    assert "tynys plant check" in said
    code, said = await tynys("plant", "init", tmp_path / "new")
    assert code == 1
    assert "already is a plant" in said
    assert "Traceback" not in said


async def test_check_prints_a_row_for_each_thing_and_fails_when_one_is_wrong(plant_folder, analyser, mini_centre) -> None:
    plant_folder.write(centre=mini_centre.section, devices=analyser.section())
    mini_centre.known[plant_folder.gateway] = plant_folder.key.verify_key
    code, said = await tynys("plant", "check", plant_folder.file)
    assert code == 0, said
    assert "1,500 mg/Nm³" in said
    assert "0 wrong" in said
    analyser.show(1500.0, 6.0, order="CDAB")
    code, said = await tynys("plant", "check", plant_folder.file, "--no-send")
    assert code == 1
    assert 'word_order = "CDAB"' in said


@pytest.fixture
def said_here() -> Callable[..., tuple[int, str]]:
    """Runs a command in this process."""

    def run(*arguments: str | Path) -> tuple[int, str]:
        result = CliRunner().invoke(app, [*map(str, arguments)], env={"COLUMNS": "200", "NO_COLOR": "1"})
        return result.exit_code, result.output

    return run


@pytest.mark.parametrize("command", ["check", "run", "status"])
def test_an_unknown_key_is_named_with_its_line_by_every_command(plant_folder, said_here, command: str) -> None:
    plant_folder.write(gateway_lines="seal_second = 5")
    code, said = said_here("plant", command, plant_folder.file)
    assert code == 1
    assert "plant.toml, line 7" in said
    assert "seal_second" in said


async def test_run_reads_keeps_serves_its_page_and_stops_cleanly_on_a_signal(plant_folder, analyser) -> None:
    plant_folder.write(devices=analyser.section(), gateway_lines="page_port = 0\nseal_seconds = 1")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tynys", "plant", "run", str(plant_folder.file), stderr=asyncio.subprocess.PIPE
    )
    page = plant_folder.folder / "spool" / "page.json"
    spool = plant_folder.folder / "spool" / "spool.sqlite"
    try:
        async with asyncio.timeout(60):
            while not page.exists() or not _sealed(spool):
                await asyncio.sleep(0.1)
        async with httpx.AsyncClient(trust_env=False) as client:
            url = json.loads(page.read_text())["url"]
            plant = (await client.get(f"{url}api/plant")).json()
            assert plant["running"] is True
            assert {channel["value"] for channel in plant["channels"]} == {1500.0, 6.0}
            html = await client.get(f"{url}?lang=ru")
            assert html.status_code == 200
            assert "Проба" in html.text
        code, said = await tynys("plant", "status", plant_folder.file, "--json")
        assert code == 0, said
        assert json.loads(said)["running"] is True
        right = plant_folder.file.read_text("utf-8")
        plant_folder.file.write_text(right + 'colour = "red"\n', "utf-8")
        process.send_signal(signal.SIGHUP)
        await asyncio.sleep(1.5)
        plant_folder.file.write_text(right, "utf-8")
        process.send_signal(signal.SIGHUP)
        await asyncio.sleep(1.5)
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.stderr is not None
        said = (await process.communicate())[1].decode()
    assert process.returncode == 0, said
    assert "settings.refused" in said, "settings that cannot be used do not end a run"
    connection = connect(spool, read_only=True)
    assert connection.execute("SELECT count(DISTINCT epoch) FROM batch").fetchone() == (2,), said
    rows = [block for block in spool_reader.readings(connection, 0, 1 << 60) if block.value[0] == 1500.0]
    connection.close()
    assert rows
    code, said = await tynys("plant", "status", plant_folder.file, "--lang", "ru")
    assert code == 0, said
    assert "Проба" in said


def _sealed(spool: Path) -> bool:
    if not spool.exists():
        return False
    connection = connect(spool, read_only=True)
    try:
        return bool(connection.execute("SELECT count(*) FROM batch WHERE readings > 0").fetchone()[0])
    finally:
        connection.close()


def test_status_without_a_spool_says_how_to_start(plant_folder, said_here) -> None:
    code, said = said_here("plant", "status", plant_folder.file)
    assert code == 1
    assert "tynys plant run" in said
