"""Which windows of a facility are open, and when each is due: covered, timed out, or quiet after late data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CLOSE_AFTER_MS = 60_000
"""A window not covered this long after its end is closed provisionally; time of the (shared) clock. [ms]"""
QUIET_S = 30.0
"""Late data that does not close the gap is worked in after this long without more of it; real time. [s]"""


class Made(Enum):
    """What of a window was made last."""

    NOTHING = "nothing"
    PROVISIONAL = "provisional"
    FINAL = "final"


@dataclass(slots=True, eq=False)
class Window:
    """One open window of all sources of a facility; ``touched_s`` is when data for it last came that is not worked in."""

    period: str
    start_ms: int
    end_ms: int
    made: Made = Made.NOTHING
    touched_s: float | None = None
    in_work: bool = False
    not_before_s: float = 0.0

    def due(self, covered: Callable[[int, int], bool], *, now_ms: int, now_s: float) -> bool | None:
        """None while the window waits; else whether what would be made of it now is provisional."""
        if self.in_work or now_s < self.not_before_s:
            return None
        if self.made is Made.NOTHING:
            if covered(self.start_ms, self.end_ms):
                return False
            return True if now_ms >= self.end_ms + CLOSE_AFTER_MS else None
        if self.touched_s is None:
            return None
        complete = covered(self.start_ms, self.end_ms)
        if complete and self.made is Made.PROVISIONAL:
            return False
        return not complete if now_s - self.touched_s >= QUIET_S else None


class OpenWindows:
    """The open windows of one facility. Those closed provisionally rest until data touches them."""

    def __init__(self) -> None:
        self._all: dict[tuple[str, int], Window] = {}
        self._active: dict[tuple[str, int], Window] = {}

    def __len__(self) -> int:
        return len(self._all)

    def __iter__(self) -> Iterator[Window]:
        return iter(self._all.values())

    @property
    def active(self) -> int:
        """Windows that wait for data, for their time, or for work."""
        return len(self._active)

    def get(self, period: str, start_ms: int) -> Window | None:
        """An open window."""
        return self._all.get((period, start_ms))

    def open(self, period: str, start_ms: int, end_ms: int, *, made: Made = Made.NOTHING, touched_s: float | None = None) -> Window:
        """The window, opened as ``made`` says unless it is open already; ``touched_s`` is when data for it came."""
        key = (period, start_ms)
        window = self._all.get(key)
        if window is None:
            window = self._all[key] = Window(period, start_ms, end_ms, made)
        if touched_s is not None:
            window.touched_s = touched_s
        if window.made is Made.NOTHING or window.touched_s is not None:
            self._active[key] = window
        return window

    def due(self, covered: Callable[[int, int], bool], *, now_ms: int, now_s: float) -> list[tuple[Window, bool]]:
        """Windows to make now, each with whether it stays provisional."""
        result = []
        for window in self._active.values():
            provisional = window.due(covered, now_ms=now_ms, now_s=now_s)
            if provisional is not None:
                result.append((window, provisional))
        return result

    def start(self, window: Window) -> None:
        """The window is being made; data that comes meanwhile counts as new."""
        window.in_work = True
        window.touched_s = None

    def done(self, window: Window, *, provisional: bool) -> None:
        """The window was made: a final one is closed, a provisional one rests, unless data touched it meanwhile."""
        window.in_work = False
        window.made = Made.PROVISIONAL if provisional else Made.FINAL
        if window.touched_s is None:
            key = (window.period, window.start_ms)
            self._active.pop(key, None)
            if not provisional:
                self._all.pop(key, None)

    def failed(self, window: Window, *, at_s: float) -> None:
        """The window could not be made: it is tried again after a while."""
        window.in_work = False
        window.touched_s = at_s if window.touched_s is None else window.touched_s
        window.not_before_s = at_s + QUIET_S

    def discard(self, window: Window) -> None:
        """The window cannot be made here."""
        key = (window.period, window.start_ms)
        self._active.pop(key, None)
        self._all.pop(key, None)
