"""The centre of a replay: the one named, or one of its own for as long as the replay lasts."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tynys.centre.foundation import make_centre
from tynys.centre.settings import CentreFolder, find_folder
from tynys.domain.errors import NotFoundError, TynysError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

START_S = 60.0
STOP_S = 20.0
LOOK_S = 0.1


@dataclass(frozen=True, slots=True)
class RunningCentre:
    """A centre that listens; ``own`` if it was started for this replay."""

    folder: CentreFolder
    intake_url: str
    public_url: str
    own: bool


def running_centre(path: Path) -> RunningCentre:
    """The running centre of a folder."""
    folder = find_folder(path)
    if not folder.running.is_file():
        raise NotFoundError("this centre is not running", where=str(path), hint=f"start it: tynys centre run {path}")
    return _of(folder, own=False)


@contextlib.asynccontextmanager
async def own_centre(root: Path) -> AsyncIterator[RunningCentre]:
    """Make a centre in a new folder, run it as a process of its own, and stop it at the end."""
    folder = make_centre(root, name="replay", intake_port=0, public_port=0)
    log = root / "centre.log"
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tynys", "centre", "run", str(root), stdin=asyncio.subprocess.DEVNULL, stdout=output, stderr=output,
            start_new_session=True, env=os.environ | {"PYTHONUNBUFFERED": "1", "NO_COLOR": "1"},
        )  # fmt: skip
    try:
        until = time.monotonic() + START_S
        while not folder.running.is_file():
            if process.returncode is not None or time.monotonic() > until:
                raise TynysError(f"the centre did not start: {_end_of(log)}", where=str(root), code="replay.no_centre")
            await asyncio.sleep(LOOK_S)
        yield _of(folder, own=True)
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(process.wait(), STOP_S)
            except TimeoutError:
                process.kill()
                await process.wait()


def _of(folder: CentreFolder, *, own: bool) -> RunningCentre:
    facts = json.loads(folder.running.read_text("utf-8"))
    return RunningCentre(folder, facts["intake_url"], facts["public_url"], own)


def _end_of(log: Path) -> str:
    return " / ".join(log.read_text("utf-8", errors="replace").splitlines()[-5:])
