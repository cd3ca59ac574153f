"""Batches of the journal, opened again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from tynys.domain.errors import WireError
from tynys.wire.payload import decode_payload

if TYPE_CHECKING:
    from tynys.domain.batch import Batch
    from tynys.storage.journal_records import Stored

_log = structlog.get_logger("tynys.centre")


def decode_stored(stored: Stored) -> Batch | None:
    """The batch of a journal row; None, and a line in the log, where today's rules no longer read what an older version took."""
    try:
        return decode_payload(stored.entry.payload)
    except WireError as problem:
        _log.error("a stored batch cannot be read", position=stored.position, gateway=str(stored.entry.gateway), error=str(problem))
        return None
