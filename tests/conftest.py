"""What every test needs: no logger keeps the output of the test before it, and no property is a race against a busy machine."""

from collections.abc import Iterator

import pytest
import structlog
from hypothesis import HealthCheck, settings

settings.register_profile("tynys", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tynys")


@pytest.fixture(autouse=True)
def loggers_forget() -> Iterator[None]:
    """A command under test points the log at its own, captured output, which is closed when the test ends."""
    yield
    structlog.reset_defaults()
