"""Changes of a trial's plan whose past has to be computed again."""

from __future__ import annotations

import msgspec
from centre_support import DAY_MS, HOUR_MS, stamp

from tynys.domain.base import from_ms
from tynys.domain.plan import CalibrationFunction

MINUTE_MS = 60_000


def calibrated(configuration, from_time_ms, *, slope=1.25, valid_from_ms=None):
    """The configuration with a calibration function of its first chain from an instant on, and nothing else changed."""
    plan = configuration.plan
    (component, *others) = plan.components
    function = CalibrationFunction(valid_from=from_ms(from_time_ms), intercept=0.0, slope=slope, valid_range_max=5000.0, report="QAL2-1")
    chain = msgspec.structs.replace(component.chains[0], calibrations=(function,))
    component = msgspec.structs.replace(component, chains=(chain, *component.chains[1:]))
    changes = {} if valid_from_ms is None else {"valid_from": from_ms(valid_from_ms)}
    plan = msgspec.structs.replace(plan, id=f"{plan.id}-calibrated", components=(component, *others), **changes)
    return msgspec.structs.replace(configuration, plan=plan)


async def days_of_readings(trial, gateway, days, *, so2=1000.0, skip=()):
    """Whole local days of steady readings, one a minute, six hours a batch."""
    begin = trial.midnight_ms
    for start in range(begin, begin + days * DAY_MS, 6 * HOUR_MS):
        if start not in skip:
            await trial.at.send(gateway, gateway.steady(start, start + 6 * HOUR_MS, so2=so2, interval_ms=MINUTE_MS))
    await trial.averages(period="P1D", at_least=days)
    await trial.averages(at_least=72 * days - 18 * len(skip))


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


def starts(trial, first_ms, count, step_ms):
    """Instants as the API tells them."""
    return [stamp(first_ms + index * step_ms) for index in range(count)]
