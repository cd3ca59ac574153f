"""Which limit counts, and what may be said of it."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest
from msgspec.structs import replace

from tynys.calc.limits import Circumstance, can_be_judged, limit_for, standing_against
from tynys.centre.views import Standing
from tynys.domain.average import Average, Origin
from tynys.domain.base import from_ms, to_ms
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


SOURCE, FROM = "redundant.stack-1", to_ms(datetime(2025, 3, 10, 7, tzinfo=UTC))


def with_limits(example, *changes, fuels=("ekibastuz_coal",)):
    """The plant with limits of its stack that differ by these changes; its unit may burn these fuels."""
    plant = example("redundant-analyser")
    limits = tuple(replace(LIMIT, scope=SOURCE, id=str(i), **change) for i, change in enumerate(changes))
    units = tuple(replace(unit, fuels=fuels) for unit in plant.units)
    return replace(plant, limits=limits, units=units)


def chosen(plant, **given):
    return limit_for(plant, SOURCE, "so2", "PT20M", FROM, Circumstance(**given))


def test_a_limit_for_the_only_fuel_a_source_may_burn_is_judged(example):
    plant = with_limits(example, {"fuel": "ekibastuz_coal", "value": 300.0}, {"fuel": "natural_gas", "value": 35.0})
    found = chosen(plant)
    assert can_be_judged(found)
    assert found.value == 300.0


def test_where_it_is_not_known_what_burns_a_limit_for_one_fuel_is_no_verdict(example):
    plant = with_limits(example, {"fuel": "ekibastuz_coal"}, {"fuel": "mazut", "value": 350.0}, fuels=("ekibastuz_coal", "mazut"))
    assert not can_be_judged(chosen(plant))
    assert chosen(plant, heat={"ekibastuz_coal": 1.0}).value == 200.0


def test_limits_of_several_fuels_are_weighted_by_their_heat(example):
    coal, mazut = {"fuel": "ekibastuz_coal", "value": 200.0}, {"fuel": "mazut", "value": 400.0, "certainty": Certainty.TRANSCRIBED}
    plant = with_limits(example, coal, mazut, fuels=("ekibastuz_coal", "mazut"))
    found = chosen(plant, heat={"ekibastuz_coal": 0.75, "mazut": 0.25})
    assert (found.value, found.certainty) == (250.0, Certainty.TRANSCRIBED)  # 0.75 · 200 + 0.25 · 400
    assert can_be_judged(found)
    unsure = with_limits(example, coal, mazut | {"certainty": Certainty.TO_CONFIRM}, fuels=("ekibastuz_coal", "mazut"))
    assert not can_be_judged(chosen(unsure, heat={"ekibastuz_coal": 0.75, "mazut": 0.25}))
    one = with_limits(example, coal, fuels=("ekibastuz_coal", "mazut"))
    assert not can_be_judged(chosen(one, heat={"ekibastuz_coal": 0.75, "mazut": 0.25}))  # nothing is set for the other


def test_a_limit_for_another_fuel_is_no_limit_of_this_average(example):
    plant = with_limits(example, {"fuel": "mazut"}, fuels=("ekibastuz_coal", "mazut"))
    assert chosen(plant, heat={"ekibastuz_coal": 1.0}) is None


def test_a_limit_for_one_regime_is_that_of_averages_made_in_it(example):
    plant = with_limits(example, {"regime": "start_up", "value": 900.0}, {"regime": "operating", "value": 200.0})
    assert chosen(plant, state=PlantState.START_UP).value == 900.0
    assert chosen(plant, state=PlantState.OPERATING).value == 200.0
    assert can_be_judged(chosen(plant, state=PlantState.OPERATING))
    assert chosen(plant, state=PlantState.SHUT_DOWN) is None
    assert not can_be_judged(chosen(plant, state=PlantState.UNKNOWN))


def test_the_strictest_of_a_general_limit_and_one_of_the_fuel_counts(example):
    plant = with_limits(example, {"value": 500.0}, {"fuel": "ekibastuz_coal", "value": 300.0})
    assert chosen(plant).value == 300.0
    plant = with_limits(example, {"value": 100.0}, {"fuel": "ekibastuz_coal", "value": 300.0})
    assert chosen(plant).value == 100.0


def test_a_regime_nobody_defined_or_a_fuel_nobody_may_burn_stays_no_verdict(example):
    assert not can_be_judged(chosen(with_limits(example, {"fuel": "coal"})))
    assert not can_be_judged(chosen(with_limits(example, {"regime": "night shift"}), state=PlantState.OPERATING))
