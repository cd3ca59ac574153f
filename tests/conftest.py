"""What every test needs: no logger keeps the output of the test before it."""

from collections.abc import Iterator

import pytest
import structlog


@pytest.fixture(autouse=True)
def loggers_forget() -> Iterator[None]:
    """A command under test points the log at its own, captured output, which is closed when the test ends."""
    yield
    structlog.reset_defaults()
