"""A counted run: real processes, real protocols, and the outside checker finds every reading at both ends."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake
from rich.console import Console

from tynys.cli.demo.country import Country
from tynys.cli.demo.run import Demo, DemoSettings
from tynys_checker.__main__ import count_folder

pytestmark = [pytest.mark.demo, pytest.mark.xdist_group("demo")]
FAULTS = ("lost", "duplicated", "altered", "not_on_offer", "not_due", "receipts_failed", "history_different", "averages_different")


async def run(folder: Path, capsys, along=None, **settings) -> tuple[int, dict]:
    demo = Demo(DemoSettings(folder=folder, port=0, **settings), Country(folder), Console(stderr=True), along)
    code = await demo.run()
    return code, json.loads(capsys.readouterr().out)


@pytest.fixture(scope="module")
def finished(tmp_path_factory) -> tuple[Path, int, dict]:
    """One short run of two plants with two days of history, from the command line."""
    import subprocess

    folder = tmp_path_factory.mktemp("demo") / "country"
    command = [sys.executable, "-m", "tynys", "demo", "--seconds", "12", "--speed", "20", "--history-days", "2", "--port", "0"]
    done = subprocess.run(
        [*command, "--plant", "gres-2", "--plant", "tets-1", "--folder", str(folder)], capture_output=True, timeout=180, check=False
    )
    return folder, done.returncode, json.loads(done.stdout)


def test_a_short_run_accounts_for_every_reading(finished):
    _, code, facts = finished
    assert code == 0
    assert {name: facts[name] for name in FAULTS} == dict.fromkeys(FAULTS, 0)
    assert facts["readings_due"] == facts["readings_sent"] + facts["gap_rows"] > 1000
    assert facts["readings_stored"] == facts["readings_due"]
    assert facts["receipts_verified"] > 0
    assert facts["latency_p99_s"] > 0


def test_the_history_in_the_lake_is_what_its_generator_made(finished):
    _, _, facts = finished
    assert facts["history_generated"] == facts["history_stored"] > 100_000


@pytest.mark.parametrize(("change", "seen"), [("delete", "lost"), ("alter", "altered"), ("double", "duplicated")])
def test_the_checker_sees_one_changed_row_in_the_lake(finished, tmp_path, change, seen):
    import shutil

    folder = tmp_path / "country"
    shutil.copytree(finished[0], folder)
    change_one_row(folder / "centre" / "lake" / "readings", change, live_gateway(folder))
    facts = count_folder(folder)
    assert {name: facts[name] for name in FAULTS if facts[name]} == {seen: 1}


def live_gateway(folder: Path) -> str:
    import tomllib

    return tomllib.loads((folder / "plants" / "gres-2" / "plant.toml").read_text())["gateway"]["id"]


def change_one_row(table: Path, change: str, gateway: str) -> None:
    """Rewrite the table with one live row deleted, altered or doubled."""
    rows = DeltaTable(table).to_pyarrow_table()
    at = next(
        i
        for i, (g, v) in enumerate(zip(rows["gateway"].to_pylist(), rows["value"].to_pylist(), strict=True))
        if g == gateway and v is not None
    )
    row = rows.slice(at, 1)
    others = pa.concat_tables([rows.slice(0, at), rows.slice(at + 1)])
    if change == "alter":
        value = rows.schema.get_field_index("value")
        row = row.set_column(value, rows.schema.field("value"), pa.array([row["value"][0].as_py() + 1e-9], pa.float64()))
    parts = {"delete": [others], "alter": [others, row], "double": [rows, row]}[change]
    write_deltalake(table, pa.concat_tables(parts), mode="overwrite", partition_by=["day"])


async def test_killing_centre_and_gateway_loses_no_reading(tmp_path, capsys):
    async def cut(demo: Demo) -> None:
        await asyncio.sleep(3)
        await demo.processes.kill("centre")
        await asyncio.sleep(3)
        await demo.processes.restart("centre")
        await asyncio.sleep(3)
        await demo.processes.kill("gateway-gres-2")
        await asyncio.sleep(1)
        await demo.processes.restart("gateway-gres-2")
        await asyncio.sleep(8)

    code, facts = await run(
        tmp_path / "country",
        capsys,
        cut,
        seconds=22,
        speed=5,
        plants=("gres-2", "tets-2"),
        history_days=0,
        faults=("lost_line:tets-2.stack-1@+9000",),
    )
    assert {name: facts[name] for name in FAULTS} == dict.fromkeys(FAULTS, 0)
    assert facts["gap_rows"] > 0  # the instants in which the gateway was down
    assert facts["readings_sent"] + facts["gap_rows"] == facts["readings_due"]
    assert code == 0
