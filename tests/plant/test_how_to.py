"""The page that tells a newcomer how to try a gateway: its commands, typed as they stand, with free ports."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from tynys.plant.status import plant_status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "run-a-plant.md"
PORTS = ("8443", "8080", "8081")
PATIENCE_S = 240.0


def commands() -> list[tuple[str, bool]]:
    """Commands of the page's last section, and whether each stays in its terminal."""
    section = PAGE.read_text("utf-8").split("## Try it with a simulated plant")[1]
    lines = [line[2:] for line in section.splitlines() if line.startswith("$ ")]
    return [(line.split("#")[0].strip(), "stays" in line) for line in lines]


def free_ports(count: int) -> list[int]:
    held = [socket.socket() for _ in range(count)]
    try:
        for one in held:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in held]
    finally:
        for one in held:
            one.close()


class Newcomer:
    """Types commands in a folder; what stays is stopped at the end."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ports = dict(zip(PORTS, free_ports(len(PORTS)), strict=True))
        self.staying: dict[str, subprocess.Popen[bytes]] = {}
        tool = folder / "bin" / "tynys"
        tool.parent.mkdir()
        tool.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m tynys "$@"\n')
        tool.chmod(0o755)
        self.environment = os.environ | {"PATH": f"{tool.parent}:{os.environ['PATH']}", "COLUMNS": "80", "NO_COLOR": "1"}

    def type(self, line: str, *, fails: bool = False) -> str:
        """Run a command to its end; what it said."""
        done = subprocess.run(
            ["bash", "-c", self._own(line)], cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=300, check=False
        )
        assert (done.returncode != 0) is fails, f"{line}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def leave_running(self, line: str) -> None:
        """Start a command that stays."""
        name = " ".join(line.split()[1:3])
        with (self.folder / f"{name.replace(' ', '-')}.log").open("ab") as log:
            self.staying[name] = subprocess.Popen(
                shlex.split(self._own(line)), cwd=self.folder, env=self.environment, stdout=log, stderr=subprocess.STDOUT
            )

    def stop(self, name: str) -> None:
        """Ctrl-C; it ends cleanly."""
        process = self.staying.pop(name)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 0, (self.folder / f"{name.replace(' ', '-')}.log").read_text()

    def _own(self, line: str) -> str:
        """The command with ports nobody uses."""
        for port, free in self.ports.items():
            line = line.replace(f":{port}", f":{free}")
        if "centre init" in line:
            line += f" --intake-port {self.ports['8443']} --public-port {self.ports['8080']}"
        if "plant init" in line:
            line += f" --page-port {self.ports['8081']}"
        return line

    def status(self) -> dict:
        return json.loads(msgspec.json.encode(plant_status(self.folder / "gres-2" / "plant.toml")))

    def until(self, question: Callable[[], bool], what: str) -> None:
        until = time.monotonic() + PATIENCE_S
        while not question():
            assert all(process.poll() is None for process in self.staying.values()), f"something ended while waiting for {what}"
            assert time.monotonic() < until, what
            time.sleep(0.3)


@pytest.fixture
def newcomer(tmp_path: Path) -> Iterator[Newcomer]:
    made = Newcomer(tmp_path)
    yield made
    for name in list(made.staying)[::-1]:
        made.staying[name].send_signal(signal.SIGINT)
    for process in made.staying.values():
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def channel(status: dict, name: str) -> dict:
    return next(one for one in status["channels"] if one["name"] == name)


@pytest.mark.interop
@pytest.mark.xdist_group("interop")
def test_the_page_leads_from_nothing_to_a_gateway_that_survives_what_it_breaks(newcomer: Newcomer) -> None:
    lines = commands()
    inits, stays = [line for line, staying in lines if not staying], [line for line, staying in lines if staying]
    centre, plant, gateway = stays
    assert [line.split()[1:3] for line in inits[:6]] == [
        ["centre", "init"],
        ["sim", "document"],
        ["plant", "init"],
        ["sim", "devices"],
        ["plant", "check"],
        ["centre", "approve-plan"],
    ]
    newcomer.type(inits[0])
    newcomer.leave_running(centre)
    newcomer.leave_running(plant)
    newcomer.until((newcomer.folder / "gres-2.ports.json").exists, "the simulated plant")
    newcomer.until((newcomer.folder / "centre" / "run.json").exists, "the centre")
    for line in inits[1:4]:
        newcomer.type(line)
    said = newcomer.type(inits[4])
    assert "its monitoring plan waits for" in said
    assert "0 wrong" in said
    digest = re.search(r"digest ([0-9a-f]{12})", said)
    assert digest
    assert "approved gres-2" in newcomer.type(inits[5].replace("DIGEST", digest[1]))
    newcomer.leave_running(gateway)
    newcomer.until((newcomer.folder / "gres-2" / "spool" / "spool.sqlite").exists, "the spool")
    newcomer.until(
        lambda: newcomer.status()["line"]["state"] == "up" and newcomer.status()["line"]["last_receipt"] is not None, "a receipt"
    )
    newcomer.until(lambda: 500 < (channel(newcomer.status(), "stack-1.so2")["value"] or 0) < 5000, "the first reading")

    lost, back = inits[6:8]
    newcomer.type(lost)
    newcomer.until(lambda: bool(channel(newcomer.status(), "stack-1.dust")["cause"]), "the gap")
    assert channel(newcomer.status(), "stack-1.so2")["value"] is not None
    newcomer.type(back)
    newcomer.until(lambda: channel(newcomer.status(), "stack-1.dust")["value"] is not None, "the instrument's return")

    newcomer.stop("centre run")
    newcomer.until(lambda: newcomer.status()["line"]["state"] == "cut" and newcomer.status()["line"]["batches_unsent"] > 0, "the cut")
    said = newcomer.type("tynys plant status gres-2/plant.toml")
    assert "The line to the ministry is cut" in " ".join(said.split())
    newcomer.leave_running(centre)
    newcomer.until(lambda: newcomer.status()["line"]["state"] == "up", "the line's return")
    newcomer.until(lambda: newcomer.status()["line"]["batches_unsent"] <= 1, "the backlog")
    newcomer.stop("plant run")
    assert newcomer.status()["running"] is False
