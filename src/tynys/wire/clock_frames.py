"""The messages between a clock server and its participants, as newline-ended JSON; no input or output here.

A participant sends ``join`` once and ``done`` after each tick; the server answers ``welcome``, then ``tick`` for
every instant, and ``end`` when the run is over.
"""

from __future__ import annotations

import msgspec

from tynys.domain.errors import MalformedError

MAX_FRAME = 1024


class ClockFrame(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, tag_field="is"):
    """Common base of all clock messages."""


class Join(ClockFrame, frozen=True, tag="join"):
    """A participant introduces itself; ``rank`` absent means it only listens."""

    name: str
    rank: int | None = None


class Welcome(ClockFrame, frozen=True, tag="welcome"):
    """The server's answer to `Join`: speed ceiling, grid step and the present simulated instant, in milliseconds."""

    now_ms: int
    tick_ms: int
    speed: float


class Tick(ClockFrame, frozen=True, tag="tick"):
    """The instant now, in milliseconds since 1970 UTC."""

    t: int


class Done(ClockFrame, frozen=True, tag="done"):
    """The participant has finished all its work of instant ``t``."""

    t: int


class End(ClockFrame, frozen=True, tag="end"):
    """No further instant will come."""


Frame = Join | Welcome | Tick | Done | End
_ENCODER = msgspec.json.Encoder()
_DECODER: msgspec.json.Decoder[Frame] = msgspec.json.Decoder(Frame)


def encode_frame(frame: Frame) -> bytes:
    """One message as a line."""
    return _ENCODER.encode(frame) + b"\n"


class FrameDecoder:
    """Turns bytes as they arrive into messages."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[Frame]:
        """Messages completed by ``data``; raises `MalformedError` on anything else."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > MAX_FRAME:
            raise MalformedError(f"a clock message longer than {MAX_FRAME} bytes", where="shared clock")
        try:
            return [_DECODER.decode(line) for line in lines]
        except msgspec.MsgspecError as error:
            raise MalformedError(f"expected a clock message, got something else: {error}", where="shared clock") from error
