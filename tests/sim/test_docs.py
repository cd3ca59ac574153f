"""The page about the simulation tells what is there: every fault, plant, ledger column; its example runs."""

from __future__ import annotations

import os
import re
import sqlite3
from pathlib import Path

import pytest

from tynys.sim.faults.catalogue import FaultKind
from tynys.sim.ledger import SCHEMA
from tynys.sim.plants import FACILITIES

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "simulation.md"


@pytest.fixture(scope="module")
def page():
    return PAGE.read_text(encoding="utf-8")


def test_every_fault_and_plant_has_its_row(page):
    rows = re.findall(r"^\| `([\w-]+)` \|", page, flags=re.MULTILINE)
    assert set(FaultKind) | set(FACILITIES) <= set(rows)


def test_every_table_and_column_of_the_ledger_is_named(page):
    db = sqlite3.connect(":memory:")
    db.executescript(SCHEMA)
    for (table,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'"):
        row = re.search(rf"^\| `{table}` \|(.*)$", page, flags=re.MULTILINE)
        assert row is not None, table
        for column in db.execute(f'PRAGMA table_info("{table}")'):
            assert f"`{column[1]}`" in row[1], (table, column[1])
    db.close()


def test_the_picture_is_there(page):
    picture = re.search(r"!\[.*\]\((.*\.svg)\)", page)
    assert (PAGE.parent / picture[1]).read_text(encoding="utf-8").startswith("<svg")


def test_the_example_reads_a_ledger(page, start_plant, noon_ms):
    running = start_plant("gres-2")
    running.step(noon_ms + 1000)
    example = re.search(r"```python\n(.*?)```", page, flags=re.DOTALL)[1]
    names: dict[str, object] = {}
    here = Path.cwd()
    os.chdir(running.ledger.parent)
    try:
        exec(example, names)  # noqa: S102 - the page's own example
    finally:
        os.chdir(here)
    names["db"].close()
    assert names["so2"][noon_ms + 1000] == running.gas()["so2"]
