"""The epoch of a gateway's run: a UUIDv7 (RFC 9562), made at every start."""

from __future__ import annotations

import secrets
from uuid import UUID

_VERSION_7 = 0x7 << 76
_VARIANT = 0b10 << 62


def new_epoch(now_ms: int) -> UUID:
    """A UUIDv7: 48 bits of the gateway's time, 74 random bits, so that a clone of the spool never makes the same one."""
    return UUID(int=(now_ms & ((1 << 48) - 1)) << 80 | _VERSION_7 | secrets.randbits(12) << 64 | _VARIANT | secrets.randbits(62))
