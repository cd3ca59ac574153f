"""The benchmarks stand beside the package, at the root."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
