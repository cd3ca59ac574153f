"""What every driver offers, and how one lives on when its instrument does not.

A poll never raises, is bounded in time and never waits for an instrument known to be dead: the first failure costs one
time-out, after it a task in the background tries again until a whole poll succeeds, and until then a poll answers at
once with gaps and their cause.
"""

from __future__ import annotations

import asyncio
import contextlib
from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from tynys.domain.reading import Sample
from tynys.domain.status import GapCause, InstrumentStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

FIRST_RETRY_S = 0.1
LAST_RETRY_S = 5.0


@dataclass(slots=True)
class DriverHealth:
    """How a driver fares; ``last_error`` is one plain sentence, empty while all is well."""

    connected: bool = False
    polls: int = 0
    failures: int = 0
    reconnects: int = 0
    last_error: str = ""
    last_good_ms: int | None = None
    notes: tuple[str, ...] = ()


class Driver(Protocol):
    """A device that fills channels; see the module for how it behaves when the device is dead."""

    id: str
    channels: tuple[str, ...]
    interval_ms: int
    health: DriverHealth

    async def connect(self) -> None:
        """Reach the device; waits one time-out at most, then goes on trying in the background."""

    async def poll(self, t_ms: int) -> dict[str, Sample]:
        """One sample for each channel at the instant ``t_ms``: a value, or the cause of its absence."""

    async def read_parameters(self) -> dict[str, str]:
        """The instrument's own settings, by name; empty when there are none or the device is dead."""

    async def close(self) -> None:
        """Leave the device and stop trying."""


class LineError(Exception):
    """The line or the instrument failed a whole poll; the driver turns it into gaps."""

    def __init__(self, cause: GapCause, message: str) -> None:
        super().__init__(message)
        self.cause = cause


def gap(cause: GapCause, status: InstrumentStatus = InstrumentStatus.COMMUNICATION_LOST) -> Sample:
    """A sample without a value."""
    return Sample(None, status, cause)


class RecoveringDriver:
    """The common life of drivers over a line: open, read, lose, come back.

    A subclass gives `_open`, `_read` and `_shut`; these may raise `LineError`, `OSError` or `TimeoutError` freely.
    """

    def __init__(self, device: str, channels: Sequence[str], *, where: str, interval_ms: int, timeout_ms: int) -> None:
        self.id = device
        self.where = where
        self.channels = tuple(channels)
        self.interval_ms = interval_ms
        self.health = DriverHealth()
        self.timeout_s = timeout_ms / 1000
        self._gaps: dict[str, Sample] | None = None
        self._recovery: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()
        self._closed = False
        self._set_gaps(GapCause.LINE_CUT)

    async def connect(self) -> None:
        """Reach the device; waits one time-out at most, then goes on trying in the background."""
        self._closed = False
        try:
            async with asyncio.timeout(self.timeout_s):
                await self._open()
                await self._read(None)
        except Exception as error:  # noqa: BLE001  a driver outlives whatever its device does
            self._lose(error)
        else:
            self._gain()

    async def poll(self, t_ms: int) -> dict[str, Sample]:
        """One sample for each channel at the instant ``t_ms``."""
        health = self.health
        health.polls += 1
        if self._gaps is None:
            try:
                async with asyncio.timeout(self.timeout_s), self._turn:
                    samples = await self._read(t_ms)
            except Exception as error:  # noqa: BLE001  a driver outlives whatever its device does
                self._lose(error)
            else:
                health.last_good_ms = t_ms
                return samples
        health.failures += 1
        return dict(self._gaps or {})

    async def read_parameters(self) -> dict[str, str]:
        """The instrument's own settings, by name; empty when there are none or the device is dead."""
        if self._gaps is not None:
            return {}
        try:
            async with asyncio.timeout(self.timeout_s), self._turn:
                return await self._read_parameters()
        except Exception as error:  # noqa: BLE001  a driver outlives whatever its device does
            self._lose(error)
            return {}

    async def close(self) -> None:
        """Leave the device and stop trying."""
        self._closed = True
        if self._recovery is not None:
            self._recovery.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._recovery
            self._recovery = None
        await self._leave()
        self._set_gaps(GapCause.LINE_CUT)
        self.health.connected = False

    @abstractmethod
    async def _open(self) -> None: ...

    @abstractmethod
    async def _read(self, t_ms: int | None) -> dict[str, Sample]: ...

    @abstractmethod
    async def _shut(self) -> None: ...

    async def _read_parameters(self) -> dict[str, str]:
        return {}

    def _gain(self) -> None:
        self._gaps = None
        self.health.connected = True
        self.health.last_error = ""

    def _lose(self, error: BaseException) -> None:
        """Note why, and start to come back."""
        self._note(error)
        if not self._closed and (self._recovery is None or self._recovery.done()):
            self._recovery = asyncio.create_task(self._recover(), name=f"recover {self.id}")

    async def _recover(self) -> None:
        delay_s = FIRST_RETRY_S
        while not self._closed:
            await self._leave()
            await asyncio.sleep(delay_s)
            delay_s = min(2 * delay_s, LAST_RETRY_S)
            try:
                async with asyncio.timeout(self.timeout_s):
                    await self._open()
                    await self._read(None)
            except Exception as error:  # noqa: BLE001  a driver outlives whatever its device does
                self._note(error)
            else:
                self.health.reconnects += 1
                self._gain()
                return

    async def _leave(self) -> None:
        with contextlib.suppress(Exception):
            async with asyncio.timeout(self.timeout_s):
                await self._shut()

    def _note(self, error: BaseException) -> None:
        cause, message = explain(error, self.where, self.timeout_s)
        self.health.connected = False
        self.health.last_error = message
        self._set_gaps(cause)

    def _set_gaps(self, cause: GapCause) -> None:
        self._gaps = dict.fromkeys(self.channels, gap(cause))


def explain(error: BaseException, where: str, timeout_s: float) -> tuple[GapCause, str]:
    """The cause of a gap and a sentence a person can act on."""
    if isinstance(error, LineError):
        return error.cause, f"{where}: {error}"
    if isinstance(error, TimeoutError):
        return GapCause.NO_ANSWER, f"{where}: no answer within {timeout_s:g} s; is the instrument on, and is the device id right?"
    if isinstance(error, ConnectionRefusedError):
        return GapCause.LINE_CUT, f"{where}: connection refused; nothing listens there (is the address right, is the instrument on?)"
    if isinstance(error, OSError):
        return GapCause.LINE_CUT, f"{where}: the line is cut ({error.strerror or error})"
    return GapCause.UNDECODABLE, f"{where}: the answer could not be understood ({type(error).__name__}: {error})"
