"""Several plants from one start: modules and address space are loaded once, then each plant is a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import signal
import sys
import traceback
from typing import TYPE_CHECKING

import uvloop

from tynys.domain.errors import TynysError
from tynys.sim.programme import run_plant
from tynys.sim.servers.opcua import prepare_address_space

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType

    from tynys.sim.programme import SimSettings

FAILED = 1


def serve_plant(settings: SimSettings, clock_url: str | None) -> int:
    """Run one plant in this process until it is told to stop; returns the exit code."""

    async def until_told() -> None:
        task = asyncio.ensure_future(run_plant(settings, clock_url))
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, task.cancel)
        try:
            await task
        except asyncio.CancelledError:
            print(f"{settings.facility}: stopped", file=sys.stderr, flush=True)  # noqa: T201 - the person who stopped it waits for this

    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(until_told())
    except TynysError as error:
        print(error, file=sys.stderr, flush=True)  # noqa: T201 - a command's own voice
        return FAILED
    return 0


def serve_country(plants: Sequence[SimSettings], clock_url: str | None) -> int:
    """Run every plant in a process forked from this one; returns the worst exit code once all have ended.

    A signal to stop is passed on to all; one plant's end, wanted or not, leaves the others running.
    """
    prepare_address_space()
    gc.freeze()
    children: dict[int, str] = {}
    for settings in plants:
        pid = os.fork()
        if pid == 0:
            _be(settings, clock_url)
        children[pid] = settings.facility

    def pass_on(number: int, _frame: FrameType | None) -> None:
        for pid in tuple(children):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, pass_on)
    worst = 0
    while children:
        pid, status = os.wait()
        facility = children.pop(pid, None)
        if facility is not None:
            code = os.waitstatus_to_exitcode(status)
            worst = max(worst, abs(code))
            if code:
                print(f"{facility}: ended with {code}", file=sys.stderr, flush=True)  # noqa: T201 - a command's own voice
    return worst


def _be(settings: SimSettings, clock_url: str | None) -> None:
    """A child's whole life: it must never return into its parent's code."""
    code = FAILED
    try:
        code = serve_plant(settings, clock_url)
    except BaseException:  # noqa: BLE001 - whatever it is, this process ends here, and says why
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)
