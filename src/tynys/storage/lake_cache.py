"""Columns read lately from files that never change: what many people look at is decoded once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

Key = tuple[str, tuple[int, ...], str]
"""File, its row groups, column."""


class ColumnCache:
    """The columns used last, up to a number of bytes; may be used from many threads.

    Parameters
    ----------
    most_bytes : int
        What all of them together may take; a column of more than an eighth of it is not kept. [bytes]
    """

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._held: OrderedDict[Key, tuple[pa.ChunkedArray, int]] = OrderedDict()
        self._lock = threading.Lock()
        self.bytes = 0

    def get(self, key: Key) -> pa.ChunkedArray | None:
        """A column, now the one used last; None if it is not held."""
        with self._lock:
            found = self._held.get(key)
            if found is None:
                return None
            self._held.move_to_end(key)
            return found[0]

    def put(self, key: Key, column: pa.ChunkedArray) -> None:
        """Hold a column; those not used for longest give way."""
        size = column.nbytes
        if size > self._most // 8:
            return
        with self._lock:
            if key in self._held:
                return
            self._held[key] = (column, size)
            self.bytes += size
            while self.bytes > self._most:
                _, (_, gone) = self._held.popitem(last=False)
                self.bytes -= gone

    def clear(self) -> None:
        """Let everything go."""
        with self._lock:
            self._held.clear()
            self.bytes = 0
