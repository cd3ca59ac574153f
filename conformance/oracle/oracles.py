"""Every oracle by the name of the kernel it stands against."""

from __future__ import annotations

import amounts
import civil
import gas
import windows

ORACLES = {**gas.ORACLES, **amounts.ORACLES, **civil.ORACLES, **windows.ORACLES}
