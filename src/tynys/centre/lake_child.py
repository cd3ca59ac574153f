"""Watches over the lake's process: starts it, hears how far it is, starts it again when it dies."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from typing import TYPE_CHECKING, Any

import msgspec
import structlog

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_log = structlog.get_logger("tynys.centre")
PAUSE_S = 1.0
"""Before a dead process is started again. [s]"""
LAST_FLUSH_S = 30.0
"""How long the last flush may take when the centre stops. [s]"""


class LakeChild:
    """The lake's process as the centre sees it; ``heard`` gets every object it prints."""

    def __init__(self, folder: Path, heard: Callable[[dict[str, Any]], None]) -> None:
        self._folder, self._heard = folder, heard
        self._process: asyncio.subprocess.Process | None = None
        self._task: asyncio.Task[None] | None = None
        self._stopping = False
        self.starts = 0

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process is not None and self._process.returncode is None

    @property
    def pid(self) -> int | None:
        """Its process id."""
        return self._process.pid if self._process is not None else None

    def start(self) -> None:
        """Start it and keep it running."""
        self._task = asyncio.create_task(self._keep())

    def flush(self) -> None:
        """Ask for a flush now."""
        if self.alive and self._process is not None and self._process.stdin is not None:
            with contextlib.suppress(ConnectionError):
                self._process.stdin.write(b"flush\n")

    async def close(self) -> None:
        """Let it flush and end; a process that hangs is ended."""
        self._stopping = True
        process = self._process
        if process is not None and process.returncode is None:
            if process.stdin is not None:
                process.stdin.close()
            try:
                await asyncio.wait_for(process.wait(), LAST_FLUSH_S)
            except TimeoutError:
                _log.warning("the lake's process did not end by itself; what it missed is made again at the next start")
                process.kill()
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _keep(self) -> None:
        while not self._stopping:
            self.starts += 1
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "tynys.centre.lake_process",
                str(self._folder),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
            )
            await self._hear(self._process)
            code = await self._process.wait()
            if not self._stopping:
                _log.warning("the lake's process ended, starting it again", code=code)
                await asyncio.sleep(PAUSE_S)

    async def _hear(self, process: asyncio.subprocess.Process) -> None:
        if process.stdout is None:
            return
        async for line in process.stdout:
            try:
                said = msgspec.json.decode(line, type=dict[str, Any])
            except msgspec.DecodeError:
                _log.warning("the lake's process said something else", line=line.decode(errors="replace").strip())
                continue
            try:
                self._heard(said)
            except Exception as problem:  # noqa: BLE001 - what is made of one line must not end the listening: the process would stall
                _log.error("what the lake's process said was not worked in", error=repr(problem), exc_info=problem)
