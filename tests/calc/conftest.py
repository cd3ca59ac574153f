"""What the tests of the kernels share: the pack, the documented example plants, series made by hand."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from tynys.calc.series import Series
from tynys.domain.configuration import FacilityConfiguration
from tynys.domain.document import load_toml
from tynys.domain.status import InstrumentStatus
from tynys.law import load_pack

ROOT = Path(__file__).parents[2]
T0_MS = int(datetime(2025, 3, 10, 7, 0, tzinfo=UTC).timestamp() * 1000)  # noon in Almaty
MINUTE = 60_000
WINDOW = 20 * MINUTE


@pytest.fixture(scope="session")
def pack():
    return load_pack((ROOT / "src" / "tynys" / "law" / "packs" / "kz.toml").read_text(encoding="utf-8"), "kz.toml")


@pytest.fixture(scope="session")
def example():
    """A documented example plant by the name of its file."""

    def load(name):
        text = (ROOT / "docs" / "examples" / f"{name}.toml").read_text(encoding="utf-8")
        return load_toml(text, FacilityConfiguration, name)

    return load


@pytest.fixture(scope="session")
def minutes():
    """A series of one reading a minute from `T0_MS`: one value for all, or a list; ``bad`` maps positions to statuses."""

    def make(values, n=20, *, bad=None, start_ms=T0_MS):
        value = np.full(n, values, np.float64) if np.isscalar(values) else np.array(values, np.float64)
        status = np.full(len(value), InstrumentStatus.VALID, np.uint8)
        for position, what in (bad or {}).items():
            status[position] = what
            if what is InstrumentStatus.COMMUNICATION_LOST:
                value[position] = np.nan
        return Series(start_ms + MINUTE * np.arange(len(value), dtype=np.int64), value, status)

    return make


@pytest.fixture(scope="session")
def read(minutes):
    """Readings of a configuration by channel name: numbers, lists or series."""

    def make(configuration, values, n=20):
        ids = {c.name: c.id for c in configuration.channels}
        return {ids[name]: value if isinstance(value, Series) else minutes(value, n) for name, value in values.items()}

    return make


@pytest.fixture(scope="session")
def only():
    """The one row of a component."""

    def find(table, component):
        (row,) = [row for row in table.rows() if row.component == component]
        return row

    return find
