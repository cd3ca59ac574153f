"""The audit log: append-only, each row chained to the one before by SHA-256."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from sqlalchemy import insert, select, text

from tynys.storage.registry_model import audit
from tynys.storage.registry_rows import AuditRow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

FIRST = "0" * 64


def append(connection: Connection, action: str, subject: str, by: str, at_ms: int, detail: Mapping[str, object]) -> AuditRow:
    """Write one row in the caller's transaction; the next writer waits until it ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE audit IN SHARE ROW EXCLUSIVE MODE"))
    last = connection.execute(select(audit.c.id, audit.c.digest).order_by(audit.c.id.desc()).limit(1)).first()
    number, previous = (last.id + 1, last.digest) if last else (1, FIRST)
    written = json.dumps(detail, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    row = AuditRow(number, at_ms, by, action, subject, written, previous, digest_of(number, at_ms, by, action, subject, written, previous))
    connection.execute(
        insert(audit).values(
            id=row.id, at_ms=at_ms, made_by=by, action=action, subject=subject, detail=written, previous=previous, digest=row.digest
        )
    )
    return row


def digest_of(number: int, at_ms: int, by: str, action: str, subject: str, detail: str, previous: str) -> str:
    """SHA-256 over the canonical JSON of everything a row says."""
    return hashlib.sha256(json.dumps([number, at_ms, by, action, subject, detail, previous], ensure_ascii=False).encode()).hexdigest()


def first_broken(rows: list[AuditRow]) -> int | None:
    """Number of the first row that does not follow from the one before, or None."""
    previous = FIRST
    for expected, row in enumerate(rows, start=1):
        honest = digest_of(row.id, row.at_ms, row.made_by, row.action, row.subject, row.detail, previous)
        if (row.id, row.previous, row.digest) != (expected, previous, honest):
            return row.id
        previous = row.digest
    return None
