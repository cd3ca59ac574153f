"""Names for the arrays every kernel takes and gives."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
"""(n,) float64; NaN where there is no value."""

Times = npt.NDArray[np.int64]
"""(n,) int64, milliseconds since 1970 UTC."""

Counts = npt.NDArray[np.int64]
"""(n,) int64, how many."""

Codes = npt.NDArray[np.uint8]
"""(n,) uint8, index into a published tuple or value of a published enumeration."""

Mask = npt.NDArray[np.bool_]
"""(n,) bool."""
