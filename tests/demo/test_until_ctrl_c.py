"""A demo as a person runs it: the address is printed, the page fills, and neither Ctrl-C nor a closed terminal leaves anything behind."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

pytestmark = [pytest.mark.demo, pytest.mark.xdist_group("demo")]


@pytest.fixture
def demo(tmp_path):
    """A running demo of one plant, its output in a file."""
    output = tmp_path / "output"
    command = [
        sys.executable,
        "-m",
        "tynys",
        "demo",
        "--plant",
        "tets-1",
        "--history-days",
        "1",
        "--port",
        "0",
        "--speed",
        "5",
        "--no-open",
    ]
    with output.open("wb") as sink:
        heard = ["env", "--default-signal=HUP"]  # whatever started the tests may have been told to survive a hang-up
        process = subprocess.Popen([*heard, *command, "--folder", str(tmp_path / "country")], stdout=sink, stderr=subprocess.STDOUT)
    yield process, output
    if process.poll() is None:
        process.kill()
        process.wait()


def until(question, within_s: float):
    """The first true answer."""
    deadline = time.monotonic() + within_s
    while not (answer := question()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.2)
    return answer


def programmes_of(folder: Path) -> list[str]:
    """Command lines of running processes that work in a folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            found += [line] if str(folder) in line and " tynys demo " not in line else []
    return found


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGHUP], ids=["ctrl-c", "closed-terminal"])
def test_the_page_fills_while_it_runs_and_its_end_leaves_nothing_behind(demo, tmp_path, end):
    process, output = demo
    address = until(lambda: re.search(r"http://127\.0\.0\.1:\d+", output.read_text()), 60)[0]
    assert httpx.get(address, params={"lang": "en"}).status_code == 200
    components = until(lambda: sources_with_values(address), 90)
    assert {item["component"] for item in components} >= {"nox", "co"}
    until(lambda: "The history of one day has arrived" in output.read_text(), 90)
    assert len(programmes_of(tmp_path / "country")) >= 3

    process.send_signal(end)
    assert process.wait(60) == 0
    assert programmes_of(tmp_path / "country") == []
    assert "killed" not in output.read_text()
    journal = next((tmp_path / "country" / "centre" / "journal").glob("*.sqlite"))
    assert not journal.with_name(journal.name + "-wal").exists()  # closed in order


def sources_with_values(address: str) -> list[dict]:
    """Components of the first source once they have a value."""
    try:
        items = httpx.get(f"{address}/api/v1/sources").json()["items"]
    except httpx.TransportError:
        return []
    components = items[0]["components"] if items else []
    return components if components and all(item["now"] is not None for item in components) else []
