"""What is shown before a decision is what then happens, value by value; a restart in the middle changes nothing."""

import asyncio
from importlib.resources import files

import pytest
from again_support import MINUTE_MS, approve, calibrated, days_of_readings, done, sent, values
from centre_support import DAY_MS, HOUR_MS, Trial, running, stamp

from tynys.centre import proposal as proposing
from tynys.centre.foundation import make_centre
from tynys.centre.packs import read_version
from tynys.centre.rehearsal import Rehearsal
from tynys.domain.errors import ConfigurationError

KEY = ("period", "source", "component", "start_ms")
SAID = (*KEY, "value", "status", "revision", "raw", "standardised", "deduction", "count_valid", "provisional", "configuration")
SAID_BY_PACK = (*SAID, "rule_pack_digest")


def rehearse(folder, find, **arguments):
    """Differences and kept rows of a proposal."""
    kept = []
    with Rehearsal(folder.root) as rehearsal:
        proposal = find(rehearsal.plans)
        found = rehearsal.compare(proposal, kept=kept.append, **arguments)
    rows = [tuple(row[name] for name in SAID_BY_PACK) for table in kept for row in table.select(SAID_BY_PACK).to_pylist()]
    return found.all(), sorted(rows)


async def revised(trial, after_ms):
    """Rows of revisions made after an instant, as the store holds them."""
    rows = []
    for period in ("PT20M", "PT1H", "P1D"):
        table = await asyncio.to_thread(trial.at.centre.averages.table, trial.source, None, period, 0, 2**53)
        rows += [tuple(row[name] for name in SAID_BY_PACK) for row in table.to_pylist() if row["known_ms"] > after_ms]
    return sorted(rows)


async def with_three_days(at):
    """A facility with three days of readings by an approved plan."""
    trial = at.trial()
    before = trial.configuration(interval_ms=MINUTE_MS)
    gateway = await trial.gateway(simulated=False, configuration=before)
    await approve(trial, before)
    await days_of_readings(trial, gateway, 3)
    at.centre.housekeeping.save()
    at.clock.at_ms += 1000
    return trial, gateway, before


async def test_the_dry_run_of_a_plan_is_what_then_happens_value_by_value(centre, folder):
    trial, gateway, before = await with_three_days(centre)
    after = calibrated(before, trial.midnight_ms + DAY_MS + 10 * HOUR_MS, slope=2.5)
    await sent(trial, gateway, after)
    known_ms = trial.at.clock.at_ms
    trial.at.clock.at_ms += 1000
    digest = after.digest().hex()
    found, expected = await asyncio.to_thread(rehearse, folder, lambda book: proposing.of_digest(book, digest[:12]))
    assert [row for row in await revised(trial, known_ms) if row[-2] == digest] == []
    so2 = {each.period: each for each in found if each.component == "so2"}
    assert {period: (each.windows, each.revised, each.changed) for period, each in so2.items()} == {
        "PT20M": (114, 114, 114),
        "PT1H": (38, 38, 38),
        "P1D": (2, 2, 2),
    }
    assert (so2["PT20M"].largest, so2["PT20M"].mean) == (1500.0, 1500.0)
    assert so2["PT20M"].first_ms == trial.midnight_ms + DAY_MS + 10 * HOUR_MS
    assert dict(so2["PT20M"].verdict) == {("within", "exceeding"): 114}
    await approve(trial, after, reason="QAL2 of May")
    await done(trial)
    assert await revised(trial, known_ms) == expected
    assert len(expected) == 114 + 38 + 2
    told = await centre.centre.queries.revisions(trial.source, "so2", "P1D", trial.midnight_ms + 2 * DAY_MS)
    assert [(each.value, each.cause, each.reason) for each in told] == [(1000.0, "first", ""), (2500.0, "plan", "QAL2 of May")]


async def test_a_span_cuts_what_the_dry_run_looks_at(centre, folder):
    trial, gateway, before = await with_three_days(centre)
    after = calibrated(before, trial.midnight_ms)
    await sent(trial, gateway, after)
    span = {"start_ms": trial.midnight_ms + DAY_MS, "end_ms": trial.midnight_ms + DAY_MS + HOUR_MS}
    found, _ = await asyncio.to_thread(rehearse, folder, lambda book: proposing.of_plans(book, proposing.waiting(book)), **span)
    assert {each.period: each.windows for each in found} == {"PT20M": 3, "PT1H": 1, "P1D": 1}


def kz(**changed):
    """The shipped pack with some of its lines changed."""
    text = files("tynys.law").joinpath("packs", "kz.toml").read_text("utf-8")
    for old, new in changed.values():
        assert text.count(old) >= 1, old
        text = text.replace(old, new, 1)
    return text


