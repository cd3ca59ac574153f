"""Every oracle by the name of the kernel it stands against."""

from __future__ import annotations

import ahead
import amounts
import assurance
import charts
import civil
import flows
import gas
import guide
import windows

MODULES = (ahead, amounts, assurance, charts, civil, flows, gas, guide, windows)
ORACLES = {name: oracle for module in MODULES for name, oracle in module.ORACLES.items()}
