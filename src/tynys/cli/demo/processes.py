"""Starts, watches and stops the processes of a demo; every one of them ends with it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tynys.domain.errors import TynysError

if TYPE_CHECKING:
    from pathlib import Path

KEEP_LOGS = "With --folder FOLDER the demo keeps its logs there."
STOP_SECONDS = 15.0
"""How long a process may take to flush and end before it is killed. [s]"""


@dataclass(slots=True)
class Child:
    """One running process with the file its output goes to."""

    name: str
    arguments: tuple[str, ...]
    log: Path
    process: asyncio.subprocess.Process
    ends_by_itself: bool = False
    ended_on_purpose: bool = False

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self.process.returncode is None

    def last_words(self, lines: int = 8) -> str:
        """The end of its output, for a message to a person."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


class Processes:
    """The demo's processes by name; output goes to one log file each.

    Each child gets a process group of its own, so that Ctrl-C reaches the demo alone and the demo stops its
    children in order.
    """

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._children: dict[str, Child] = {}
        logs.mkdir(parents=True, exist_ok=True)

    def __getitem__(self, name: str) -> Child:
        return self._children[name]

    async def start(self, name: str, *arguments: str, ends_by_itself: bool = False) -> Child:
        """Start ``tynys`` with arguments; a name that ran before is started again with its log continued.

        Only a child that ``ends_by_itself`` may end, with code 0, without having been asked to.
        """
        log = self._logs / f"{name}.log"
        with log.open("ab") as output:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "tynys",
                *arguments,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                env=os.environ | {"PYTHONUNBUFFERED": "1", "NO_COLOR": "1", "OMP_NUM_THREADS": "1", "POLARS_MAX_THREADS": "2"},
            )
        child = Child(name, arguments, log, process, ends_by_itself)
        self._children[name] = child
        return child

    async def restart(self, name: str) -> Child:
        """Start an ended process again with the same arguments."""
        child = self._children[name]
        return await self.start(name, *child.arguments, ends_by_itself=child.ends_by_itself)

    async def kill(self, name: str) -> None:
        """End a process without warning, as a power cut would."""
        child = self._children[name]
        child.ended_on_purpose = True
        with suppress(ProcessLookupError):
            os.killpg(child.process.pid, signal.SIGKILL)
        await child.process.wait()

    async def stop(self, *names: str, within_s: float = STOP_SECONDS) -> list[str]:
        """Ask processes to end, all at once, and wait; returns the names that had to be killed."""
        children = [self._children[name] for name in names if name in self._children and self._children[name].running]
        for child in children:
            child.ended_on_purpose = True
            with suppress(ProcessLookupError):
                child.process.terminate()
        killed: list[str] = []
        for child in children:
            try:
                await asyncio.wait_for(child.process.wait(), within_s)
            except TimeoutError:
                killed.append(child.name)
                await self.kill(child.name)
        return killed

    async def stop_all(self) -> list[str]:
        """Stop whatever still runs, newest first."""
        return await self.stop(*reversed(self._children))

    def check(self) -> None:
        """Raise if a process ended that should not have, with its last words."""
        for child in self._children.values():
            if not child.running and not child.ended_on_purpose and (child.process.returncode != 0 or not child.ends_by_itself):
                raise TynysError(
                    f"the process '{child.name}' ended with code {child.process.returncode}:\n{child.last_words()}",
                    where=str(child.log),
                    hint=KEEP_LOGS,
                    code="demo.process_ended",
                )

    async def settle(self, name: str) -> None:
        """Wait until a process that ends by itself has ended; one that was never started has."""
        if name in self._children:
            await self._children[name].process.wait()
            self.check()
