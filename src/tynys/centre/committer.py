"""The journal's one writer: a thread that puts many waiting requests into one transaction."""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from tynys.domain.errors import StorageError, TynysError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tynys.storage.journal import Appended, Journal, JournalEntry

_log = structlog.get_logger("tynys.centre")
MOST_PER_GROUP = 256
"""Batches in one transaction; more only lengthens the wait of the first."""


@dataclass(slots=True)
class _Request:
    entries: Sequence[JournalEntry]
    done: asyncio.Future[list[Appended]]


class Committer:
    """Appends to the journal from the event loop; `commit` returns only after the transaction is on disk."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._queue: queue.SimpleQueue[_Request | None] = queue.SimpleQueue()
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._work, name="journal", daemon=True)
        self._thread.start()
        self._closed = False
        self.groups = 0
        self.batches = 0

    async def commit(self, entries: Sequence[JournalEntry]) -> list[Appended]:
        """Append ``entries``; the answer means they are durable."""
        if self._closed:
            raise StorageError("the journal is closing", code="storage.closing", hint="send again; nothing was stored")
        request = _Request(entries, self._loop.create_future())
        self._queue.put(request)
        return await request.done

    async def close(self) -> None:
        """Finish what waits, then end the thread."""
        self._closed = True
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    def _work(self) -> None:
        while (first := self._queue.get()) is not None:
            group, size, last = [first], len(first.entries), False
            while size < MOST_PER_GROUP:
                try:
                    following = self._queue.get_nowait()
                except queue.Empty:
                    break
                if following is None:
                    last = True
                    break
                group.append(following)
                size += len(following.entries)
            self._write(group)
            if last:
                return

    def _write(self, group: list[_Request]) -> None:
        """One transaction for all; a group the store refuses is tried request by request, so that one costs only itself."""
        try:
            appended = self._journal.append([entry for request in group for entry in request.entries])
        except Exception as problem:  # noqa: BLE001 - every waiting request must get its answer
            if len(group) > 1:
                for request in group:
                    self._write([request])
            else:
                self._answer(_reject(group[0], _in_words(problem)))
            return
        self.groups += 1
        self.batches += len(appended)
        self._answer(_resolve(group, appended))

    def _answer(self, call: Callable[[], None]) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(call)


def _in_words(problem: Exception) -> TynysError:
    """What the store refused, as an error that says what to do; the sender keeps its batches and tries again."""
    if isinstance(problem, TynysError):
        return problem
    _log.error("the journal could not be written", error=repr(problem))
    if isinstance(problem, sqlite3.Error) and problem.sqlite_errorcode == sqlite3.SQLITE_FULL:
        return StorageError(
            "the disk of the journal is full; nothing of this request was stored",
            where="journal",
            hint="make room for the centre's journal; gateways keep their batches and send them again",
            code="storage.full",
        )
    return StorageError(
        f"the journal could not be written, nothing of this request was stored: {problem}",
        where="journal",
        hint="look at the disk of the centre's journal; gateways keep their batches and send them again",
        code="storage.failed",
    )


def _resolve(group: list[_Request], appended: list[Appended]) -> Callable[[], None]:
    def resolve() -> None:
        at = 0
        for request in group:
            if not request.done.done():
                request.done.set_result(appended[at : at + len(request.entries)])
            at += len(request.entries)

    return resolve


def _reject(request: _Request, problem: Exception) -> Callable[[], None]:
    def reject() -> None:
        if not request.done.done():
            request.done.set_exception(problem)

    return reject
