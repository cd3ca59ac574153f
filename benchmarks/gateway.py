"""What a gateway with 500 channels costs, beside a bare loop that reads the same registers into a CSV file."""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.analysers import CHANNELS_A_STACK, configuration_of
from benchmarks.centres import new_centre, running
from benchmarks.figures import Figure
from benchmarks.processes import appears, processor_s, started
from tynys.centre.offline import make_code
from tynys.cli.demo.setup import to_toml
from tynys.plant import spool_reader
from tynys.plant.enrol import init_plant

if TYPE_CHECKING:
    from benchmarks.centres import RunningCentre
    from benchmarks.figures import Say

NAME = "gateway"
STACKS = 42
"""42 x 12 = 504 channels, 126 instruments."""
WARM_S, SECONDS = 8.0, 30.0
TARGET_PCT = 30.0


def measure(say: Say) -> list[Figure]:
    """Both read the same instruments at the same time; processor time is read, so that neighbours matter little."""
    with tempfile.TemporaryDirectory(prefix="tynys-bench-") as held:
        root = Path(held)
        ports = root / "ports.json"
        with started("benchmarks.analysers", str(STACKS), str(ports), log=root / "analysers.log") as analysers:
            devices = appears(ports, analysers)["devices"]
            with running(new_centre(root / "centre")) as centre:
                settings = _gateway(root, centre, devices)
                bare = ("benchmarks.peers.bare_loop", str(ports), "--csv", str(root / "bare.csv"))
                with (
                    started("tynys", "plant", "run", str(settings), log=root / "gateway.log") as gateway,
                    started(*bare, log=root / "bare.log") as peer,
                ):
                    say("gateway and bare loop warm up")
                    time.sleep(WARM_S)
                    say(f"processor time over {SECONDS:g} s")
                    began = time.monotonic()
                    before = [processor_s(each.pid) for each in (gateway, peer)]
                    time.sleep(SECONDS)
                    wall_s = time.monotonic() - began
                    ours, bares = (100 * (processor_s(each.pid) - was) / wall_s for each, was in zip((gateway, peer), before, strict=True))
        readings = _stored(settings.parent)
        lines = sum(1 for _ in (root / "bare.csv").open())
    channels = STACKS * CHANNELS_A_STACK
    assert readings > channels * SECONDS * 0.9, f"{readings} readings in the spool"
    assert lines > channels * SECONDS * 0.9, f"{lines} lines in the bare loop's file"
    return [
        Figure(
            benchmark=NAME,
            what=f"{channels} channels at 1 Hz, share of one core",
            unit="%",
            value=ours,
            peer=bares,
            peer_name="bare pymodbus loop into a CSV file",
            at_most=TARGET_PCT,
            note=f"{3 * STACKS} instruments, processor time over {SECONDS:g} s: polled, spooled, sealed, signed, sent, receipts checked",
        )
    ]


def _gateway(root: Path, centre: RunningCentre, devices: object) -> Path:
    """An enrolled gateway's plant.toml."""
    document = configuration_of(STACKS, int(time.time() * 1000))
    configuration = root / "facility.json"
    configuration.write_bytes(document.encode())
    facility = document.facility.id
    made = init_plant(
        root / "plant",
        facility=facility,
        role="live",
        centre_url=centre.intake_url,
        ca_file=centre.folder.ca,
        code=make_code(centre.folder.root, facility=facility, role="live", simulated=True),
        configuration=configuration,
        page_port=0,
        devices=to_toml(devices),  # type: ignore[arg-type]
    )
    return asyncio.run(made).settings_file


def _stored(folder: Path) -> int:
    """Readings with a value in the spool: proof that the work was done."""
    import sqlite3

    connection = sqlite3.connect(f"file:{folder / 'spool' / 'spool.sqlite'}?mode=ro", uri=True)
    try:
        found = spool_reader.readings(connection, 0, 2**53)
        return sum(int((each.status == 1).sum()) for each in found)
    finally:
        connection.close()
