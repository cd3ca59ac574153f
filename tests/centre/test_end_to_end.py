"""A gateway, a line, a centre: batches in, averages out."""

import math

import numpy as np
import pytest
from centre_support import DAY_MS, HOUR_MS, SHORT_MS, TinyGateway, stamp

from tynys.centre.windows import CLOSE_AFTER_MS
from tynys.domain.average import ReportedAverage
from tynys.domain.status import AverageStatus
from tynys.wire.chain import ChainVerdict
from tynys.wire.receipts import Outcome

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_covered_window_is_final_at_once_and_a_receipt_means_stored(trial):
    gateway = TinyGateway(facility=trial.facility)
    assert (await trial.at.enrol(gateway))["simulated"] is True
    before = trial.at.centre.journal.last_position
    sealed = gateway.seal(configuration=trial.configuration()), gateway.steady(trial.start_ms, trial.start_ms + SHORT_MS)
    reply = await trial.at.send(gateway, *sealed)
    assert [receipt.outcome for receipt in reply.receipts] == [Outcome.STORED, Outcome.STORED]
    assert [receipt.chain for receipt in reply.receipts] == [ChainVerdict.FIRST, ChainVerdict.LINKED]
    assert [receipt.position - before for receipt in reply.receipts] == [1, 2]
    assert all(receipt.plan_known for receipt in reply.receipts)
    (average,) = await trial.averages()
    assert average["value"] == 1000.0
    assert average["provisional"] is False
    assert average["count_valid"] == average["count_expected"] == 240
    assert average["start"] == stamp(trial.start_ms)


async def test_a_batch_sent_twice_is_stored_once(trial):
    gateway = await trial.gateway()
    envelope = gateway.steady(trial.start_ms, trial.start_ms + 5000)
    first = (await trial.at.send(gateway, envelope)).receipts[0]
    again = (await trial.at.send(gateway, envelope)).receipts[0]
    assert (first.outcome, first.chain) == (Outcome.STORED, ChainVerdict.LINKED)
    assert again.outcome is Outcome.DUPLICATE
    assert first.position == again.position
    readings = await trial.at.get("/readings", source=trial.source, start=stamp(trial.start_ms), end=stamp(trial.start_ms + HOUR_MS))
    assert len(readings["items"]) == 2


async def test_a_gap_makes_the_window_provisional_and_late_data_make_a_new_revision(trial):
    gateway, begin = await trial.gateway(), trial.start_ms
    first = gateway.steady(begin, begin + SHORT_MS - 60_000)
    late = gateway.steady(begin + SHORT_MS - 60_000, begin + SHORT_MS, so2=3000.0)
    after = gateway.steady(begin + SHORT_MS, begin + SHORT_MS + 5000)
    replies = [await trial.at.send(gateway, each) for each in (first, after)]
    assert replies[1].receipts[0].chain is ChainVerdict.GAP_BEFORE
    trial.at.clock.at_ms = begin + SHORT_MS + CLOSE_AFTER_MS
    (provisional,) = await trial.averages()
    assert (provisional["provisional"], provisional["revision"], provisional["value"]) == (True, 0, 1000.0)
    trial.at.clock.at_ms += 300_000
    assert (await trial.at.send(gateway, late)).receipts[0].chain is ChainVerdict.LINKED
    (final,) = await trial.averages(where=lambda item: not item["provisional"])
    assert (final["revision"], final["value"]) == (1, 1100.0)
    place = {"source": trial.source, "component": "so2", "start": stamp(begin)}
    revisions = (await trial.at.get("/averages/revisions", **place))["items"]
    assert [(each["revision"], each["value"]) for each in revisions] == [(0, 1000.0), (1, 1100.0)]
    assert revisions[0]["superseded"] == revisions[1]["known"]
    before = await trial.averages(known=provisional["known"])
    assert [each["revision"] for each in before] == [0]
    rows = (await trial.at.get("/gateways"))["items"]
    assert [(row["chain_verdict"], row["missing_batches"]) for row in rows if row["facility"] == trial.facility] == [("linked", 0)]


async def test_a_silent_gateway_still_gets_its_windows_and_they_say_no_data(trial):
    gateway = await trial.gateway()
    await trial.at.send(gateway, gateway.steady(trial.start_ms, trial.start_ms + SHORT_MS))
    trial.at.clock.at_ms = trial.start_ms + 2 * SHORT_MS + CLOSE_AFTER_MS
    rows = await trial.averages(at_least=2)
    assert [(row["provisional"], row["status"]) for row in rows] == [(False, "valid"), (True, "no_data")]
    assert rows[1]["value"] is None


