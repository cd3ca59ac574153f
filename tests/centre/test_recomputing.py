"""A decision about the past is worked in: what it touches is computed again, the rest stays, and the old stays readable."""

import msgspec
import pytest
from again_support import MINUTE_MS, approve, calibrated, days_of_readings, done, sent, values
from centre_support import DAY_MS, HOUR_MS, SHORT_MS, stamp

from tynys.domain.base import from_ms

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_calibration_function_of_the_past_makes_new_revisions_from_its_begin_and_none_before(trial):
    before = trial.configuration(interval_ms=MINUTE_MS)
    gateway = await trial.gateway(simulated=False, configuration=before)
    await approve(trial, before)
    await days_of_readings(trial, gateway, 3)
    known = stamp(trial.at.centre.now_ms())
    old = {period: await values(trial, period=period) for period in ("PT20M", "PT1H", "P1D")}
    begin = trial.midnight_ms + DAY_MS + 10 * HOUR_MS
    after = calibrated(before, begin)
    trial.at.clock.at_ms += 1000
    await sent(trial, gateway, after)
    await approve(trial, after, reason="QAL2 of the spring")
    (asked,) = await done(trial)
    assert (asked.order.sources, asked.order.cause, asked.order.subject) == ((trial.source,), "plan", after.digest().hex())
    assert asked.reason == "QAL2 of the spring"
    assert (asked.days, asked.windows) == (2, 2 * 72 - 30)
    for period, length in (("PT20M", SHORT_MS), ("PT1H", HOUR_MS), ("P1D", DAY_MS)):
        for start, (value, revision) in (await values(trial, period=period)).items():
            touched = start >= stamp(begin) if period != "P1D" else start >= stamp(trial.midnight_ms + DAY_MS)
            assert revision == int(touched), (period, start)
            if period != "P1D":
                assert value == (1250.0 if touched else 1000.0)
        assert await values(trial, period=period, known=known) == old[period], length
    days = await values(trial, period="P1D")
    assert [value for value, _ in days.values()] == [1000.0, pytest.approx((30 * 1000.0 + 42 * 1250.0) / 72), 1250.0]
    assert asked.revised == 42 + 14 + 1 + 72 + 24 + 1


async def test_a_plan_that_changes_only_names_computes_nothing_again(trial):
    before = trial.configuration(interval_ms=MINUTE_MS)
    gateway = await trial.gateway(simulated=False, configuration=before)
    await approve(trial, before)
    await days_of_readings(trial, gateway, 1)
    after = trial.configuration(interval_ms=MINUTE_MS, plan_id="another.name")
    await sent(trial, gateway, after)
    await approve(trial, after)
    assert trial.at.centre.registry.recomputations(facility=trial.facility) == []


async def test_windows_closed_provisionally_are_made_again_too_and_stay_provisional(trial):
    before = trial.configuration(interval_ms=MINUTE_MS)
    gateway = await trial.gateway(simulated=False, configuration=before)
    await approve(trial, before)
    begin = trial.midnight_ms
    await trial.at.send(gateway, gateway.steady(begin, begin + SHORT_MS - 5 * MINUTE_MS, interval_ms=MINUTE_MS))
    trial.at.clock.at_ms = begin + 2 * HOUR_MS
    (provisional,) = await trial.averages(where=lambda row: row["status"] == "valid")
    assert provisional["provisional"]
    after = calibrated(before, begin - DAY_MS)
    await sent(trial, gateway, after)
    await approve(trial, after)
    await done(trial)
    (row,) = await trial.averages(where=lambda row: row["status"] == "valid")
    assert (row["value"], row["provisional"], row["revision"]) == (1250.0, True, 1)


async def test_a_function_whose_report_is_silent_about_the_past_counts_from_its_start_only(trial):
    before = trial.configuration(interval_ms=MINUTE_MS)
    gateway = await trial.gateway(simulated=False, configuration=before)
    await approve(trial, before)
    await days_of_readings(trial, gateway, 1)
    after = calibrated(before, trial.midnight_ms + 12 * HOUR_MS, past=False)
    await sent(trial, gateway, after)
    await approve(trial, after)
    (asked,) = await done(trial)
    assert asked.revised == 36 + 12 + 1
    report = msgspec.structs.replace(after.calibration_reports[0], issued=from_ms(trial.midnight_ms + DAY_MS))
    early = msgspec.structs.replace(after, calibration_reports=(report,))
    await trial.at.send(gateway, gateway.seal(configuration=early))
    await trial.at.until(lambda: "PLAN-INCONSISTENT" in {each.check for each in trial.findings()})
    assert len(trial.at.centre.plans.of_facility(trial.facility)) == 2
