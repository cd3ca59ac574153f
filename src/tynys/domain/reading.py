"""Readings as columns: one block is one channel over consecutive instants of its grid."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from tynys.domain.status import GapCause, InstrumentStatus

if TYPE_CHECKING:
    from uuid import UUID

    import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Sample:
    """What one poll of one channel gave: a value or the cause of its absence."""

    value: float | None
    status: InstrumentStatus
    cause: GapCause = GapCause.NONE
    device_time_ms: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class ReadingBlock:
    """Readings of one channel at ``start_ms + i * interval_ms`` for i in 0..n-1.

    Parameters
    ----------
    channel : UUID
    start_ms, interval_ms : int
        First instant and grid interval. [ms since 1970 UTC, ms]
    value : (n,) float64
        NaN where absent (in memory only; on the wire and in the lake absent is absent).
    status : (n,) uint8
        `InstrumentStatus`.
    cause : (n,) uint8
        `GapCause`; non-zero exactly where the value is absent.
    device_offset_ms : (n,) int32 or None
        Device's clock minus the gateway's, where the device tells its time. [ms]
    """

    channel: UUID
    start_ms: int
    interval_ms: int
    value: npt.NDArray[np.float64]
    status: npt.NDArray[np.uint8]
    cause: npt.NDArray[np.uint8]
    device_offset_ms: npt.NDArray[np.int32] | None = field(default=None)

    def __len__(self) -> int:
        return len(self.value)

    @property
    def time_ms(self) -> npt.NDArray[np.int64]:
        """The instants of the block, in milliseconds since 1970 UTC."""
        return self.start_ms + self.interval_ms * np.arange(len(self.value), dtype=np.int64)
