"""What every record shares: frozen, strict, dated."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated

import msgspec

Instant = Annotated[datetime, msgspec.Meta(tz=True)]
"""A moment with its zone; records on the wire and arrays use whole milliseconds since 1970 UTC instead."""


IDENTIFIER = "1 to 80 Latin letters, digits, dots, hyphens and underscores, beginning with a letter or digit"
_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")


def is_identifier(text: str) -> bool:
    """Whether a text may name a thing of the model in addresses, files and other documents (`IDENTIFIER` says it in words)."""
    return _IDENTIFIER.fullmatch(text) is not None


class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """An immutable record; an unknown field is an error, never ignored."""


class Dated(Record, frozen=True, kw_only=True):
    """A record in force over the half-open span from ``valid_from`` to ``valid_to`` (open-ended if absent)."""

    valid_from: Instant
    valid_to: Instant | None = None

    def in_force(self, moment: datetime) -> bool:
        """Whether ``moment`` lies in the half-open validity span."""
        return self.valid_from <= moment and (self.valid_to is None or moment < self.valid_to)


def to_ms(moment: datetime) -> int:
    """Whole milliseconds since 1970-01-01 UTC of an aware moment."""
    return round(moment.timestamp() * 1000)


def from_ms(time_ms: int) -> datetime:
    """The UTC moment of whole milliseconds since 1970-01-01."""
    return datetime.fromtimestamp(time_ms / 1000, tz=UTC)


def utc_text(time_ms: int) -> str:
    """The moment of whole milliseconds since 1970-01-01 as text, in UTC (RFC 3339)."""
    return from_ms(time_ms).isoformat().replace("+00:00", "Z")
