"""The plant whose readings go wrong, and what is made of them."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from support import END_MS, MINUTE, T0_MS, by_id

from tynys.calc.pipeline import average_windows
from tynys.calc.running import running_windows
from tynys.calc.summary import summaries


@pytest.fixture(scope="session")
def plant(example):
    return example("dry-extractive-beside-in-situ-dust")


@pytest.fixture(scope="session")
def each_level(pack):
    """The pack with the other order of operations: every FLD calibrated and standardised, then averaged."""
    return msgspec.structs.replace(pack, order_of_operations=msgspec.structs.replace(pack.order_of_operations, value="each_first_level"))


@pytest.fixture(scope="session")
def averaged(plant, pack):
    """Averages of the hour, of a configuration of its own if one is given."""

    def make(readings, *, configuration=plant, pack=pack, period="PT20M", start_ms=T0_MS, end_ms=END_MS):
        return average_windows(configuration, pack, by_id(configuration, readings), period, start_ms, end_ms)

    return make


@pytest.fixture(scope="session")
def running(plant, pack):
    """The windows open at a minute of the hour."""

    def make(readings, minute=33, *, configuration=plant):
        return running_windows(configuration, pack, by_id(configuration, readings), T0_MS + minute * MINUTE)

    return make


@pytest.fixture(scope="session")
def summed_up(plant):
    """Summaries of the hour."""

    def make(readings, *, configuration=plant, start_ms=T0_MS, end_ms=END_MS):
        return summaries(configuration, by_id(configuration, readings), "PT20M", start_ms, end_ms)

    return make


@pytest.fixture(scope="session")
def row_of(averaged):
    """One average of the hour."""

    def find(readings, component, window=0, **options):
        (row,) = [
            r for r in averaged(readings, **options).rows() if r.component == component and r.start_ms == T0_MS + window * 20 * MINUTE
        ]
        return row

    return find
