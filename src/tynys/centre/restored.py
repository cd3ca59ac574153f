"""A centre put back from a copy: its journal begins a new life, signed, and its lake is made again."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tynys.centre.offline import rebuild
from tynys.centre.settings import find_folder
from tynys.domain.errors import StorageError
from tynys.storage.journal import Journal
from tynys.wire.keys import SigningKey

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from uuid import UUID

BREAK_TAG = "tynys.journal.break.v1"
"""Under which the centre's key signs the record of the break."""


def begin_again(path: Path, reason: str, *, progress: Callable[[int, int], None]) -> tuple[UUID, int, int]:
    """The new incarnation, the journal's last position and the readings of the lake; gateways are asked when they next send.

    A position means (incarnation, n): batches that came after the copy are numbered anew, and nobody takes one for the other.
    """
    folder = find_folder(path)
    key = SigningKey.load(folder.signing_key)
    with Journal.open(folder.journal) as journal:
        if journal.last_position == 0:
            raise StorageError("the journal is empty", where=str(folder.journal), hint="put the copy back first")
        made_ms = time.time_ns() // 1_000_000
        incarnation = journal.begin_incarnation(reason, made_ms, lambda record: (key.key_id, key.sign(BREAK_TAG, record)))
        last = journal.last_position
    return incarnation, last, rebuild(path, progress=progress)
