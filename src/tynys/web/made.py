"""How a number was made: the steps of one average, from the raw mean to the reported value, each with what it was made from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from tynys.domain.base import from_ms, utc_text
from tynys.domain.status import AverageStatus

if TYPE_CHECKING:
    from tynys.domain.average import Average
    from tynys.domain.configuration import FacilityConfiguration
    from tynys.domain.plan import CalibrationFunction, MeasuringChain
    from tynys.present.voice import Voice


def explain(
    voice: Voice, average: Average, configuration: FacilityConfiguration | None, now_ms: int, *, api_path: str, latest: Average | None
) -> dict[str, Any]:
    """The panel "How 412 was made"."""
    length = average.end_ms - average.start_ms
    address = f"/source/{average.source}?" + urlencode({"component": average.component, "at": average.start_ms - length})
    later = latest is not None and average.start_ms < latest.start_ms
    data = {
        "source": average.source,
        "component": average.component,
        "period": average.period,
        "start": utc_text(average.start_ms),
        "end": utc_text(average.end_ms),
    }
    return {
        "value": value_words(voice, average),
        "known": average.value is not None,
        "title": voice.t(
            "made.window",
            component=voice.component(average.component),
            start=voice.moment(average.start_ms, now_ms),
            end=voice.clock_zone(average.end_ms),
        ),
        "provisional": average.provisional,
        "steps": steps(voice, average, configuration),
        "earlier": f"{address}#h-made",
        "later": address.replace(str(average.start_ms - length), str(average.start_ms + length)) + "#h-made" if later else "",
        "data": f"{api_path}/averages?{urlencode(data)}",
        "whole": f"/source/{average.source}/made?"
        + urlencode({"component": average.component, "period": average.period, "start": average.start_ms}),
    }


def value_words(voice: Voice, average: Average) -> str:
    """The number the panel is about; a dash where there is none."""
    return voice.measured(average.value)


def steps(voice: Voice, average: Average, configuration: FacilityConfiguration | None) -> list[dict[str, str]]:
    """The steps in order; a step whose value is not known is left out."""
    found = []
    chain = chain_of(average, configuration)
    raw_unit = raw_unit_of(voice, chain, configuration) or voice.unit(average.unit)
    counted = voice.t("made.counted", valid=voice.number(average.count_valid), expected=voice.number(average.count_expected))
    if average.raw is not None:
        channels = ", ".join(chain.channels) if chain else average.chain
        found.append(step(voice.t("made.raw"), f"{voice.number(average.raw, 1)} {raw_unit}", join(counted, channels)))
    if average.calibrated is not None:
        function = calibration_of(chain, average)
        detail = voice.t("made.no_function") if function is None else function_words(voice, function)
        found.append(step(voice.t("made.calibrated"), f"{voice.number(average.calibrated, 1)} {raw_unit}", detail))
    parts = peripheral_words(voice, average)
    standardised = average.standardised if average.standardised is not None else average.value
    if standardised is not None and average.value is not None:
        shown = f"{voice.number(standardised, 1)} {voice.unit(average.unit)}"
        if average.o2_reference_pct is not None:
            parts.append(voice.t("made.o2_reference", value=voice.number(average.o2_reference_pct, 1)))
        found.append(step(voice.t("made.standardised"), shown, join(*parts) if parts else voice.t("made.already")))
        if average.deduction is not None:
            found.append(
                step(voice.t("made.deducted"), f"−{voice.number(average.deduction, 1)} {voice.unit(average.unit)}", average.rule_pack)
            )
    elif parts:
        found.append(step(voice.t("made.standardised"), "—", join(*parts)))
    status = voice.known("average_status", str(average.status))
    packed = voice.t("made.pack", pack=average.rule_pack or "—", revision=average.revision)
    reported = f"{voice.measured(average.value)} {voice.unit(average.unit)}" if average.value is not None else "—"
    detail = join(status, counted if average.raw is None else "", packed, voice.known("origin", str(average.origin)))
    if average.outside_calibration_range:
        detail = join(detail, voice.t("made.outside"))
    found.append(
        step(voice.t("made.reported") if average.status == AverageStatus.VALID else voice.t("made.not_reported"), reported, detail)
    )
    if average.mass_g_s is not None:
        flow = f"{voice.number(average.flow_dry_nm3_h)} {voice.unit('Nm3/h')}" if average.flow_dry_nm3_h is not None else ""
        found.append(step(voice.t("made.mass"), f"{voice.number(average.mass_g_s, 1)} {voice.unit('g/s')}", flow))
    return found


def step(title: str, value: str, detail: str) -> dict[str, str]:
    """One step."""
    return {"title": title, "value": value, "detail": detail}


def join(*parts: str) -> str:
    """Details in one line."""
    return " · ".join(part for part in parts if part)


def chain_of(average: Average, configuration: FacilityConfiguration | None) -> MeasuringChain | None:
    """The measuring chain the average came through, as the plan names it."""
    if configuration is None:
        return None
    chains = [
        chain
        for plan in configuration.plan.components
        if plan.source == average.source and plan.component == average.component
        for chain in plan.chains
    ]
    return next((chain for chain in chains if chain.name == average.chain), chains[0] if chains else None)


def raw_unit_of(voice: Voice, chain: MeasuringChain | None, configuration: FacilityConfiguration | None) -> str:
    """The unit of the chain's channel, with wet or dry where its basis says so."""
    if chain is None or configuration is None:
        return ""
    channel = next((channel for channel in configuration.channels if channel.name in chain.channels), None)
    if channel is None:
        return ""
    basis = voice.t(f"basis.{channel.basis.moisture}") if channel.basis else ""
    return f"{voice.unit(channel.unit)} {basis}".strip()


def calibration_of(chain: MeasuringChain | None, average: Average) -> CalibrationFunction | None:
    """The function in force in the window."""
    moment = from_ms(average.start_ms)
    return next((function for function in (chain.calibrations if chain else ()) if function.in_force(moment)), None)


def function_words(voice: Voice, function: CalibrationFunction) -> str:
    """A calibration function: its line, its date, its report."""
    intercept, slope = voice.number(function.intercept, 3), voice.number(function.slope, 4)
    day = voice.civil_day(function.valid_from.date(), year=True)
    return voice.t("made.function", intercept=intercept, slope=slope, day=day, report=voice.marked(function.report))


def peripheral_words(voice: Voice, average: Average) -> list[str]:
    """Temperature, pressure, moisture and oxygen the value was brought to normal with."""
    found = []
    for name, value, places, unit in (
        ("temperature", average.temperature_c, 0, "°C"),
        ("pressure", average.pressure_kpa, 1, "kPa"),
        ("h2o", average.h2o_pct, 1, "%"),
        ("o2", average.o2_dry_pct, 2, "%"),
    ):
        if value is not None:
            found.append(f"{voice.sign(name)} {voice.number(value, places)}\u00a0{voice.unit(unit)}")
    return found
