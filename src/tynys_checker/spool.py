"""Reads a gateway's spool as an outsider: its batches exactly as sealed, and the signed replies that name them."""

from __future__ import annotations

import hashlib
import sqlite3
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from tynys_checker.join import Rows
from tynys_checker.line import NOT_MEASURING, BatchRows, read_batch, read_reply

if TYPE_CHECKING:
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


@dataclass(slots=True)
class Spooled:
    """What a spool holds: sealed rows by channel, and how many batches carry a receipt that verifies.

    ``not_measuring`` counts gap rows whose cause is the instrument's own word that it does not measure.
    """

    rows: dict[str, Rows] = field(default_factory=dict)
    not_measuring: int = 0
    batches: int = 0
    receipts_verified: int = 0
    receipts_failed: int = 0


def read_spool(folder: Path, centre: Ed25519PublicKey, *, rows: bool = True) -> Spooled:
    """Every batch of a spool; a batch without a receipt, or with one that does not verify, counts as failed."""
    spooled = Spooled()
    parts: dict[str, list[BatchRows]] = defaultdict(list)
    with sqlite3.connect(f"{(folder / 'spool.sqlite').resolve().as_uri()}?mode=ro", uri=True) as spool:
        receipts: dict[int, set[bytes]] = {}
        for payload, reply_id in spool.execute(
            "SELECT b.payload, (SELECT max(reply_id) FROM receipt r WHERE r.batch_id = b.id) FROM batch b ORDER BY b.id"
        ):
            spooled.batches += 1
            if reply_id is not None and reply_id not in receipts:
                (body,) = spool.execute("SELECT body FROM reply WHERE id = ?", (reply_id,)).fetchone()
                receipts[reply_id] = read_reply(body, centre)
            stored = reply_id is not None and hashlib.sha256(payload).digest() in receipts[reply_id]
            spooled.receipts_verified += stored
            spooled.receipts_failed += not stored
            if rows:
                for part in read_batch(payload):
                    parts[part.channel].append(part)
                    spooled.not_measuring += int((part.cause == NOT_MEASURING).sum())
    spooled.rows = {
        channel: Rows(np.concatenate([p.time_ms for p in found]), np.concatenate([p.value for p in found]))
        for channel, found in parts.items()
    }
    return spooled
