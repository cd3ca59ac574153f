"""All windows of one measuring point: each channel's means made once, then its chains and its flow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tynys.calc.averaging import ChannelMeans, Due, Windows, channel_means, due
from tynys.calc.calibration import Circumstances
from tynys.calc.flow import dry_normal_flow, with_peripherals
from tynys.calc.measured import NO_DATA, NOT_OPERATING, O2_TOO_HIGH, PERIPHERAL_MISSING, TOO_FEW, VALID, Measured
from tynys.calc.standardise import Around, around, standardise
from tynys.calc.states import source_states
from tynys.calc.validity import Held, enough, part_edges, parts_met
from tynys.domain.quantity import Unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tynys.calc.arrays import Codes, Counts, Floats, Mask
    from tynys.calc.source import SourceWindows
    from tynys.calc.states import StateTrack
    from tynys.domain.instrument import Acquisition, Channel
    from tynys.domain.plan import ComponentPlan, FlowPlan, MeasuringChain


class PointWindows:
    """Windows of one measuring point of a source (or of the source as a whole, where it has one)."""

    def __init__(self, source: SourceWindows, units: tuple[str, ...]) -> None:
        self._s = source
        self.track: StateTrack = source_states(source.configuration, source.pack, source.signals, source.source, units=units)
        self._due: dict[tuple[Acquisition, ...], Due] = {}
        self._means: dict[str, ChannelMeans] = {}
        self._enough: dict[str, Mask] = {}
        self._sure: dict[str, Floats] = {}

    def means(self, name: str) -> ChannelMeans:
        """Means and counts of a channel."""
        if name not in self._means:
            self._means[name] = self._make(name)
        return self._means[name]

    def _make(self, name: str) -> ChannelMeans:
        s = self._s
        channel = s.channels.get(name)
        if channel is None:
            none = np.zeros(s.n, np.int64)
            return ChannelMeans(np.full(s.n, np.nan), none, none, none, none, none)
        return channel_means(s.signals.series(name), self._owed(channel), s.windows, self.track, s.pack)

    def _owed(self, channel: Channel) -> Due:
        s = self._s
        if channel.acquisition not in self._due:
            self._due[channel.acquisition] = due(channel.acquisition, s.windows, self.track, s.pack)
        return self._due[channel.acquisition]

    def enough(self, name: str) -> Mask:
        """Whether enough first level data of a channel are valid, as the pack asks of the period made from readings."""
        if name not in self._enough:
            made = self.means(name)
            self._enough[name] = made.fld_valid > 0 if self._s.validity is None else enough(self._s.validity, self.held(name))
        return self._enough[name]

    def held(self, name: str) -> Held:
        """What the windows hold of a channel; what the pack does not ask for is not counted."""
        s, made = self._s, self.means(name)
        rule, channel = s.validity, s.channels.get(name)
        in_all = made.fld_operating
        valid_ms, met = np.zeros(s.n), np.ones(s.n, np.bool_)
        if rule is not None and channel is not None and (rule.share_of_period is not None or rule.valid_minutes is not None):
            in_all = self._owed(channel).fld_expected
            valid_ms = (s.windows.end_ms - s.windows.start_ms) * made.fld_valid / np.maximum(in_all, 1)
        if rule is not None and channel is not None and rule.parts is not None:
            parts = Windows(*part_edges(s.windows.start_ms, s.windows.end_ms, rule.parts))
            of_part = channel_means(s.signals.series(name), due(channel.acquisition, parts, self.track, s.pack), parts, self.track, s.pack)
            met = parts_met(of_part.count_valid, of_part.count_operating, rule.parts)
        return Held(made.fld_valid, made.fld_operating, in_all, valid_ms, met)

    def mean(self, name: str) -> Floats:
        """Means of a channel, whatever their number of readings."""
        return self.means(name).mean

    def sure_mean(self, name: str) -> Floats:
        """Means of a peripheral; NaN where too few of its readings are valid."""
        if name not in self._sure:
            self._sure[name] = np.where(self.enough(name), self.means(name).mean, np.nan)
        return self._sure[name]

    def circumstances(self) -> Circumstances:
        """What the choice of calibration functions depends on."""
        s = self._s
        return Circumstances(s.windows.start_ms, s.states, s.fuels, self.mean)

    def around(self, plan: MeasuringChain | FlowPlan) -> Around:
        """Peripherals of a chain or a flow."""
        return around(plan, self._s.channels, self.sure_mean, self._s.n)

    def chain(self, plan: ComponentPlan, chain: MeasuringChain, reference: Floats, flow: Floats) -> Measured:
        """One chain, raw to standardised."""
        s = self._s
        parts = [self.means(name) for name in chain.channels]
        raw = _weighted_sum([p.mean for p in parts], chain.weights)
        given = self.around(chain)
        channel = s.channels[chain.channels[0]]
        made = standardise(
            chain, channel, plan.component, raw, given, reference, self.circumstances(), s.pack, keep=s.keeps(plan.component)
        )
        status = self.status(chain.channels)
        status[(status == VALID) & made.missing] = PERIPHERAL_MISSING
        status[(status == VALID) & made.o2_too_high] = O2_TOO_HIGH
        return Measured(
            chains=(chain.name,),
            unit=made.unit,
            chain=np.zeros(s.n, np.int64),
            status=status,
            raw=raw,
            calibrated=made.calibrated,
            dry=made.dry,
            value=made.value,
            standardised=made.standardised,
            around=given,
            count_valid=np.min([p.count_valid for p in parts], axis=0),
            count_expected=np.max([p.count_expected for p in parts], axis=0),
            count_operating=np.max([p.count_operating for p in parts], axis=0),
            fld_valid=np.min([p.fld_valid for p in parts], axis=0),
            fld_operating=np.max([p.fld_operating for p in parts], axis=0),
            outside_range=made.outside_range,
            flow=flow,
            o2_reference_pct=made.o2_reference_pct,
            uncertainty=made.uncertainty,
        )

    def status(self, names: Sequence[str]) -> Codes:
        """What the first level data of channels taken together say of each window."""
        parts = [self.means(name) for name in names]
        valid: Counts = np.min([p.fld_valid for p in parts], axis=0)
        operating: Counts = np.max([p.fld_operating for p in parts], axis=0)
        status = np.full(self._s.n, VALID, np.uint8)
        for name in names:
            status[~self.enough(name)] = TOO_FEW
        status[valid == 0] = NO_DATA
        status[operating == 0] = NOT_OPERATING
        return status

    def flow(self, plan: FlowPlan) -> Measured:
        """The flow of the point, dry, normal, at measured oxygen."""
        s = self._s
        made = self.means(plan.channel)
        given = self.around(with_peripherals(plan, s.configuration))
        channel = s.channels[plan.channel]
        area = next((p.area_m2 for p in s.configuration.points if p.id == plan.point), np.nan)
        flow = dry_normal_flow(plan, channel, area, made.mean, given, s.pack, s.configuration.fuels)
        status = self.status((plan.channel,))
        status[(status == VALID) & np.isnan(flow)] = PERIPHERAL_MISSING
        flow = np.where(status == VALID, flow, np.nan)
        nothing = np.full(s.n, np.nan)
        return Measured(
            chains=(plan.channel,),
            unit=Unit.NM3_H,
            chain=np.zeros(s.n, np.int64),
            status=status,
            raw=made.mean,
            calibrated=made.mean * plan.profile_factor,
            dry=flow,
            value=flow,
            standardised=flow,
            around=given,
            count_valid=made.count_valid,
            count_expected=made.count_expected,
            count_operating=made.count_operating,
            fld_valid=made.fld_valid,
            fld_operating=made.fld_operating,
            outside_range=np.zeros(s.n, np.bool_),
            flow=flow,
            o2_reference_pct=nothing,
            uncertainty=nothing,
        )


def _weighted_sum(means: Sequence[Floats], weights: Sequence[float]) -> Floats:
    if len(means) == 1 and tuple(weights) == (1.0,):
        return means[0]
    total = means[0] * weights[0]
    for mean, weight in zip(means[1:], weights[1:], strict=True):
        total = total + mean * weight
    return total
