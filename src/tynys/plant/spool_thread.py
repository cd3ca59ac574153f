"""The spool's own thread: a sync takes milliseconds, and the event loop does not wait for it."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import structlog

from tynys.domain.errors import StorageError
from tynys.plant.spool import Spool

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

log = structlog.get_logger("tynys.plant")


class SpoolThread:
    """Runs every use of a spool in one thread, in the order asked."""

    def __init__(self, spool: Spool) -> None:
        self.spool = spool
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="spool")

    async def call(self, work: Callable[[Spool], T]) -> T:
        """Do something with the spool; the answer comes when it is durable."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, work, self.spool)

    def close(self) -> None:
        """Finish what was asked, then close the spool."""
        self._executor.submit(self.spool.close)
        self._executor.shutdown(wait=True)


class Alarms:
    """What a person should look at, kept in the spool so that `tynys plant status` sees it too."""

    def __init__(self, thread: SpoolThread) -> None:
        self._thread = thread
        self._raised: dict[str, str] = {}

    @property
    def raised(self) -> dict[str, str]:
        """Alarms now, code to detail."""
        return dict(self._raised)

    async def judge(self, code: str, detail: str, now_ms: int) -> None:
        """Raise the alarm ``code`` with its detail, or clear it when the detail is empty; unchanged costs nothing."""
        if self._raised.get(code, "") == detail:
            return
        if detail:
            if code not in self._raised:
                log.warning("alarm", alarm=code, detail=detail)
            self._raised[code] = detail
            change: Callable[[Spool], None] = partial(Spool.raise_alarm, code=code, detail=detail, since_ms=now_ms)
        else:
            log.info("alarm.over", alarm=code)
            del self._raised[code]
            change = partial(Spool.clear_alarm, code=code)
        try:
            await self._thread.call(change)
        except StorageError as error:
            log.warning("alarm.not_kept", alarm=code, error=error.message)
