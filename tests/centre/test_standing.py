"""Where things stand."""

from datetime import UTC, datetime

import pytest

from tynys.centre.standing import of_component, worst
from tynys.centre.views import Standing
from tynys.domain.average import Average, Origin
from tynys.domain.component import Certainty
from tynys.domain.limit import Limit, LimitKind, ScopeKind
from tynys.domain.quantity import Unit
from tynys.domain.status import AverageStatus, InstrumentStatus, PlantState


def limit(certainty=Certainty.SIMULATED):
    return Limit(
        id="l",
        valid_from=datetime(2020, 1, 1, tzinfo=UTC),
        scope_kind=ScopeKind.SOURCE,
        scope="s",
        component="so2",
        kind=LimitKind.CONCENTRATION,
        value=200.0,
        unit=Unit.MG_NM3,
        period="PT20M",
        document="permit",
        certainty=certainty,
    )


def closed(value, status=AverageStatus.VALID):
    return Average("s", "so2", "PT20M", 0, 1, value, "mg/Nm3", status, PlantState.OPERATING, Origin.COMPUTED, False, 1, 1)  # noqa: FBT003


def standing(**changes):
    known = {
        "connected": True,
        "age_ms": 1000,
        "interval_ms": 1000,
        "status": InstrumentStatus.VALID,
        "plant_state": PlantState.OPERATING,
        "limit": limit(),
        "last": closed(100.0),
        "mean": 100.0,
        "forecast": 100.0,
    }
    return of_component(**known | changes)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Standing.WITHIN),
        ({"connected": False}, Standing.NOT_CONNECTED),
        ({"age_ms": None}, Standing.NOT_CONNECTED),
        ({"age_ms": 121_000}, Standing.SILENT),
        ({"age_ms": 121_000, "interval_ms": 60_000}, Standing.WITHIN),
        ({"plant_state": PlantState.NOT_OPERATING, "last": closed(900.0)}, Standing.NOT_OPERATING),
        ({"last": closed(200.1)}, Standing.EXCEEDING),
        ({"last": closed(200.0)}, Standing.NEAR),
        ({"last": closed(900.0, AverageStatus.TOO_FEW)}, Standing.WITHIN),
        ({"forecast": 210.0}, Standing.NEAR),
        ({"mean": 210.0}, Standing.NEAR),
        ({"last": None, "mean": None, "forecast": None}, Standing.INVALID),
        ({"limit": None}, Standing.NO_LIMIT),
        ({"limit": limit(Certainty.TO_CONFIRM), "last": closed(900.0)}, Standing.CANNOT_BE_JUDGED),
        ({"status": InstrumentStatus.CALIBRATION}, Standing.CALIBRATION),
        ({"status": InstrumentStatus.FAULT}, Standing.INVALID),
        ({"status": InstrumentStatus.FAULT, "last": closed(900.0)}, Standing.EXCEEDING),
    ],
)
def test_a_component_stands_where_the_rules_say(changes, expected):
    assert standing(**changes) is expected


def test_the_worst_of_several_decides():
    assert worst([Standing.WITHIN, Standing.EXCEEDING, Standing.SILENT]) is Standing.EXCEEDING
    assert worst([]) is Standing.NOT_CONNECTED
