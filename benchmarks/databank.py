"""A million rows of the data bank's file, imported with every check, beside programs that only read the file."""

from __future__ import annotations

import csv
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from benchmarks.centres import new_centre
from benchmarks.figures import Figure
from benchmarks.processes import QUIET
from tynys.watch.feed_faults import sample_bytes
from tynys.watch.feed_sample import sample
from tynys.wire.databank_profile import profile_toml

if TYPE_CHECKING:
    from benchmarks.figures import Say

NAME = "databank"
ROWS = 1_000_000
TARGET_S = 20.0
TRIAL_DAYS = 4
POLARS = "polars.read_csv, every column a text"


def measure(say: Say) -> list[Figure]:
    """`tynys databank import` from its start to its end, into a centre that does not run."""
    with tempfile.TemporaryDirectory(prefix="tynys-bench-") as held:
        root = Path(held)
        say("a file of a million rows is generated")
        file, profile, rows = _generate(root)
        folder = new_centre(root / "centre")
        say("it is imported")
        began, used = time.perf_counter(), _children_s()
        done = subprocess.run(
            [sys.executable, "-m", "tynys", "databank", "import", str(file), str(folder.root), "--profile", str(profile)],
            capture_output=True, text=True, check=False, env=os.environ | QUIET,
        )  # fmt: skip
        ours_s, ours_cpu_s = time.perf_counter() - began, _children_s() - used
        assert done.returncode == 0, done.stdout[-1000:] + done.stderr[-1000:]
        say("it is only read")
        cpu = time.process_time()
        peers = {POLARS: _polars(file)}
        polars_cpu_s = time.process_time() - cpu
        peers["Python's csv, counted"] = _csv(file, rows)
        size_mb = file.stat().st_size / 1e6
    note = f"{rows:,} rows, {size_mb:.0f} MB: read, understood, checked, archived, handed to the lake; once"
    used_s = Figure(
        benchmark=NAME, what="the same, processor time", unit="s", value=ours_cpu_s, peer=polars_cpu_s, peer_name=POLARS,
        note="what two idle cores would take lies between this and half of it",
    )  # fmt: skip
    return [
        Figure(
            benchmark=NAME, what="import with all checks", unit="s", value=ours_s, peer=peer_s, peer_name=name,
            at_most=TARGET_S, note=note if place == 0 else "",
        )
        for place, (name, peer_s) in enumerate(peers.items())
    ] + [used_s]  # fmt: skip


def _children_s() -> float:
    """Processor time of all children that have ended. [s]."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _generate(root: Path) -> tuple[Path, Path, int]:
    """A file without a fault of at least a million rows, its profile, and how many rows it has."""
    a_day = len(sample(days=TRIAL_DAYS).feed.rows) / TRIAL_DAYS
    made = sample(days=int(-(-ROWS // a_day)))
    file, profile = root / "feed.csv", root / "feed.toml"
    file.write_bytes(sample_bytes(made))
    profile.write_text(profile_toml(made.profile), encoding="utf-8")
    return file, profile, len(made.feed.rows)


def _polars(file: Path) -> float:
    began = time.perf_counter()
    assert pl.read_csv(file, separator=";", infer_schema=False).height >= ROWS
    return time.perf_counter() - began


def _csv(file: Path, rows: int) -> float:
    began = time.perf_counter()
    with file.open(encoding="utf-8-sig", newline="") as opened:
        assert sum(1 for _ in csv.reader(opened, delimiter=";")) >= rows
    return time.perf_counter() - began
