"""Nothing that was kept is lost: kills, full disks, damaged rows, another program's lock."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sqlite3
import subprocess
import sys
import textwrap
import time
from itertools import pairwise
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from tynys.domain.batch import Event, Loss
from tynys.domain.errors import StorageError
from tynys.domain.status import GapCause
from tynys.plant import spool_reader
from tynys.plant.keeper import Keeper
from tynys.plant.sealer import Sealer
from tynys.plant.seconds import Layout, LayoutColumn
from tynys.plant.spool import Spool
from tynys.plant.spool_tables import SpoolFullError, connect
from tynys.wire.envelope import Envelope, open_envelope
from tynys.wire.payload import decode_payload

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tynys.domain.batch import Batch


def sealer_of(bench, spool: Spool) -> Sealer:
    return Sealer(spool, bench.key, bench.gateway, uuid4(), bench.configuration, started_ms=bench.start_ms)


def sealed(spool: Spool) -> list[Batch]:
    return [decode_payload(row[0]) for row in spool.connection.execute("SELECT payload FROM batch ORDER BY id")]


@pytest.fixture
def spool(bench) -> Iterator[Spool]:
    opened = Spool.open(bench.folder, bench.gateway)
    yield opened
    with contextlib.suppress(sqlite3.ProgrammingError, OSError):
        opened.close()


def test_every_commit_is_synced_and_the_journal_is_a_write_ahead_log(spool: Spool) -> None:
    assert spool.connection.execute("PRAGMA synchronous").fetchone() == (2,)
    assert spool.connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_second_process_cannot_write_the_same_spool(bench, spool: Spool) -> None:
    with pytest.raises(StorageError, match="another process"):
        Spool.open(bench.folder, bench.gateway)


def test_a_spool_belongs_to_one_gateway(bench, spool: Spool) -> None:
    spool.close()
    with pytest.raises(StorageError, match="belongs to gateway"):
        Spool.open(bench.folder, uuid4())


def test_an_instant_already_kept_stays_as_it_was(bench, spool: Spool) -> None:
    layout = spool.layout_id(bench.layout)
    spool.append(bench.second(0, value=1.0), layout)
    spool.append(bench.second(0, value=2.0), layout)
    rows, _ = spool_reader.seconds(spool.connection, 0, 1 << 62, {layout: bench.layout})
    assert rows[layout][0].value.tolist() == [1.0, 1.0]


WRITER = """
import sys
from pathlib import Path
from uuid import UUID
import numpy as np
from tynys.plant.keeper import Keeper
from tynys.plant.sealer import Sealer
from tynys.plant.seconds import Layout, Second
from tynys.plant.spool import Spool
from tynys.plant.epoch import new_epoch
from tynys.domain.configuration import FacilityConfiguration
from tynys.wire.keys import SigningKey
import msgspec
folder, gateway, start = Path(sys.argv[1]), UUID(sys.argv[2]), int(sys.argv[3])
layout = Layout.decode(Path(sys.argv[4]).read_bytes())
configuration = msgspec.json.decode(Path(sys.argv[5]).read_bytes(), type=FacilityConfiguration)
spool = Spool.open(folder, gateway)
last = spool.last_instant_ms()
t = start if last is None else last + 1000
keeper = Keeper(spool, Sealer(spool, SigningKey.generate(), gateway, new_epoch(t), configuration, started_ms=t), layout, seal_ms=5000)
keeper.begin(t)
n = len(layout)
while True:
    keeper.keep(Second(t, np.full(n, t / 1000 % 977), np.ones(n, np.uint8), np.zeros(n, np.uint8)), now_ms=t)
    sys.stdout.write(f"{t}\\n")
    sys.stdout.flush()
    t += 1000
