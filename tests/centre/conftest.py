"""A running centre for the tests of its room."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from centre_support import Running, running

from tynys.centre.foundation import make_centre


@pytest.fixture
def folder(tmp_path):
    """The folder of a new centre for simulated data, on free ports."""
    return make_centre(tmp_path / "centre", simulated=True, intake_port=0, public_port=0)


@pytest.fixture
async def centre(folder) -> Running:
    """A centre that listens, with a clock the test moves."""
    async with running(folder) as started:
        yield started
