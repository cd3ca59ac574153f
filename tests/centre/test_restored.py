"""A centre put back from a copy: nothing is lost, and no position means two batches."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing

import pytest
from centre_support import START_MS, TinyGateway, make_configuration, running
from typer.testing import CliRunner

from tynys.centre import chains
from tynys.centre.restored import BREAK_TAG, begin_again
from tynys.centre.settings import CentreFolder
from tynys.cli import app
from tynys.domain.errors import StorageError

STEP_MS = 5000


async def test_what_came_after_the_copy_is_sent_again_under_a_new_incarnation(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(chains, "WANTED_AFTER_S", 0.0)
    copied = CentreFolder(tmp_path / "copy")
    gateway = TinyGateway()
    async with running(folder) as centre:
        await centre.enrol(gateway)
        batches = [gateway.steady(START_MS, START_MS + STEP_MS, configuration=make_configuration())]
        batches += [gateway.steady(START_MS + n * STEP_MS, START_MS + (n + 1) * STEP_MS) for n in range(1, 4)]
        await centre.send(gateway, *batches[:2])
    shutil.copytree(folder.root, copied.root)
    async with running(folder) as centre:
        await centre.send(gateway, *batches[2:])

    said = CliRunner().invoke(app, ["centre", "restored", str(copied.root), "--reason", "the disk failed"])
    assert said.exit_code == 0, said.output
    assert "after batch 2" in said.output
    before, after = (json.loads((each.journal / "journal.json").read_text())["incarnation"] for each in (folder, copied))
    assert before != after

    async with running(copied) as centre:
        reply = await centre.send(gateway, batches[3])
        assert [(each.epoch, each.from_seq, each.to_seq) for each in reply.wanted] == [(gateway.epoch, 3, 3)]
        assert str(reply.incarnation) == after
        reply = await centre.send(gateway, batches[2])
        assert reply.wanted == ()


def test_a_new_centre_needs_no_restoring(folder):
    with pytest.raises(StorageError, match="the journal is empty"):
        begin_again(folder.root, "for no reason", progress=lambda *_: None)


async def test_the_break_is_signed_by_the_centre_and_says_why(folder):
    gateway = TinyGateway()
    async with running(folder) as centre:
        await centre.enrol(gateway)
        await centre.send(gateway, gateway.steady(START_MS, START_MS + STEP_MS, configuration=make_configuration()))
        key, signer = centre.centre.key.verify_key, centre.centre.key.key_id
    incarnation, last, rows = begin_again(folder.root, "the disk failed", progress=lambda *_: None)
    assert (last, rows) == (1, 2)
    newest = max(folder.journal.glob("*.sqlite"))
    with closing(sqlite3.connect(newest)) as db:
        ((position, record, key_id, signature),) = db.execute("SELECT * FROM breaks").fetchall()
    key.verify(BREAK_TAG, record, signature)
    told = json.loads(record)
    assert (position, key_id, told["reason"], told["incarnation"]) == (1, signer, "the disk failed", str(incarnation))
