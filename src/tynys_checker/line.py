"""Reads batches and signed replies by the published page of the line (docs/reference/wire.md) and its schema alone.

``line_pb2.py`` is what protobuf's own compiler makes of the published ``tynys.proto``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

import numpy as np
from cryptography.exceptions import InvalidSignature

from tynys_checker import line_pb2

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

READINGS_RECORD = 1
NOT_MEASURING = 7
"""Cause of absence: the instrument said that it does not measure, as in its daily zero and span check."""
STORED, DUPLICATE = 1, 2
RECEIPT_TAG = b"tynys.receipt.v1\x00"
DECIMAL_FORMS = 10
SINGLE = 32
_pb: Any = line_pb2


@dataclass(frozen=True, slots=True, eq=False)
class BatchRows:
    """Rows of one channel in one batch; NaN where a row carries no value, and the cause of that (0 where it carries one)."""

    channel: str
    time_ms: npt.NDArray[np.int64]
    value: npt.NDArray[np.float64]
    cause: npt.NDArray[np.int64]


def read_batch(payload: bytes) -> Iterator[BatchRows]:
    """Every row of a batch's readings."""
    for record in _pb.Batch.FromString(payload).records:
        if record.type == READINGS_RECORD:
            yield from _table(_pb.Readings.FromString(record.body))


def read_reply(body: bytes, centre: Ed25519PublicKey) -> set[bytes]:
    """Hashes of the batches that a signed reply calls durably stored; none if its signature does not fit."""
    signed = _pb.SignedReply.FromString(body)
    try:
        centre.verify(signed.signature, RECEIPT_TAG + signed.reply)
    except InvalidSignature:
        return set()
    return {receipt.batch_hash for receipt in _pb.Reply.FromString(signed.reply).receipts if receipt.outcome in (STORED, DUPLICATE)}


def _table(table: Any) -> Iterator[BatchRows]:
    count = table.count
    channels = [str(UUID(bytes=table.channels[at : at + 16])) for at in range(0, len(table.channels), 16)]
    cause = np.repeat(np.array(table.run_cause, np.int64), np.array(table.run_length, np.int64)).reshape(len(channels), count)
    present = cause == 0
    time_ms = table.start_ms + table.interval_ms * np.arange(count, dtype=np.int64)
    decimals, singles, doubles = (np.array(column) for column in (table.decimals, table.singles, table.doubles))
    used = {"decimals": 0, "singles": 0, "doubles": 0}
    for row, (channel, form) in enumerate(zip(channels, table.forms, strict=True)):
        n = int(present[row].sum())
        name = "decimals" if form < DECIMAL_FORMS else "singles" if form == SINGLE else "doubles"
        part = {"decimals": decimals, "singles": singles, "doubles": doubles}[name][used[name] : used[name] + n]
        used[name] += n
        value = np.full(count, np.nan)
        value[present[row]] = np.cumsum(part.astype(np.int64)) / 10.0**form if name == "decimals" else part
        yield BatchRows(channel, time_ms, value, cause[row])
