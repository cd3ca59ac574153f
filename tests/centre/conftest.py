"""A running centre for the tests of its room."""

import sys
from pathlib import Path

import pytest
import pytest_asyncio

sys.path.insert(0, str(Path(__file__).parent))

from centre_support import Running, Trial, running

from tynys.centre.foundation import make_centre


@pytest.fixture
def folder(tmp_path):
    """The folder of a new centre for simulated data, on free ports."""
    return make_centre(tmp_path / "centre", simulated=True, intake_port=0, public_port=0)


@pytest.fixture
async def centre(folder) -> Running:
    """A centre of the test's own that listens, with a clock the test moves."""
    async with running(folder) as started:
        yield started


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def shared(tmp_path_factory) -> Running:
    """A centre for all tests that only add to it: each brings its own facility, and a day of its own."""
    folder = make_centre(tmp_path_factory.mktemp("shared") / "centre", simulated=True, intake_port=0, public_port=0)
    async with running(folder) as started:
        yield started


@pytest_asyncio.fixture(loop_scope="session")
async def trial(shared) -> Trial:
    """A new facility at the shared centre."""
    return shared.trial()
