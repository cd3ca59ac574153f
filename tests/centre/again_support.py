"""Changes of a trial's plan whose past has to be computed again."""

from __future__ import annotations

import msgspec
from centre_support import DAY_MS, HOUR_MS

from tynys.domain.base import from_ms
from tynys.domain.plan import CalibrationFunction
from tynys.domain.quality import CalibrationReport, Parallel

MINUTE_MS = 60_000


def calibrated(configuration, from_time_ms, *, slope=1.25, past=True):
    """The configuration with a calibration function of its first chain from an instant on, and its report.

    With ``past`` the report, issued ten days later, says that it re-computes from that instant.
    """
    plan = configuration.plan
    (component, *others) = plan.components
    numbers = {"intercept": 0.0, "slope": slope, "valid_range_max": 5000.0}
    function = CalibrationFunction(valid_from=from_ms(from_time_ms), report="QAL2-1", **numbers)
    chain = msgspec.structs.replace(component.chains[0], calibrations=(function,))
    day = from_ms(from_time_ms + (10 * DAY_MS if past else 0))
    report = CalibrationReport(
        id="QAL2-1", source=component.source, component=component.component, chain=chain.name, laboratory="trial", accreditation="KZ.T.1",
        method="EN 14791", functional_test=day, fuel="ekibastuz_coal", load="full", performed=day, issued=day, elv=2000.0,
        permitted_uncertainty_pct=20.0, o2_reference_pct=6.0, pairs=(Parallel(x=1.0, y=slope),), procedure="a", r2=1.0, s_d=1.0,
        sigma_0=1.0, k_v=1.0, limit=1.0, passed=True, recomputes_from=from_ms(from_time_ms) if past else None, **numbers,
    )  # fmt: skip
    component = msgspec.structs.replace(component, chains=(chain, *component.chains[1:]))
    plan = msgspec.structs.replace(plan, id=f"{plan.id}-calibrated", components=(component, *others))
    return msgspec.structs.replace(configuration, plan=plan, calibration_reports=(report,))


async def days_of_readings(trial, gateway, days, *, so2=1000.0):
    """Whole local days of steady readings, one a minute, six hours a batch; the clock follows what is stored, so that all is final."""
    begin = trial.midnight_ms
    trial.at.clock.at_ms = max(trial.at.clock.at_ms, begin)
    for start in range(begin, begin + days * DAY_MS, 6 * HOUR_MS):
        end = start + 6 * HOUR_MS
        await trial.at.send(gateway, gateway.steady(start, end, so2=so2, interval_ms=MINUTE_MS, sealed_ms=start))
        trial.at.clock.at_ms = max(trial.at.clock.at_ms, end)
    for period, count in (("P1D", 1), ("PT1H", 24), ("PT20M", 72)):
        assert len(await trial.averages(period=period, at_least=days * count, where=lambda row: not row["provisional"])) == days * count


async def sent(trial, gateway, configuration):
    """The gateway sends a configuration, and the centre knows it."""
    await trial.at.send(gateway, gateway.seal(configuration=configuration))
    digest = configuration.digest().hex()
    await trial.at.until(lambda: any(plan.digest == digest for plan in trial.at.centre.plans.all()))


async def approve(trial, configuration, *, reason=""):
    """A person approves the plan through the API."""
    token = trial.at.centre.folder.admin_token.read_text().strip()
    answer = await trial.at.public.post(
        f"/api/v1/plans/{configuration.digest().hex()}/approve", headers={"Authorization": f"Bearer {token}"}, params={"reason": reason}
    )
    assert answer.status_code == 200, answer.text


async def done(trial, *, at_least=1):
    """The finished recomputations of a trial's facility."""

    def finished():
        found = trial.at.centre.registry.recomputations(facility=trial.facility)
        return len(found) >= at_least and all(each.state == "done" for each in found)

    await trial.at.until(finished)
    return trial.at.centre.registry.recomputations(facility=trial.facility)


async def values(trial, **arguments):
    """Value and revision of every average of a period by its start."""
    return {row["start"]: (row["value"], row["revision"]) for row in await trial.averages(**arguments)}
