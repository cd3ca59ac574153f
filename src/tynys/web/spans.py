"""The span of time a chart shows: named, or from-to, always in the address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from tynys.present import times

if TYPE_CHECKING:
    from starlette.requests import Request

    from tynys.present.voice import Voice

LENGTHS = {"day": times.DAY, "week": 7 * times.DAY, "month": 31 * times.DAY, "year": 366 * times.DAY}
STEP = 20 * times.MINUTE
SHORTEST = times.MINUTE
LONGEST = 11 * 366 * times.DAY


@dataclass(frozen=True, slots=True)
class Span:
    """Half-open, in whole milliseconds; ``name`` is empty where it was given as from-to."""

    name: str
    start_ms: int
    end_ms: int

    def query(self) -> dict[str, str]:
        """How it stands in an address."""
        return {"span": self.name} if self.name else {"from": str(self.start_ms), "to": str(self.end_ms)}

    def words(self, voice: Voice) -> str:
        """How it reads in a heading."""
        if self.name:
            return voice.t(f"span.{self.name}.long")
        now = self.end_ms
        return f"{voice.moment(self.start_ms, now)} – {voice.moment(self.end_ms, now)}"


def chosen_span(request: Request, now_ms: int) -> Span:
    """The span of a request: ``from`` and ``to`` (milliseconds or RFC 3339), else ``span``, else the last day."""
    begin, end = (_moment(request.query_params.get(name, "")) for name in ("from", "to"))
    if begin is not None and end is not None and SHORTEST <= end - begin <= LONGEST:
        return Span("", begin, end)
    name = request.query_params.get("span", "day")
    name = name if name in LENGTHS else "day"
    until = now_ms // STEP * STEP + STEP
    return Span(name, until - LENGTHS[name], until)


def _moment(text: str) -> int | None:
    if text.isdigit() and len(text) < 16:  # noqa: PLR2004 - milliseconds have 13 digits
        return int(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return round(moment.timestamp() * 1000) if moment.tzinfo else None
