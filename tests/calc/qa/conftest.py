"""Worked examples for every test of quality assurance."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