"""


def test_killed_again_and_again_it_loses_no_second_it_had_reported(bench, tmp_path: Path) -> None:
    (tmp_path / "layout.json").write_bytes(bench.layout.encode())
    (tmp_path / "facility.json").write_bytes(bench.configuration.encode())
    reported: list[int] = []
    chance = random.Random(7)  # noqa: S311
    for _ in range(4):
        process = subprocess.Popen(
            [
                sys.executable, "-c", textwrap.dedent(WRITER), str(bench.folder), str(bench.gateway), str(bench.start_ms),
                str(tmp_path / "layout.json"), str(tmp_path / "facility.json"),
            ],
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert process.stdout is not None
        first = process.stdout.readline()
        time.sleep(0.05 + 0.2 * chance.random())
        os.kill(process.pid, signal.SIGKILL)
        rest = process.communicate()[0]
        reported += [int(line) for line in (first + rest).split("\n") if len(line) == 13]
    spool = Spool.open(bench.folder, bench.gateway)
    kept: dict[int, float] = {}
    for block in spool_reader.readings(spool.connection, 0, 1 << 60):
        if block.channel == bench.layout.columns[0].channel:
            for time_ms, value in zip(block.time_ms.tolist(), block.value.tolist(), strict=True):
                assert time_ms not in kept
                kept[time_ms] = value
    assert len(reported) > 20
    assert set(reported) <= set(kept)
    assert all(value == time_ms / 1000 % 977 for time_ms, value in kept.items())
    assert sorted(kept) == list(range(min(kept), max(kept) + 1000, 1000))
    previous = b""
    for batch_hash, previous_hash in spool.connection.execute("SELECT hash, previous_hash FROM batch ORDER BY id"):
        assert previous_hash == previous
        previous = batch_hash
    spool.close()


def test_sealing_replaces_rows_by_one_signed_linked_batch(bench, spool: Spool) -> None:
    sealer = sealer_of(bench, spool)
    keeper = Keeper(spool, sealer, bench.layout, seal_ms=5000)
    keeper.begin(bench.start_ms)
    results = [keeper.keep(bench.second(i), now_ms=bench.start_ms + 1000 * i)[1] for i in range(10)]
    assert [i for i, sealed_now in enumerate(results) if sealed_now] == [4, 9]
    assert spool.connection.execute("SELECT count(*) FROM second").fetchone() == (0,)
    rows = spool.connection.execute(
        "SELECT payload, key_id, signature, hash, previous_hash, readings, gaps FROM batch ORDER BY id"
    ).fetchall()
    first, second = (open_envelope(Envelope(row[0], row[1], row[2]), bench.key.verify_key) for row in rows)
    assert first.configuration is not None
    assert first.configuration.document == bench.configuration.encode()
    assert second.configuration is None
    assert [event.kind for event in first.events] == ["gateway.start"]
    assert (first.seq, second.seq) == (1, 2)
    assert (first.span_start_ms, first.span_end_ms) == (bench.start_ms, bench.start_ms + 5000)
    assert rows[0][4] == b""
    assert second.previous_hash == rows[0][3] == rows[1][4]
    assert [(row[5], row[6]) for row in rows] == [(10, 0), (10, 0)]


def test_a_damaged_row_costs_its_own_instant_and_says_so(bench, spool: Spool) -> None:
    keeper = Keeper(spool, sealer_of(bench, spool), bench.layout, seal_ms=5000)
    keeper.begin(bench.start_ms)
    for i in range(4):
        keeper.keep(bench.second(i), now_ms=bench.start_ms)
    body = bytearray(spool.connection.execute("SELECT body FROM second WHERE time_ms = ?", (bench.start_ms + 2000,)).fetchone()[0])
    body[3] ^= 0x10
    spool.connection.execute("UPDATE second SET body = ? WHERE time_ms = ?", (bytes(body), bench.start_ms + 2000))
    keeper.keep(bench.second(4), now_ms=bench.start_ms)
    (batch,) = sealed(spool)
    assert batch.losses == (Loss(None, bench.start_ms + 2000, bench.start_ms + 3000, 2, "spool.row_damaged"),)
    causes = {int(t): int(c) for block in batch.readings for t, c in zip(block.time_ms, block.cause, strict=True)}
    assert causes == {bench.start_ms + 1000 * i: (GapCause.UNDECODABLE if i == 2 else 0) for i in range(5)}


def test_a_row_the_line_cannot_carry_costs_its_own_instant_and_the_gateway_goes_on(bench, spool: Spool) -> None:
    keeper = Keeper(spool, sealer_of(bench, spool), bench.layout, seal_ms=5000)
    keeper.begin(bench.start_ms)
    for i in range(10):
        second = bench.second(i)
        if i == 2:
            second.status[:] = 77  # a number no catalogue has
        keeper.keep(second, now_ms=bench.start_ms)
    first, second = sealed(spool)
    assert first.losses == (Loss(None, bench.start_ms + 2000, bench.start_ms + 3000, 2, "spool.row_damaged"),)
    assert second.losses == ()
    causes = {
        int(t): int(c) for batch in (first, second) for block in batch.readings for t, c in zip(block.time_ms, block.cause, strict=True)
    }
    assert causes == {bench.start_ms + 1000 * i: (GapCause.UNDECODABLE if i == 2 else 0) for i in range(10)}


def test_what_is_too_much_for_one_batch_becomes_several_and_nothing_is_lost(bench, spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tynys.wire.reading_tables.MAX_CELLS", 6)
    keeper = Keeper(spool, sealer_of(bench, spool), bench.layout, seal_ms=5000)
    keeper.begin(bench.start_ms)
    for i in range(5):
        keeper.keep(bench.second(i), now_ms=bench.start_ms)
    batches = sealed(spool)
    spans = [((batch.span_start_ms - bench.start_ms) // 1000, (batch.span_end_ms - bench.start_ms) // 1000) for batch in batches]
    assert spans == [(0, 2), (2, 5)]
    assert all(batch.losses == () for batch in batches)
    assert sum(len(block) for batch in batches for block in batch.readings) == 10


def test_a_damaged_batch_is_set_aside_reported_and_blocks_nothing(bench, spool: Spool) -> None:
    keeper = Keeper(spool, sealer_of(bench, spool), bench.layout, seal_ms=5000)
    keeper.begin(bench.start_ms)
    for i in range(15):
        keeper.keep(bench.second(i), now_ms=bench.start_ms)
    payload = bytearray(spool.connection.execute("SELECT payload FROM batch WHERE id = 2").fetchone()[0])
    payload[-1] ^= 1
    spool.connection.execute("UPDATE batch SET payload = ? WHERE id = 2", (bytes(payload),))
    batches, damaged = spool_reader.waiting(spool.connection, limit=64, max_bytes=1 << 20)
    assert ([batch.id for batch in batches], damaged) == ([1, 3], [2])
    spool.mark_damaged(2, "test", bench.start_ms)
    for i in range(15, 20):
        keeper.keep(bench.second(i), now_ms=bench.start_ms)
    losses = sealed_losses(spool, 4)
    assert [(loss.start_ms, loss.end_ms, loss.count) for loss in losses] == [(bench.start_ms + 5000, bench.start_ms + 10_000, 10)]
    assert losses[0].cause.startswith("spool.batch_damaged")
    assert len(list(spool_reader.readings(spool.connection, 0, 1 << 60))) == 6


def sealed_losses(spool: Spool, batch_id: int) -> tuple[Loss, ...]:
    return decode_payload(spool.connection.execute("SELECT payload FROM batch WHERE id = ?", (batch_id,)).fetchone()[0]).losses


def test_a_page_overwritten_on_the_disk_costs_at_most_what_was_on_it(bench) -> None:
    spool = Spool.open(bench.folder, bench.gateway)
    keeper = Keeper(spool, sealer_of(bench, spool), bench.layout, seal_ms=5000)
    keeper.begin(bench.start_ms)
    for i in range(200):
        keeper.keep(bench.second(i), now_ms=bench.start_ms)
    spool.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    page = (
        spool.connection.execute(
            "SELECT pageno FROM dbstat WHERE name = 'batch' AND pagetype = 'leaf' ORDER BY pageno DESC LIMIT 1"
        ).fetchone()
        if has_dbstat(spool)
        else (12,)
    )
    spool.close()
    with (bench.folder / "spool.sqlite").open("r+b") as file:
        file.seek((page[0] - 1) * 4096 + 2048)
        file.write(os.urandom(2048))
    again = Spool.open(bench.folder, bench.gateway)
    batches, damaged = spool_reader.waiting(again.connection, limit=64, max_bytes=1 << 20)
    assert damaged
    assert len(batches) + len(damaged) == 40
    assert len(batches) >= 30
    again.close()


def has_dbstat(spool: Spool) -> bool:
    try:
        spool.connection.execute("SELECT 1 FROM dbstat LIMIT 1")
    except sqlite3.OperationalError:
        return False
    return True


def test_an_unreadable_file_is_set_aside_never_deleted_and_a_new_spool_begins(bench) -> None:
    Spool.open(bench.folder, bench.gateway).close()
    (bench.folder / "spool.sqlite").write_bytes(b"not a database at all" * 400)
    spool = Spool.open(bench.folder, bench.gateway)
    assert (bench.folder / "spool.damaged-1.sqlite").read_bytes().startswith(b"not a database")
    (note,) = spool.notes()
    assert b"spool.unreadable" in note.body
    spool.close()


def test_from_a_file_with_a_broken_outbox_every_batch_is_taken_over_and_the_chain_goes_on(bench) -> None:
    spool = Spool.open(bench.folder, bench.gateway)
    keeper = Keeper(spool, sealer_of(bench, spool), bench.layout, seal_ms=5000)
    keeper.begin(bench.start_ms)
    for i in range(103):
        keeper.keep(bench.second(i), now_ms=bench.start_ms)
    spool.connection.execute("DELETE FROM outbox WHERE batch_id <= 5")
    spool.connection.execute("INSERT INTO reply VALUES (1, 0, 0, x'00', x'00')")
    spool.connection.executemany("INSERT INTO receipt VALUES (?, 1, 'stored', 'linked', ?, '', 1)", [(n, n) for n in range(1, 6)])
    head = spool_reader.head(spool.connection)
    spool.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    page = spool.connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'outbox'").fetchone()[0]
    spool.close()
    with (bench.folder / "spool.sqlite").open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xff" * 4096)
    again = Spool.open(bench.folder, bench.gateway)
    assert (bench.folder / "spool.damaged-1.sqlite").exists()
    assert spool_reader.head(again.connection) == head
    assert again.row_span() == (bench.start_ms + 100_000, bench.start_ms + 102_000)
    batches, damaged = spool_reader.waiting(again.connection, limit=64, max_bytes=1 << 20)
    assert ([batch.id for batch in batches], damaged) == (list(range(6, 21)), [])
    assert b"20 batches were taken over" in again.notes()[-1].body
    again.close()


def fill_up(spool: Spool) -> None:
    """A bound SQLite itself enforces with SQLITE_FULL: the file may not grow."""
    pages = spool.connection.execute("PRAGMA page_count").fetchone()[0]
    spool.connection.execute(f"PRAGMA max_page_count = {pages}")


def test_on_a_full_disk_losses_go_to_the_reserve_and_come_out_as_signed_records(bench) -> None:
    spool = Spool.open(bench.folder, bench.gateway)
    keeper = Keeper(spool, sealer_of(bench, spool), bench.layout, seal_ms=5000)
    keeper.begin(bench.start_ms)
    fill_up(spool)
    lost = 0
    for i in range(400):
        counted, _ = keeper.keep(bench.second(i), now_ms=bench.start_ms)
        lost += counted.cause[0] == GapCause.SPOOL_FULL
        if lost > 20:
            break
    assert keeper.full_since_ms is not None
    pending = spool.reserve.pending(0)
    assert sum(entry.loss.count for entry in pending) >= 2 * 20
    spool.close()

    spool = Spool.open(bench.folder, bench.gateway)
    spool.take_over_losses()
    keeper = Keeper(spool, sealer_of(bench, spool), bench.layout, seal_ms=5000)
    keeper.begin(bench.start_ms + 1000 * (i + 1))
    for j in range(i + 1, i + 11):
        keeper.keep(bench.second(j), now_ms=bench.start_ms)
    keeper.finish(bench.start_ms + 1000 * (j + 1))
    batches = sealed(spool)
    assert sum(loss.count for batch in batches for loss in batch.losses if loss.cause == "spool.full") == sum(e.loss.count for e in pending)
    seen = sorted(
        int(t) for batch in batches for block in batch.readings if block.channel == bench.layout.columns[0].channel for t in block.time_ms
    )
    assert seen == list(range(bench.start_ms, bench.start_ms + 1000 * (i + 11), 1000))
    assert spool.take_over_losses() == []
    spool.close()


def test_when_there_is_room_again_the_same_run_goes_on_and_the_hole_is_gap_rows(bench) -> None:
    spool = Spool.open(bench.folder, bench.gateway)
    keeper = Keeper(spool, sealer_of(bench, spool), bench.layout, seal_ms=5000)
    keeper.begin(bench.start_ms)
    for i in range(7):
        keeper.keep(bench.second(i), now_ms=bench.start_ms)
    fill_up(spool)
    i = 7
    while not keeper.keep(bench.second(i), now_ms=bench.start_ms)[0].cause[0]:
        i += 1
    i += 1
    for i in range(i, i + 180):  # noqa: B020
        keeper.keep(bench.second(i), now_ms=bench.start_ms)
    spool.connection.execute("PRAGMA max_page_count = 1073741823")
    for i in range(i + 1, i + 21):  # noqa: B020
        keeper.keep(bench.second(i), now_ms=bench.start_ms)
    assert keeper.full_since_ms is None
    keeper.finish(bench.start_ms + 1000 * (i + 1))
    batches = sealed(spool)
    rows = {
        int(t): int(c)
        for batch in batches
        for block in batch.readings
        if block.channel == bench.layout.columns[0].channel
        for t, c in zip(block.time_ms, block.cause, strict=True)
    }
    assert sorted(rows) == list(range(bench.start_ms, bench.start_ms + 1000 * (i + 1), 1000))
    gaps = [t for t, c in rows.items() if c == GapCause.SPOOL_FULL]
    assert 160 < len(gaps) <= 190
    assert sum(loss.count for batch in batches for loss in batch.losses) == 2 * len(gaps)
    for before, after in pairwise(batches):
        assert before.span_end_ms == after.span_start_ms
    spool.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small file system")
def test_a_really_full_file_system_still_takes_losses(bench, tmp_path: Path) -> None:
    room = tmp_path / "small"
    room.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(room)], check=False, capture_output=True)
    if mounted.returncode:
        pytest.skip("mounting is not allowed here")
    try:
        spool = Spool.open(room / "spool", bench.gateway)
        keeper = Keeper(spool, sealer_of(bench, spool), bench.layout, seal_ms=5000)
        keeper.begin(bench.start_ms)
        ballast = room / "ballast"
        with contextlib.suppress(OSError), ballast.open("wb") as file:
            while True:
                file.write(b"\0" * 4096)
                file.flush()
        kept = 0
        for i in range(300):
            kept += keeper.keep(bench.second(i), now_ms=bench.start_ms)[0].cause[0] == 0
        assert keeper.full_since_ms is not None
        (entry,) = spool.reserve.pending(0)
        assert entry.loss.count == 2 * (300 - kept)
        ballast.unlink()
        for i in range(300, 310):
            assert keeper.keep(bench.second(i), now_ms=bench.start_ms)[0].cause[0] == 0
        keeper.finish(bench.start_ms + 310_000)
        assert sum(loss.count for batch in sealed(spool) for loss in batch.losses) == 2 * (300 - kept)
        spool.close()
    finally:
        subprocess.run(["umount", "-l", str(room)], check=False)


def test_a_full_disk_is_an_error_of_its_own_and_leaves_the_spool_usable(bench, spool: Spool) -> None:
    layout = spool.layout_id(bench.layout)
    fill_up(spool)
    with pytest.raises(SpoolFullError, match="takes no more"):
        _append_many(spool, bench, layout)
    spool.connection.execute("PRAGMA max_page_count = 1073741823")
    spool.append(bench.second(5000), layout)


def _append_many(spool: Spool, bench, layout: int) -> None:
    for i in range(3000):
        spool.append(bench.second(i), layout)


def test_after_a_restart_the_rest_is_sealed_and_the_silence_is_gap_rows(bench) -> None:
    spool = Spool.open(bench.folder, bench.gateway)
    keeper = Keeper(spool, sealer_of(bench, spool), bench.layout, seal_ms=5000)
    keeper.begin(bench.start_ms)
    for i in range(8):
        keeper.keep(bench.second(i), now_ms=bench.start_ms)
    spool.close()
    spool = Spool.open(bench.folder, bench.gateway)
    keeper = Keeper(spool, sealer_of(bench, spool), bench.layout, seal_ms=5000)
    keeper.begin(bench.start_ms + 20_000)
    for i in range(20, 25):
        keeper.keep(bench.second(i), now_ms=bench.start_ms)
    batches = sealed(spool)
    spans = [((batch.span_start_ms - bench.start_ms) // 1000, (batch.span_end_ms - bench.start_ms) // 1000) for batch in batches]
    assert spans == [(0, 5), (5, 8), (8, 20), (20, 25)]
    assert [batch.seq for batch in batches] == [1, 1, 2, 3]
    assert [batch.configuration is not None for batch in batches] == [True, True, False, False]
    assert {int(c) for block in batches[2].readings for c in block.cause} == {GapCause.GATEWAY_DOWN}
    spool.close()


def test_a_silence_of_days_is_a_day_of_gap_rows_and_one_loss_before(bench) -> None:
    spool = Spool.open(bench.folder, bench.gateway)
    keeper = Keeper(spool, sealer_of(bench, spool), bench.layout, seal_ms=5000)
    keeper.begin(bench.start_ms)
    keeper.keep(bench.second(0), now_ms=bench.start_ms)
    spool.close()
    spool = Spool.open(bench.folder, bench.gateway)
    keeper = Keeper(spool, sealer_of(bench, spool), bench.layout, seal_ms=5000)
    days = 3 * 86_400
    keeper.begin(bench.start_ms + 1000 * days)
    batches = sealed(spool)
    (loss,) = [loss for batch in batches for loss in batch.losses]
    assert (loss.start_ms, loss.end_ms, loss.cause) == (bench.start_ms + 1000, bench.start_ms + 2 * 86_400_000, "gateway_down")
    assert loss.count == 2 * (2 * 86_400 - 1)
    assert sum(len(block) for batch in batches for block in batch.readings) == 2 + 2 * 86_400
    for before, after in pairwise(batches):
        assert before.span_end_ms == after.span_start_ms
    spool.close()


@pytest.mark.parametrize("channels", [2, 600])
def test_a_plant_of_many_channels_that_stood_still_for_years_says_so_in_batches_the_line_takes(bench, channels: int) -> None:
    """Laid out as rows, eleven years of 600 channels would be terabytes; as one record, more readings than one may speak of."""
    layout = Layout(tuple(LayoutColumn(uuid4(), 1000) for _ in range(channels)))
    spool = Spool.open(bench.folder, bench.gateway)
    years_ms = 11 * 366 * 86_400_000
    sealer_of(bench, spool).seal_gap(bench.start_ms, bench.start_ms + years_ms, layout, GapCause.GATEWAY_DOWN, bench.start_ms)
    batches = sealed(spool)
    losses = [loss for batch in batches for loss in batch.losses]
    assert (batches[0].span_start_ms, batches[-1].span_end_ms) == (bench.start_ms, bench.start_ms + years_ms)
    assert all(before.span_end_ms == after.span_start_ms for before, after in pairwise(batches))
    assert sum(loss.count for loss in losses) == channels * (years_ms - 86_400_000) // 1000
    assert sum(len(block) for batch in batches for block in batch.readings) == channels * 86_400
    spool.close()


def test_many_large_notes_go_out_over_several_batches(bench, spool: Spool) -> None:
    sealer = sealer_of(bench, spool)
    spool.add_notes([("event", Event(bench.start_ms, "mark", "x" * 60_000)) for _ in range(200)])
    while spool.notes():
        sealer.seal([], bench.start_ms, bench.start_ms, bench.start_ms)
    batches = sealed(spool)
    assert len(batches) > 5
    assert sum(event.kind == "mark" for batch in batches for event in batch.events) == 200


def test_a_clock_set_back_between_runs_loses_nothing_and_is_an_event(bench) -> None:
    spool = Spool.open(bench.folder, bench.gateway)
    keeper = Keeper(spool, sealer_of(bench, spool), bench.layout, seal_ms=5000)
    keeper.begin(bench.start_ms)
    for i in range(8):
        keeper.keep(bench.second(i), now_ms=bench.start_ms)
    spool.close()
    spool = Spool.open(bench.folder, bench.gateway)
    keeper = Keeper(spool, sealer_of(bench, spool), bench.layout, seal_ms=5000)
    keeper.begin(bench.start_ms - 3_600_000)
    for i in range(-3600, -3595):
        keeper.keep(bench.second(i), now_ms=bench.start_ms)
    batches = sealed(spool)
    assert sum(len(block) for batch in batches for block in batch.readings) == 2 * (8 + 5)
    assert "clock.went_back" in {event.kind for batch in batches for event in batch.events}
    spool.close()


def test_a_changed_configuration_is_an_event_and_goes_out_whole(bench, configure) -> None:
    spool = Spool.open(bench.folder, bench.gateway)
    sealer_of(bench, spool).seal([], 0, 0, 0)
    changed = configure(interval_ms=2000)
    Sealer(spool, bench.key, bench.gateway, uuid4(), changed, started_ms=5).seal([], 0, 0, 0)
    last = sealed(spool)[-1]
    assert Event(5, "configuration.change", changed.digest().hex()) in last.events
    assert last.configuration is not None
    assert last.configuration.document == changed.encode()
    spool.close()


def test_pruning_takes_only_what_is_acknowledged_and_older(bench, spool: Spool) -> None:
    keeper = Keeper(spool, sealer_of(bench, spool), bench.layout, seal_ms=1000)
    keeper.begin(bench.start_ms)
    for i in range(6):
        keeper.keep(bench.second(i), now_ms=bench.start_ms + 1000 * i)
    spool.connection.execute("DELETE FROM outbox WHERE batch_id IN (1, 2, 4, 6)")
    assert spool.prune(bench.start_ms + 3500) == 3
    assert [row[0] for row in spool.connection.execute("SELECT id FROM batch ORDER BY id")] == [3, 5, 6]


def test_a_stopped_spool_can_be_read_by_somebody_who_may_not_write(bench, spool: Spool) -> None:
    spool.append(bench.second(0), spool.layout_id(bench.layout))
    spool.close()
    reader = connect(bench.folder / "spool.sqlite", read_only=True)
    assert reader.execute("SELECT count(*) FROM second").fetchone() == (1,)
    with pytest.raises(sqlite3.OperationalError):
        reader.execute("DELETE FROM second")
    reader.close()


def test_the_view_for_checkers_lists_every_batch_once(bench, spool: Spool) -> None:
    sealer = sealer_of(bench, spool)
    for _ in range(3):
        sealer.seal([], 0, 0, 0)
    rows = spool.connection.execute("SELECT batch_id, state, outcome, length(payload) > 0 FROM delivery ORDER BY 1").fetchall()
    assert rows == [(1, "waiting", None, 1), (2, "waiting", None, 1), (3, "waiting", None, 1)]
    assert UUID(bytes=spool.connection.execute("SELECT epoch FROM delivery").fetchone()[0]).version is not None
