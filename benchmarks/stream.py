"""From the analyser's register to the browser's stream, through the real programs, beside a loop that promises nothing."""

from __future__ import annotations

import asyncio
import contextlib
import io
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from rich.console import Console

from benchmarks.figures import Figure
from benchmarks.processes import appears, started
from tynys.cli.demo.country import Country, read_ports
from tynys.cli.demo.run import Demo, DemoSettings

if TYPE_CHECKING:
    from benchmarks.figures import Say
    from tynys.cli.demo.latency import LatencyWatch

NAME = "stream"
SECONDS = 35.0
"""Real seconds from the first reading: seven batches."""
BATCH_S = 5.0
TARGET_P99_S = 2.0 + BATCH_S
CHANNELS = 132


def measure(say: Say) -> list[Figure]:
    """A counted run of the demo in real time, its analysers also read by the bare loop, told of each instant by the same clock."""
    with tempfile.TemporaryDirectory(prefix="tynys-bench-", ignore_cleanup_errors=True) as held:
        country = Country(Path(held) / "country")
        watches: list[LatencyWatch] = []

        async def beside(demo: Demo) -> None:
            say(f"five plants, {SECONDS:g} s in real time")
            watches[:] = [demo.latency, await _listen_to_the_bare_loop(demo, country, Path(held))]

        settings = DemoSettings(speed=1.0, seconds=SECONDS, history_days=0, port=0)
        say("five plants and the centre start")
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            code = asyncio.run(Demo(settings, country, Console(file=io.StringIO()), along=beside).run())
        facts = msgspec.json.decode(printed.getvalue())
    assert code == 0, f"the run was not sound: {facts}"
    ours, bare = watches
    assert ours.count > 3 * CHANNELS, f"{ours.count} values reached the stream"
    assert bare.count > 3 * CHANNELS, f"{bare.count} values reached the bare stream"
    name = "bare pymodbus loop pushing to Starlette"
    rows = (
        ("register to stream, p50", ours.quantile_s(0.5), bare.quantile_s(0.5), None,
         f"{ours.count:,} values; 11 sources x 12 channels x 1 Hz"),
        ("register to stream, p99", ours.quantile_s(0.99), bare.quantile_s(0.99), TARGET_P99_S, ""),
        (
            "age of a shown value when the next comes, p99",
            ours.age_quantile_s(0.99), bare.age_quantile_s(0.99), TARGET_P99_S, f"a batch every {BATCH_S:g} s, its newest values are shown",
        ),
    )  # fmt: skip
    return [
        Figure(benchmark=NAME, what=what, unit="s", value=value or 0.0, peer=peer, peer_name=name, at_most=target, note=note)
        for what, value, peer, target, note in rows
    ]


async def _listen_to_the_bare_loop(demo: Demo, country: Country, folder: Path) -> LatencyWatch:
    """Run the bare loop on all plants' analysers for as long as the demo is counted."""
    devices = [device | {"facility": plant} for plant in demo.plants for device in read_ports(country.ports(plant))["devices"]]
    described, told = folder / "devices.json", folder / "bare.json"
    described.write_bytes(msgspec.json.encode({"devices": devices}))
    watch = demo.latency.beside()
    arguments = ("benchmarks.peers.bare_loop", str(described), "--stream", str(told), "--clock", demo.clock_url)
    with started(*arguments, log=folder / "bare.log") as process:
        address = await asyncio.to_thread(appears, told, process)
        listener = asyncio.create_task(watch.listen(f"http://127.0.0.1:{address['port']}/stream"))
        await asyncio.sleep(SECONDS - 3)
        listener.cancel()
        await asyncio.gather(listener, return_exceptions=True)
    return watch
