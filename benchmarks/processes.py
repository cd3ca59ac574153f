"""Child processes of a benchmark: started, waited for, their processor time read, ended whatever happens."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
_USER, _SYSTEM = 11, 12
"""Places of user and system time in what follows the name in /proc/PID/stat. proc(5), fields 14 and 15."""
_PARENT = 1
STOP_S = 15.0
QUIET = {"PYTHONUNBUFFERED": "1", "NO_COLOR": "1", "OMP_NUM_THREADS": "1", "POLARS_MAX_THREADS": "2"}


@contextlib.contextmanager
def started(*arguments: str, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """``python -m ARGUMENTS`` while the block runs; it must still run when the block ends."""
    with (
        log.open("ab") as output,
        subprocess.Popen(
            [sys.executable, "-m", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=os.environ | QUIET,
            start_new_session=True,
        ) as process,
    ):
        try:
            yield process
            if process.poll() is not None:
                raise RuntimeError(f"`{arguments[0]}` ended with code {process.returncode}; the end of {log}:\n{last_words(log)}")
        finally:
            process.terminate()
            try:
                process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()


def last_words(log: Path, lines: int = 8) -> str:
    """The end of a log."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])


def appears(path: Path, process: subprocess.Popen[bytes], *, within_s: float = 60.0) -> dict[str, object]:
    """Wait for a JSON file that a process writes whole, and read it."""
    end = time.monotonic() + within_s
    while True:
        with contextlib.suppress(FileNotFoundError, msgspec.DecodeError):
            found: dict[str, object] = msgspec.json.decode(path.read_bytes())
            return found
        if process.poll() is not None:
            raise RuntimeError(f"the process that was to write {path.name} ended with code {process.returncode}")
        if time.monotonic() > end:
            raise TimeoutError(f"waited {within_s:g} s for {path.name}")
        time.sleep(0.02)


def processor_s(pid: int, *, with_children: bool = False) -> float:
    """Processor time a process has used, user and system; with that of its living children if asked for. [s]."""
    pids = [pid, *_children(pid)] if with_children else [pid]
    return sum(int(part) for each in pids for part in _stat(each)[_USER : _SYSTEM + 1]) / _TICKS_A_SECOND


def _stat(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()


def _children(pid: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                if int(_stat(int(entry.name))[_PARENT]) == pid:
                    found.append(int(entry.name))
    return found