async def test_hours_and_days_follow_from_the_shorter_windows(trial):
    gateway = await trial.gateway()
    midnight = trial.midnight_ms + DAY_MS
    for start in range(midnight, midnight + DAY_MS, 2 * HOUR_MS):
        value = 1000.0 + (start - midnight) // HOUR_MS
        await trial.at.send(gateway, gateway.seal(trial.blocks(start, start + 2 * HOUR_MS, so2=value), (start, start + 2 * HOUR_MS)))
    hours = await trial.averages(period="PT1H", at_least=24)
    assert [row["value"] for row in hours] == [1000.0 + hour - hour % 2 for hour in range(24)]
    (day,) = await trial.averages(period="P1D")
    assert day["value"] == 1011.0
    assert day["provisional"] is False
    assert len(await trial.averages(at_least=72)) == 72


async def test_a_recorded_day_is_averaged_in_one_piece(trial):
    configuration = trial.configuration(history_ms=90 * DAY_MS)
    await trial.gateway(configuration=configuration)
    history = await trial.gateway(role="history", configuration=configuration)
    for day in (1, 2):
        span = (trial.midnight_ms - day * DAY_MS, trial.midnight_ms - (day - 1) * DAY_MS)
        await trial.at.send(history, history.seal(trial.blocks(*span, so2=500.0 * day, interval_ms=60_000), span))
    rows = await trial.averages(at_least=144)
    assert len(rows) == 144
    assert {row["count_valid"] for row in rows} == {20}
    assert [row["value"] for row in await trial.averages(period="P1D", at_least=2)] == [1000.0, 500.0]
    assert len(await trial.averages(period="PT1H", at_least=48)) == 48


async def test_a_recorded_day_of_utc_gets_its_local_days_from_both_batches(trial):
    configuration = trial.configuration(history_ms=90 * DAY_MS)
    history = await trial.gateway(role="history", configuration=configuration)
    for day in (1, 2):
        end = trial.start_ms - (day - 1) * DAY_MS - 10 * DAY_MS
        span = (end - DAY_MS, end)
        await trial.at.send(history, history.seal(trial.blocks(*span, so2=500.0 * day, interval_ms=60_000), span))
    (day,) = await trial.averages(period="P1D", where=lambda row: not row["provisional"])
    assert math.isclose(day["value"], (19 * 500.0 + 5 * 1000.0) / 24)


async def test_one_reading_an_hour_is_its_own_hourly_average_to_the_last_digit(trial):
    values = [82.311 + 0.1 * n for n in range(24)]
    gateway = await trial.gateway(role="history", configuration=trial.configuration(interval_ms=HOUR_MS))
    blocks = [
        trial.block("stack-1.so2", trial.midnight_ms, values, interval_ms=HOUR_MS),
        trial.block("stack-1.o2", trial.midnight_ms, [6.0] * 24, interval_ms=HOUR_MS),
    ]
    await trial.at.send(gateway, gateway.seal(blocks, (trial.midnight_ms, trial.midnight_ms + DAY_MS)))
    hours = await trial.averages(period="PT1H", at_least=24)
    assert [row["raw"] for row in hours] == values
    assert await trial.averages(period="PT20M", within_s=0.2) == []
    (day,) = await trial.averages(period="P1D")
    assert math.isclose(day["raw"], sum(values) / 24, rel_tol=1e-15)


async def test_gap_rows_are_stored_with_their_cause_and_listed(trial):
    gateway = await trial.gateway()
    block = trial.block("stack-1.so2", trial.start_ms, [1.0, math.nan, math.nan, 4.0])
    await trial.at.send(gateway, gateway.seal([block], (trial.start_ms, trial.start_ms + 20_000)))
    span = {"start": stamp(trial.start_ms), "end": stamp(trial.start_ms + 60_000)}
    readings = await trial.at.get("/readings", channel=str(block.channel), **span)
    told = [(item["value"], item["cause"]) for item in readings["items"]]
    assert told == [(1.0, None), (None, "no_answer"), (None, "no_answer"), (4.0, None)]
    gap = next(gap for gap in (await trial.at.get("/gaps"))["items"] if gap["gateway"] == str(gateway.id))
    assert (gap["channel"], gap["count"], gap["start"]) == ("stack-1.so2", 2, stamp(trial.start_ms + 5000))


