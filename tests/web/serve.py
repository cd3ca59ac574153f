"""Serve the sample by hand: `python tests/web/serve.py PORT`, then open the pages in a browser."""

from __future__ import annotations

import sys
from pathlib import Path

import uvicorn

sys.path.insert(0, str(Path(__file__).parent))

from application import sample_app
from sample import Sample

if __name__ == "__main__":
    uvicorn.run(sample_app(Sample()), host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
