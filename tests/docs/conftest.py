"""The pages of the documentation, and the commands a person may type."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from docs_support import ROOT

from tynys.cli.reference import commands


@pytest.fixture(scope="session")
def known():
    """Every command by its words, hidden ones left out."""
    return dict(commands())


@pytest.fixture(scope="session")
def reference() -> dict[str, str]:
    """The pages of reference by name."""
    return {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "docs" / "reference").glob("*.md")}
