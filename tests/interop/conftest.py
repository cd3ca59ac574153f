"""A simulated plant as a process of its own, its ledger, and the clients from npm."""

import asyncio
import json
import shutil
import sqlite3
import struct
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from tynys.wire.clock_server import ClockServer

HERE = Path(__file__).parent
FACILITY = "tets-2"
START_MS = 1_796_000_400_000
SPEED = 10.0
KINDS = {"u16be": ("H", 2), "bit": ("B", 1)}
TABLES = {1: "coil", 2: "discrete", 3: "holding", 4: "input", 100: "node"}


class SharedClock(threading.Thread):
    """The clock of the simulated plant, on a loop of its own."""

    def __init__(self):
        super().__init__(daemon=True)
        self.url = ""
        self._listening = threading.Event()

    def run(self):
        asyncio.run(self._serve())

    async def _serve(self):
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        server = ClockServer(START_MS, SPEED, expected=[f"{FACILITY} plant"])
        self.url = await server.listen()
        self._listening.set()
        waiting = [asyncio.ensure_future(server.ready()), asyncio.ensure_future(self._stopping.wait())]
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        if not self._stopping.is_set():
            server.start()
            await self._stopping.wait()
        waiting[0].cancel()
        await server.stop()

    def listen(self):
        self.start()
        self._listening.wait(10)
        return self.url

    def stop(self):
        self._loop.call_soon_threadsafe(self._stopping.set)
        self.join(10)


class Ledger:
    """The outside truth: what was on offer at every instant, and who read it."""

    def __init__(self, path):
        self._path = path

    def rows(self, query, *values):
        with closing(sqlite3.connect(f"file:{self._path}?mode=ro", uri=True)) as database:
            return database.execute(query, values).fetchall()

    def now_ms(self):
        return self.rows("SELECT max(t_ms) FROM offer")[0][0] or 0

    def offers_of_all(self):
        ((devices,),) = self.rows("SELECT count(*) FROM device")
        ((offering,),) = self.rows("SELECT count(DISTINCT device) FROM offer")
        return 0 < devices == offering

    def await_instant(self, t_ms, *, seconds=20):
        end = time.monotonic() + seconds
        while self.now_ms() < t_ms:
            assert time.monotonic() < end, "the simulated plant stands still"
            time.sleep(0.05)

    def peers(self):
        return {peer for (peer,) in self.rows("SELECT id FROM peer")}

    def reads_of(self, device, since, function):
        """What was on offer to each read by clients that came after ``since``, in order: (instant, first, raw numbers)."""
        self.await_instant(self.now_ms() + 2000)
        ((id_, layout),) = self.rows("SELECT id, layout FROM device WHERE name = ?", device)
        marks = ",".join(str(peer) for peer in sorted(self.peers() - since))
        reads = self.rows(
            f'SELECT t_ms, first, count FROM "read" WHERE device = ? AND function = ? AND peer IN ({marks}) ORDER BY rowid',  # noqa: S608
            id_,
            function,
        )
        return [(t_ms, first, self._offer(id_, json.loads(layout), TABLES[function], t_ms, first, count)) for t_ms, first, count in reads]

    def _offer(self, device, layout, table, t_ms, first, count):
        ((image,),) = self.rows("SELECT image FROM offer WHERE device = ? AND t_ms <= ? ORDER BY t_ms DESC LIMIT 1", device, t_ms)
        segment = next(segment for segment in layout["segments"] if segment["table"] == table)
        if segment["kind"] == "f64le":
            return struct.unpack_from(f"<{count}d", image, segment["offset"] + 8 * first)
        code, size = KINDS[segment["kind"]]
        return struct.unpack_from(f">{count}{code}", image, segment["offset"] + size * (first - segment["first"]))


class Plant:
    def __init__(self, ports, ledger):
        self.ports = ports
        self.ledger = ledger

    def port(self, device):
        return self.ports["modbus"][device]["port"]

    def settings(self, device):
        return next(settings for settings in self.ports["devices"] if settings["id"] == device)


@pytest.fixture(scope="session")
def plant(tmp_path_factory):
    """A simulated plant that has offered values for a while."""
    folder = tmp_path_factory.mktemp("plant")
    clock = SharedClock()
    ports_file, ledger = folder / "ports.json", folder / "ledger.sqlite"
    command = [sys.executable, "-m", "tynys", "sim", "run", FACILITY, "--clock", clock.listen(), "--seed", "5"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([*command, "--ledger", ledger, "--ports-file", ports_file], stderr=log, stdout=log)
    try:
        end = time.monotonic() + 60
        while not (ports_file.exists() and ledger.exists() and Ledger(ledger).offers_of_all()):
            assert process.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < end, "the simulated plant does not start"
            time.sleep(0.1)
        yield Plant(json.loads(ports_file.read_text()), Ledger(ledger))
    finally:
        process.terminate()
        process.wait(20)
        clock.stop()


@pytest.fixture(scope="session")
def npm_client():
    """Runs one of the clients beside this file and gives what it read."""
    if shutil.which("node") is None or not (HERE / "node_modules").is_dir():
        pytest.skip("needs Node and `npm --prefix tests/interop ci`, as `make test` does")

    def run(script, *arguments):
        done = subprocess.run(["node", HERE / script, *map(str, arguments)], capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        return next(json.loads(line) for line in done.stdout.splitlines() if line.startswith("[{"))

    return run