async def test_the_plants_own_average_is_kept_and_a_difference_is_a_finding(trial):
    gateway = await trial.gateway()
    reported = ReportedAverage(trial.source, "so2", "PT20M", trial.start_ms, 1000.5, AverageStatus.VALID, 240, 240)
    span = (trial.start_ms, trial.start_ms + SHORT_MS)
    await trial.at.send(gateway, gateway.seal(trial.blocks(*span), span, averages=(reported,)))
    origins = {row["origin"]: row["value"] for row in await trial.averages(at_least=2)}
    assert origins == {"computed": 1000.0, "reported_by_plant": 1000.5}
    assert {row["unit"] for row in await trial.averages(at_least=2)} == {"mg/Nm3"}
    await trial.at.until(trial.findings)
    (finding,) = (await trial.at.get("/findings", subject=trial.source))["items"]
    assert (finding["check"], finding["evidence"]["computed"], finding["evidence"]["reported"]) == ("AVERAGE-DIFFERS", "1000.0", "1000.5")


async def test_a_plan_nobody_approved_is_receipted_not_averaged_and_averaged_after_approval(trial):
    configuration = trial.configuration()
    gateway = await trial.gateway(simulated=False, configuration=configuration)
    reply = await trial.at.send(gateway, gateway.steady(trial.start_ms, trial.start_ms + SHORT_MS))
    assert [(receipt.outcome, receipt.plan_known) for receipt in reply.receipts] == [(Outcome.STORED, False)]
    assert await trial.averages(within_s=0.6) == []
    await trial.at.until(trial.findings)
    assert [each.check for each in trial.findings()] == ["PLAN-NOT-APPROVED"]
    digest = configuration.digest().hex()
    assert (await trial.at.public.post(f"/api/v1/plans/{digest}/approve")).status_code == 403
    token = trial.at.centre.folder.admin_token.read_text().strip()
    answer = await trial.at.public.post(f"/api/v1/plans/{digest}/approve", headers={"Authorization": f"Bearer {token}"})
    assert answer.json()["state"] == "approved"
    (average,) = await trial.averages()
    assert average["value"] == 1000.0


async def test_batches_without_any_plan_are_kept_are_a_finding_and_are_averaged_when_a_plan_comes(trial):
    gateway = TinyGateway(facility=trial.facility)
    await trial.at.enrol(gateway)
    receipt = (await trial.at.send(gateway, gateway.steady(trial.start_ms, trial.start_ms + SHORT_MS))).receipts[0]
    assert (receipt.outcome, receipt.plan_known) == (Outcome.STORED, False)
    await trial.at.until(trial.findings)
    assert [each.check for each in trial.findings()] == ["PLAN-UNKNOWN"]
    await trial.at.send(gateway, gateway.seal(configuration=trial.configuration()))
    (average,) = await trial.averages()
    assert average["value"] == 1000.0


async def test_views_show_the_running_window_against_the_limit(trial):
    gateway = await trial.gateway()
    await trial.at.send(gateway, gateway.steady(trial.start_ms, trial.start_ms + SHORT_MS // 2, so2=1900.0))
    queries = trial.at.centre.queries
    source = await queries.source(trial.source)
    (so2,) = source.components
    assert (so2.now, so2.mean_so_far, so2.limit, so2.standing.value) == (1900.0, 1900.0, 2000.0, "near")
    assert 0.49 < so2.elapsed_share < 0.51
    assert so2.exceedance_probability == 0.0
    assert source.simulated
    assert trial.facility in [view.facility for view in (await queries.nation()).facilities]
    chart = await queries.chart(trial.source, "so2", "readings", trial.start_ms, trial.start_ms + SHORT_MS, 50)
    assert len(chart.start_ms) <= 50
    assert set(chart.maximum) == {1900.0}
    calendar = await queries.calendar(trial.source, 2026)
    assert calendar[0].date == "2026-01-01"


async def test_what_was_measured_in_the_window_before_tells_how_likely_the_open_one_is_to_exceed(trial):
    gateway = await trial.gateway()
    wandering = 2000.0 + 40.0 * np.random.default_rng(3).standard_normal(SHORT_MS // 5000)
    await trial.at.send(gateway, gateway.steady(trial.start_ms, trial.start_ms + SHORT_MS, so2=wandering))
    await trial.at.send(gateway, gateway.steady(trial.start_ms + SHORT_MS, trial.start_ms + SHORT_MS + 120_000, so2=wandering[:24]))
    source = (await trial.at.public.get(f"/api/v1/sources/{trial.source}")).json()
    (so2,) = source["components"]
    assert so2["window_start"].endswith(("00:00Z", "20:00Z", "40:00Z"))
    assert 0.0 < so2["exceedance_probability"] < 1.0
    assert (so2["exceedance_probability"] > 0.5) == (so2["forecast"] > so2["limit"])
