"""A change touches the sources and the spans in which something differs, and no others."""

from dataclasses import replace
from importlib.resources import files

import msgspec
import pytest
from again_support import calibrated
from centre_support import DAY_MS, START_MS, make_configuration

from tynys.centre.basis import NEVER_MS, timeline
from tynys.centre.effect import orders, touched
from tynys.centre.packs import PackBook, read_version
from tynys.centre.plans import Plan
from tynys.domain.base import from_ms

TEXT = files("tynys.law").joinpath("packs", "kz.toml").read_text("utf-8")
KZ = read_version(TEXT, "kz.toml", by="", at_ms=0, reason="")
PACKS = PackBook([KZ])
BEFORE = make_configuration()


def plan_of(configuration, seen_ms=0):
    return Plan(configuration.digest().hex(), configuration.encode(), configuration, "approved", simulated=True, first_seen_ms=seen_ms)


def effect(configuration, *, packs=PACKS):
    before = timeline([plan_of(BEFORE)], PACKS)
    after = timeline([plan_of(BEFORE), plan_of(configuration, 1)], packs)
    return [(each.source, each.start_ms, each.end_ms, each.channels) for each in touched(before, after)]


def test_a_function_touches_its_source_from_its_begin_on():
    assert effect(calibrated(BEFORE, START_MS)) == [("trial.stack-1", START_MS, NEVER_MS, False)]


def test_a_function_that_ends_touches_only_its_span():
    after = calibrated(BEFORE, START_MS)
    (component,) = after.plan.components
    ended = msgspec.structs.replace(component.chains[0].calibrations[0], valid_to=from_ms(START_MS + DAY_MS))
    chain = msgspec.structs.replace(component.chains[0], calibrations=(ended,))
    plan = msgspec.structs.replace(after.plan, components=(msgspec.structs.replace(component, chains=(chain,)),))
    found = effect(msgspec.structs.replace(after, plan=plan))
    assert found == [("trial.stack-1", START_MS, START_MS + DAY_MS, False)]


def test_a_limit_touches_its_source_and_a_name_nothing():
    (limit,) = BEFORE.limits
    lower = msgspec.structs.replace(limit, id="so2-2", value=1500.0, valid_from=from_ms(START_MS))
    assert effect(msgspec.structs.replace(BEFORE, limits=(limit, lower))) == [("trial.stack-1", START_MS, NEVER_MS, False)]
    renamed = msgspec.structs.replace(limit, document="permit 2")
    assert effect(msgspec.structs.replace(BEFORE, limits=(renamed,))) == []


def test_another_span_of_a_channel_touches_its_summaries_too():
    wider = msgspec.structs.replace(BEFORE.channels[0], span=5000.0)
    (found,) = effect(msgspec.structs.replace(BEFORE, channels=(wider, *BEFORE.channels[1:])))
    assert found[3] is True


@pytest.mark.parametrize(
    ("old", "new", "differs"), [("value = 273.15", "value = 273.0", True), ('number = "V2100023659"', 'number = "V"', False)]
)
def test_a_pack_touches_from_its_first_day_what_an_average_depends_on(old, new, differs):
    text = TEXT.replace("valid_from = 2021-07-01", "valid_from = 2026-02-01", 1).replace(old, new, 1)
    version = read_version(text, "kz-2.toml", by="", at_ms=1, reason="")
    found = effect(BEFORE, packs=PACKS.with_version(version))
    assert found == ([("trial.stack-1", version.start_ms, NEVER_MS, False)] if differs else [])


def test_what_was_never_computed_is_not_touched():
    assert touched(timeline([replace(plan_of(BEFORE), state="waiting")], PACKS), timeline([plan_of(BEFORE)], PACKS)) == []


def test_neighbouring_spans_become_one_order_with_an_open_end():
    (order,) = orders(
        "trial",
        touched(timeline([plan_of(BEFORE)], PACKS), timeline([plan_of(calibrated(BEFORE, START_MS), 1)], PACKS)),
        cause="plan",
        subject="x",
    )
    assert (order.sources, order.spans) == (("trial.stack-1",), ((START_MS, None),))
