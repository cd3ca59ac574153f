"""Whether a configuration fits together: every reference, basis, span of validity; problems in words, never exceptions."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from tynys.domain.base import IDENTIFIER, is_identifier
from tynys.domain.component import CATALOGUE, ComponentKind
from tynys.domain.facility import DuctKind
from tynys.domain.flow_needs import VOLUME_UNITS, flow_needs
from tynys.domain.fuel import FUELS
from tynys.domain.limit import LimitKind, ScopeKind
from tynys.domain.plan import OnFailure, PeripheralSource
from tynys.domain.problem import Problem, unknown
from tynys.domain.quality_consistency import quality_problems
from tynys.domain.quantity import GasState, Moisture, Unit
from tynys.domain.regions import REGIONS
from tynys.domain.status import PlantState

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from tynys.domain.base import Dated
    from tynys.domain.configuration import FacilityConfiguration
    from tynys.domain.instrument import Channel
    from tynys.domain.plan import ComponentPlan, FlowPlan, MeasuringChain, Peripheral

_GAS_KINDS = (ComponentKind.POLLUTANT, ComponentKind.GREENHOUSE_GAS)
_VOLUMETRIC_UNITS = (Unit.MG_M3, Unit.MG_NM3, *VOLUME_UNITS)


def check_configuration(configuration: FacilityConfiguration) -> tuple[Problem, ...]:
    """Everything in a configuration that does not fit together, in the order of the document."""
    return tuple(_problems(configuration))


def _problems(c: FacilityConfiguration) -> Iterator[Problem]:
    yield from _identities(c)
    yield from _installation(c)
    for channel in c.channels:
        yield from _channel(channel, c)
    yield from _plan(c)
    yield from _limits(c)
    yield from quality_problems(c)


def _identities(c: FacilityConfiguration) -> Iterator[Problem]:
    if c.facility.region not in REGIONS:
        yield Problem("facility", "a region of ISO 3166-2:KZ", f'"{c.facility.region}"', f"One of {', '.join(sorted(REGIONS))}.")
    for what, ids in (
        ("facility", [c.facility.id]),
        ("plan", [c.plan.id]),
        ("units", [u.id for u in c.units]),
        ("sources", [s.id for s in c.sources]),
        ("points", [p.id for p in c.points]),
        ("analysers", [a.id for a in c.analysers]),
        ("channels", [ch.name for ch in c.channels]),
        ("channels", [str(ch.id) for ch in c.channels]),
        ("combustion_plants", [p.id for p in c.combustion_plants]),
        ("abatement", [a.id for a in c.abatement]),
        ("limits", [x.id for x in c.limits]),
    ):
        seen: set[str] = set()
        for name in ids:
            if not is_identifier(name):
                yield Problem(what, f"an identifier of {IDENTIFIER}", f'"{name}"', "Names for people stand in names.")
            if name in seen:
                yield Problem(what, "each identifier once", f'"{name}" twice', "Rename one of them.")
            seen.add(name)
    if c.plan.facility != c.facility.id:
        yield Problem("plan", f'facility "{c.facility.id}"', f'"{c.plan.facility}"')


def _installation(c: FacilityConfiguration) -> Iterator[Problem]:
    units = {u.id for u in c.units}
    sources = {s.id for s in c.sources}
    points = {p.id for p in c.points}
    channels = {ch.name for ch in c.channels}
    fuels = {*FUELS, *(f.id for f in c.fuels)}
    for unit in c.units:
        for fuel in unit.fuels:
            yield from unknown(f'unit "{unit.id}", fuels', "fuel", fuel, fuels)
    for plant in c.combustion_plants:
        for name in plant.units:
            yield from unknown(f'combustion plant "{plant.id}"', "unit", name, units)
    for device in c.abatement:
        yield from unknown(f'abatement device "{device.id}"', "unit", device.unit, units)
        yield from unknown(f'abatement device "{device.id}", state_channel', "channel", device.state_channel, channels)
    yield from _sources(c, units, sources, points, channels)


def _sources(
    c: FacilityConfiguration, units: Collection[str], sources: Collection[str], points: Collection[str], channels: Collection[str]
) -> Iterator[Problem]:
    for source in c.sources:
        if source.facility != c.facility.id:
            yield Problem(f'source "{source.id}"', f'facility "{c.facility.id}"', f'"{source.facility}"')
        if not source.methods:
            yield Problem(f'source "{source.id}"', "at least one dated method", "none", "Say ams, periodic_laboratory or calculation.")
        yield from _overlaps(f'source "{source.id}", methods', source.methods)
    for duct in c.ducts:
        where = f'duct from "{duct.unit}" to "{duct.source}"'
        yield from unknown(where, "unit", duct.unit, units)
        yield from unknown(where, "source", duct.source, sources)
        yield from unknown(f"{where}, damper_channel", "channel", duct.damper_channel, channels)
        if duct.kind is DuctKind.BYPASS and duct.damper_channel is None:
            hint = "Without it nobody knows when the gas goes around the cleaning."
            yield Problem(f"{where}, damper_channel", "the signal of a bypass's damper", "none", hint)
    for point in c.points:
        yield from unknown(f'point "{point.id}"', "source", point.source, sources)
        for name in point.units:
            yield from unknown(f'point "{point.id}", units', "unit", name, units)
        if not point.area_m2 > 0:
            yield Problem(
                f'point "{point.id}", area_m2', "an area above zero [m²]", repr(point.area_m2), "Flow is velocity times this area."
            )
    for analyser in c.analysers:
        yield from unknown(f'analyser "{analyser.id}"', "point", analyser.point, points)


def _overlaps(where: str, records: Sequence[Dated]) -> Iterator[Problem]:
    ordered = sorted(records, key=lambda r: r.valid_from)
    for earlier, later in pairwise(ordered):
        if earlier.valid_to is None or earlier.valid_to > later.valid_from:
            end = "open" if earlier.valid_to is None else earlier.valid_to.isoformat()
            yield Problem(
                where,
                "spans of validity that do not overlap",
                f"one to {end} and the next from {later.valid_from.isoformat()}",
                f"End the earlier one: valid_to = {later.valid_from.isoformat()}.",
            )
    for record in ordered:
        if record.valid_to is not None and record.valid_to <= record.valid_from:
            yield Problem(where, "valid_to after valid_from", f"{record.valid_from.isoformat()} to {record.valid_to.isoformat()}")


def _channel(channel: Channel, c: FacilityConfiguration) -> Iterator[Problem]:
    where = f'channel "{channel.name}"'
    yield from unknown(f"{where}, component", "component of the catalogue", channel.component, CATALOGUE)
    yield from unknown(f"{where}, point", "point", channel.point, {p.id for p in c.points})
    yield from unknown(f"{where}, of_unit", "unit", channel.of_unit, {u.id for u in c.units})
    yield from unknown(f"{where}, analyser", "analyser", channel.analyser, {a.id for a in c.analysers})
    if not channel.acquisition:
        yield Problem(f"{where}, acquisition", "a dated interval", "none", "Without it nobody knows how many readings are due.")
    yield from _overlaps(f"{where}, acquisition", channel.acquisition)
    for span in channel.acquisition:
        if span.interval_ms <= 0:
            yield Problem(f"{where}, interval_ms", "a whole number of milliseconds above zero", str(span.interval_ms))
    component = CATALOGUE.get(channel.component)
    if component is None:
        return
    is_gas = component.kind in _GAS_KINDS or component.id in {"o2", "h2o"}
    is_flow = component.kind is ComponentKind.FLOW
    if (is_gas or is_flow) and channel.basis is None and channel.point is not None:
        yield Problem(
            f"{where}, basis",
            "the basis of a gas or flow channel (moisture and gas_state)",
            "none",
            'For example basis = { moisture = "wet", gas_state = "actual" }. Nothing is assumed.',
        )
    if channel.basis is not None:
        normal = channel.basis.gas_state is GasState.NORMAL
        if channel.unit in _VOLUMETRIC_UNITS and normal != (channel.unit in {Unit.MG_NM3, Unit.NM3_H}):
            yield Problem(
                f"{where}, unit",
                "a unit that says the same as its basis",
                f'unit "{channel.unit}" with gas_state "{channel.basis.gas_state}"',
                "Normal conditions go with mg/Nm3 and Nm3/h, actual ones with mg/m3, m3/h and m3/s.",
            )
    if component.kind is ComponentKind.POLLUTANT and channel.unit is Unit.PPM and component.molar_mass_g_mol is None:
        yield Problem(f"{where}, unit", "a mass concentration (the component has no molar mass)", '"ppm"')


def _plan(c: FacilityConfiguration) -> Iterator[Problem]:
    sources = {s.id for s in c.sources}
    points = {p.id for p in c.points}
    channels = {ch.name: ch for ch in c.channels}
    seen: set[tuple[str, str, str | None]] = set()
    for plan in c.plan.components:
        where = f'plan of {plan.component} of "{plan.source}"'
        yield from unknown(where, "source", plan.source, sources)
        yield from unknown(where, "component of the catalogue", plan.component, CATALOGUE)
        yield from unknown(f"{where}, point", "point", plan.point, points)
        key = (plan.source, plan.component, plan.point)
        if key in seen:
            yield Problem(where, "one plan per source, component and point", "two", "List the second way to measure it as a chain.")
        seen.add(key)
        if not plan.chains:
            yield Problem(f"{where}, chains", "at least one measuring chain", "none")
        for chain in plan.chains:
            yield from _chain(f'{where}, chain "{chain.name}"', plan, chain, channels)
    yield from _states(c, channels)
    flow_keys: set[tuple[str, str]] = set()
    for flow in c.plan.flows:
        yield from _flow(flow, c, channels, flow_keys)


def _chain(where: str, plan: ComponentPlan, chain: MeasuringChain, channels: dict[str, Channel]) -> Iterator[Problem]:
    for name in chain.channels:
        yield from unknown(where, "channel", name, channels)
    if not chain.channels:
        yield Problem(f"{where}, channels", "at least one channel", "none")
    if len(chain.weights) != len(chain.channels):
        yield Problem(f"{where}, weights", f"{len(chain.channels)} weights, one per channel", str(len(chain.weights)))
    members = [channels[name] for name in chain.channels if name in channels]
    if len({(m.unit, m.basis) for m in members}) > 1:
        yield Problem(where, "channels of one unit and basis (they are summed)", ", ".join(f"{m.name} {m.unit}" for m in members))
    for role in ("o2", "h2o", "temperature", "pressure"):
        yield from _peripheral(f"{where}, {role}", getattr(chain, role), channels)
    yield from _ranges(where, chain, channels)
    for function in chain.calibrations:
        yield from unknown(f"{where}, calibration range", "range of the chain", function.range, {r.name for r in chain.ranges})
    alike: dict[tuple[str | None, str | None, str | None], list[Dated]] = {}
    for function in chain.calibrations:
        alike.setdefault((function.range, function.fuel, function.mode), []).append(function)
    for same in alike.values():
        yield from _overlaps(f"{where}, calibrations", same)
    for member in members[:1]:
        yield from _needs(where, plan, chain, member)


def _ranges(where: str, chain: MeasuringChain, channels: Collection[str]) -> Iterator[Problem]:
    """Ranges need a signal that tells which one is measured in; one may be the range where no signal is on."""
    if len(chain.ranges) > 1 and sum(band.selection_channel is None for band in chain.ranges) > 1:
        names = ", ".join(band.name for band in chain.ranges if band.selection_channel is None)
        yield Problem(f"{where}, ranges", "a selection signal for every range but one", f"none for {names}")
    for band in chain.ranges:
        yield from unknown(f'{where}, range "{band.name}"', "channel", band.selection_channel, channels)


def _needs(where: str, plan: ComponentPlan, chain: MeasuringChain, channel: Channel) -> Iterator[Problem]:
    """What a chain must know to bring its channel to reference conditions."""
    component = CATALOGUE.get(plan.component)
    if component is None or component.kind is not ComponentKind.POLLUTANT or channel.basis is None:
        return
    basis = channel.basis
    wanted: list[tuple[str, str]] = []
    if basis.gas_state is GasState.ACTUAL and channel.unit is not Unit.PPM:
        wanted += [("temperature", "the channel is at actual conditions"), ("pressure", "the channel is at actual conditions")]
    if basis.moisture is Moisture.WET:
        wanted.append(("h2o", "the channel measures wet gas"))
    if basis.o2_reference_pct is None:
        wanted.append(("o2", "the channel is not yet corrected to a reference oxygen"))
    for role, why in wanted:
        if getattr(chain, role) is None:
            yield Problem(f"{where}, {role}", f"a channel, constant or calculated value ({why})", "none")


def _peripheral(where: str, peripheral: Peripheral | None, channels: dict[str, Channel]) -> Iterator[Problem]:
    if peripheral is None:
        return
    if peripheral.source is PeripheralSource.CHANNEL:
        if peripheral.channel is None:
            yield Problem(where, "the name of a channel", "none")
        yield from unknown(where, "channel", peripheral.channel, channels)
    elif peripheral.constant is None:
        yield Problem(where, f"the {peripheral.source} value in constant", "none")
    if peripheral.source is PeripheralSource.CALCULATED and not peripheral.evidence:
        yield Problem(where, "the evidence of a calculated value", "none", "Name the document that shows how it was worked out.")
    if peripheral.on_failure is OnFailure.CONSTANT and peripheral.constant is None:
        yield Problem(where, "the constant that applies on failure", "none")


def _states(c: FacilityConfiguration, channels: dict[str, Channel]) -> Iterator[Problem]:
    units = {u.id for u in c.units}
    for rule in c.plan.states:
        where = f'state rule "{rule.state}" of "{rule.unit}"'
        yield from unknown(where, "unit", rule.unit, units)
        yield from unknown(where, "state", rule.state, tuple(PlantState))
        if not rule.conditions:
            yield Problem(where, "at least one condition", "none")
        for condition in rule.conditions:
            yield from unknown(where, "channel", condition.channel, channels)


def _flow(flow: FlowPlan, c: FacilityConfiguration, channels: dict[str, Channel], seen: set[tuple[str, str]]) -> Iterator[Problem]:
    where = f'flow of "{flow.source}" at "{flow.point}"'
    fuels = {**FUELS, **{fuel.id: fuel for fuel in c.fuels}}
    yield from unknown(where, "source", flow.source, {s.id for s in c.sources})
    yield from unknown(where, "point", flow.point, {p.id for p in c.points})
    yield from unknown(where, "channel", flow.channel, channels)
    yield from unknown(f"{where}, fuel", "fuel", flow.fuel, fuels)
    for role in ("o2", "h2o", "temperature", "pressure"):
        yield from _peripheral(f"{where}, {role}", getattr(flow, role), channels)
    if (flow.source, flow.point) in seen:
        yield Problem(where, "one flow per source and point", "two")
    seen.add((flow.source, flow.point))
    channel = channels.get(flow.channel)
    if channel is not None:
        for key, expected, came in flow_needs(flow, channel, fuels):
            yield Problem(f"{where}, {key}" if key else where, expected, came)


def _limits(c: FacilityConfiguration) -> Iterator[Problem]:
    known: dict[ScopeKind, Iterable[str]] = {
        ScopeKind.UNIT: {u.id for u in c.units},
        ScopeKind.SOURCE: {s.id for s in c.sources},
        ScopeKind.GROUP: {p.id for p in c.combustion_plants},
        ScopeKind.FACILITY: {c.facility.id},
    }
    for limit in c.limits:
        where = f'limit "{limit.id}"'
        yield from unknown(f"{where}, component", "component of the catalogue", limit.component, CATALOGUE)
        yield from unknown(f"{where}, scope", str(limit.scope_kind), limit.scope, set(known[limit.scope_kind]))
        if not limit.value > 0:
            yield Problem(f"{where}, value", "a number above zero", repr(limit.value))
        component = CATALOGUE.get(limit.component)
        pollutant = component is not None and component.kind is ComponentKind.POLLUTANT
        if pollutant and limit.kind is LimitKind.CONCENTRATION and limit.unit in {Unit.MG_M3, Unit.PPM}:
            hint = "State the limit at normal conditions."
            yield Problem(f"{where}, unit", "mg/Nm3, in which averages are made", f'"{limit.unit}"', hint)
        stated = {made.o2_reference_pct for made in c.plan.components if (made.source, made.component) == (limit.scope, limit.component)}
        if limit.o2_reference_pct is not None and stated and not stated & {None, limit.o2_reference_pct}:
            wanted = f"the {' or '.join(sorted(str(each) for each in stated))} vol % the plan brings its averages to"
            yield Problem(f"{where}, o2_reference_pct", wanted, repr(limit.o2_reference_pct))