async def test_a_new_version_of_a_pack_counts_from_its_day_on_and_is_what_the_dry_run_said(centre, folder):
    trial, _, _ = await with_three_days(centre)
    second = trial.at.centre.plans.packs.at("kz", trial.midnight_ms).pack.valid_from.replace(2026, 2, 12)
    assert trial.midnight_ms + 2 * DAY_MS > 0
    day = (await trial.averages(period="P1D", at_least=3))[1]["start"]
    second = second.fromisoformat(stamp(trial.midnight_ms + DAY_MS + 12 * HOUR_MS)[:10])
    reference = ('fuel = "ekibastuz_coal"\nvalue = 6.0', 'fuel = "ekibastuz_coal"\nvalue = 11.0')
    text = kz(begin=("valid_from = 2021-07-01", f"valid_from = {second.isoformat()}"))
    if reference[0] in text:
        text = text.replace(*reference)
    else:  # the pack names kinds of fuel, not single coals
        head, _, tail = text.partition('fuel = "solid"\nvalue = 6.0')
        assert tail
        text = f'{head}fuel = "solid"\nvalue = 11.0{tail}'
    version = read_version(text, "kz-new.toml", by="lawyer", at_ms=5, reason="order changed")
    known_ms = trial.at.clock.at_ms
    trial.at.clock.at_ms += 1000
    found, expected = await asyncio.to_thread(rehearse, folder, lambda book: proposing.of_pack(book, version, replaces=None))
    so2 = {each.period: each for each in found if each.component == "so2"}
    assert {period: each.changed for period, each in so2.items()} == {"PT20M": 144, "PT1H": 48, "P1D": 2}
    assert so2["PT20M"].largest == pytest.approx(1000.0 * (10.0 / 15.0 - 1.0))
    registry = trial.at.centre.registry
    numbers = proposing.of_pack(trial.at.centre.plans, version, replaces=None).accept(
        registry, trial.at.centre.plans, by="lawyer", at_ms=5, reason="order changed"
    )
    assert len(numbers) == 1
    (asked,) = await done(trial)
    assert (asked.requested_by, asked.reason, asked.order.cause) == ("lawyer", "order changed", "rule_pack")
    assert await revised(trial, known_ms) == expected
    rows = await trial.averages(period="P1D", at_least=3)
    assert [row["rule_pack_digest"] == version.digest for row in rows] == [False, True, True]
    assert rows[1]["start"] == day
    with pytest.raises(ConfigurationError, match="entered already"):
        proposing.of_pack(trial.at.centre.plans, version, replaces=None)
    other = read_version(text.replace("value = 11.0", "value = 10.0", 1), "kz.toml", by="", at_ms=6, reason="")
    with pytest.raises(ConfigurationError, match="overlaps"):
        proposing.of_pack(trial.at.centre.plans, other, replaces=None)
    proposing.of_pack(trial.at.centre.plans, other, replaces=version.digest[:12]).accept(
        registry, trial.at.centre.plans, by="lawyer", at_ms=6, reason="misread"
    )
    states = {row.digest: (row.state, row.replaced_by) for row in registry.rule_packs() if row.id == "kz"}
    assert states[version.digest] == ("replaced", other.digest)
    assert states[other.digest] == ("approved", None)
    await done(trial, at_least=2)
    assert {row["rule_pack_digest"] for row in (await trial.averages(period="P1D", at_least=3))[1:]} == {other.digest}


async def test_a_centre_that_ends_in_the_middle_goes_on_where_it_was_and_gets_the_same(tmp_path):
    folder = make_centre(tmp_path / "centre", simulated=True, intake_port=0, public_port=0)
    async with running(folder) as first:
        trial, gateway, before = await with_three_days(first)
        old = await values(trial)
        after = calibrated(before, trial.midnight_ms)
        await sent(trial, gateway, after)
        again = first.centre.housekeeping.again
        first.centre.recompute.submit = lambda works: None  # work is handed over and never comes back, as at a kill
        await approve(trial, after, reason="in the middle")
        await first.until(lambda: any(each.days for each in first.centre.registry.recomputations()))
        (asked,) = first.centre.registry.recomputations()
        assert (asked.state, again.days_left) == ("running", 3)
        now_ms = first.clock.at_ms
    async with running(folder, now_ms) as second:
        trial = Trial(second, trial.facility, trial.start_ms)
        (asked,) = await done(trial)
        assert (asked.days, asked.days_left, asked.reason) == (3, (), "in the middle")
        made = await values(trial, at_least=216)
        assert len(made) == len(old)
        assert set(made.values()) == {(1250.0, 1)}
        assert second.centre.registry.verify_audit() is None
