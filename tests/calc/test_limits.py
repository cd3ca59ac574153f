"""Which limit counts, and what may be said of it."""

from __future__ import annotations

import msgspec
import pytest

from tynys.calc.limits import can_be_judged, limit_for, standing_against
from tynys.centre.views import Standing
from tynys.domain.average import Average, Origin
from tynys.domain.base import from_ms
from tynys.domain.component import Certainty
from tynys.domain.limit import LegalForce, Limit, LimitKind, ScopeKind
from tynys.domain.quantity import Moisture, Unit
from tynys.domain.status import AverageStatus, PlantState
from tynys.plant.views import LocalStanding

LIMIT = Limit(
    id="so2", valid_from=from_ms(0), scope_kind=ScopeKind.SOURCE, scope="s", component="so2", kind=LimitKind.CONCENTRATION,
    value=200.0, unit=Unit.MG_NM3, period="PT20M", document="permit", certainty=Certainty.VERIFIED,
)  # fmt: skip


def closed(value: float | None, status: AverageStatus = AverageStatus.VALID) -> Average:
    return Average(
        source="s", component="so2", period="PT20M", start_ms=0, end_ms=1_200_000, value=value, unit="mg/Nm3", status=status,
        plant_state=PlantState.OPERATING, origin=Origin.COMPUTED, provisional=False, count_valid=20, count_expected=20,
    )  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [
        {"certainty": Certainty.TO_CONFIRM},
        {"force": LegalForce.BENCHMARK},
        {"fuel": "natural_gas"},
        {"regime": "start_up"},
        {"test": "95_percent_of_hours"},
        {"moisture": Moisture.WET},
    ],
)
def test_what_is_not_sure_or_does_not_hold_for_every_average_is_no_verdict(change):
    limit = msgspec.structs.replace(LIMIT, **change)
    assert not can_be_judged(limit)
    assert standing_against(limit, closed(1000.0), 1000.0, 1000.0) == "cannot_be_judged"


@pytest.mark.parametrize("certainty", [Certainty.VERIFIED, Certainty.TRANSCRIBED, Certainty.SIMULATED])
@pytest.mark.parametrize(
    ("last", "mean", "forecast", "standing"),
    [
        (closed(200.1), None, None, "exceeding"),
        (closed(200.0), None, None, "near"),
        (closed(1000.0, AverageStatus.TOO_FEW), 10.0, 10.0, "within"),
        (None, 250.0, None, "near"),
        (None, 10.0, 190.0, "near"),
        (closed(180.0), 10.0, 10.0, "within"),
        (None, None, None, "invalid"),
    ],
)
def test_a_closed_valid_average_alone_exceeds_and_the_open_window_warns(certainty, last, mean, forecast, standing):
    limit = msgspec.structs.replace(LIMIT, certainty=certainty)
    assert standing_against(limit, last, mean, forecast) == standing
    assert Standing(standing).value == LocalStanding(standing).value == standing


def test_without_a_limit_there_is_nothing_to_stand_against():
    assert standing_against(None, closed(1e6), 1e6, 1e6) == "no_limit"


def test_a_stricter_limit_that_cannot_be_judged_does_not_hide_one_that_can(example):
    plant = example("redundant-analyser")
    (own,) = [limit for limit in plant.limits if limit.component == "so2" and limit.period == "PT20M"]
    benchmark = msgspec.structs.replace(own, id="bat", value=own.value / 10, force=LegalForce.BENCHMARK)
    both = msgspec.structs.replace(plant, limits=(benchmark, own))
    from_when = int(own.valid_from.timestamp() * 1000)
    assert limit_for(both, own.scope, "so2", "PT20M", from_when) == own
    assert limit_for(msgspec.structs.replace(plant, limits=(benchmark,)), own.scope, "so2", "PT20M", from_when) == benchmark
