"""Every oracle by the name of the kernel it stands against."""

from __future__ import annotations

import ahead
import amounts
import assurance
import chain
import charts
import civil
import compliance
import flows
import gas
import guide
import skill
import sources
import standing
import windows

MODULES = (ahead, amounts, assurance, chain, charts, civil, compliance, flows, gas, guide, skill, sources, standing, windows)
ORACLES = {name: oracle for module in MODULES for name, oracle in module.ORACLES.items()}
