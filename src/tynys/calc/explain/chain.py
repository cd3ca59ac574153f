"""The steps of one measuring chain in one window: readings, raw mean, calibration, conversions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tynys.calc.calibration import applicable
from tynys.calc.explain.model import ChannelRead, Quantity, Step, known, note, of_pack
from tynys.calc.explain.oxygen import oxygen_steps
from tynys.calc.reference import MOLAR_VOLUME_NM3_KMOL, NORMAL_K, ppm_to_mg_nm3, to_dry, to_normal
from tynys.calc.series import between
from tynys.domain.component import component
from tynys.domain.plan import OnFailure, PeripheralSource
from tynys.domain.quantity import GasState, Moisture, Unit
from tynys.domain.status import InstrumentStatus

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from tynys.calc.arrays import Floats
    from tynys.calc.measured import Measured
    from tynys.calc.point import PointWindows
    from tynys.calc.source import SourceWindows
    from tynys.domain.instrument import Channel
    from tynys.domain.plan import ComponentPlan, MeasuringChain
    from tynys.domain.quantity import Basis

_ROLES = (("o2", "O2", "%"), ("h2o", "H2O", "%"), ("temperature", "T", "°C"), ("pressure", "p", "kPa"))
_FACTOR_UNIT = "1"


def read_channel(source: SourceWindows, point: PointWindows, at: int, name: str) -> ChannelRead:
    """One channel's readings in window ``at``: where they are, and how many had each status."""
    channel, made = source.channels[name], point.means(name)
    start, end = int(source.windows.start_ms[at]), int(source.windows.end_ms[at])
    inside = between(source.signals.series(name), start, end)
    counts = np.bincount(inside.status, minlength=max(InstrumentStatus) + 1)
    return ChannelRead(
        channel=str(channel.id),
        name=name,
        component=channel.component,
        unit=str(channel.unit),
        start_ms=start,
        end_ms=end,
        mean=known(made.mean[at]),
        count_by_status=tuple(int(counts[status]) for status in InstrumentStatus),
        count_valid=int(made.count_valid[at]),
        count_expected=int(made.count_expected[at]),
        count_operating=int(made.count_operating[at]),
        fld_valid=int(made.fld_valid[at]),
        fld_operating=int(made.fld_operating[at]),
    )


class ChainSteps:
    """The steps of one chain at one window of its source.

    Parameters
    ----------
    made : Measured
        The chain's own result, of all windows.
    at : int
        Which window.
    """

    def __init__(
        self, source: SourceWindows, point: PointWindows, plan: ComponentPlan, chain: MeasuringChain, made: Measured, at: int
    ) -> None:
        self._s, self._point, self._plan, self._chain, self._made, self._at = source, point, plan, chain, made, at
        self._channel: Channel = source.channels[chain.channels[0]]

    def steps(self) -> Iterator[Step]:
        """In order; they stop where a number is missing."""
        yield self.readings(self._chain.channels)
        yield from self._raw()
        if not np.isnan(self._made.raw[self._at]):
            yield from self._calibrated()
            for step in self._standardised():
                yield step
                if step.formula and step.result is not None and step.result.value is None:
                    return

    def readings(self, names: tuple[str, ...], kind: str = "readings") -> Step:
        """How many readings of some channels had each status, and where they are."""
        first = self._s.pack.averaging.first_level
        reads = tuple(self.read(name) for name in dict.fromkeys(names))
        return Step(kind, clause=first.clause, certainty=first.certainty, channels=reads, notes=(note("first_level", period=first.period),))

    def read(self, name: str) -> ChannelRead:
        """One channel's readings in the window."""
        return read_channel(self._s, self._point, self._at, name)

    def _raw(self) -> Iterator[Step]:
        unit, i = str(self._channel.unit), self._at
        means = [
            Quantity(f"x{k}" if len(self._chain.channels) > 1 else "x", known(self._point.means(name).mean[i]), unit, "measured", name)
            for k, name in enumerate(self._chain.channels, 1)
        ]
        result = Quantity("x", known(self._made.raw[i]), unit)
        if len(means) == 1 and self._chain.weights == (1.0,):
            yield Step("raw", "mean", tuple(means), result, clause="EN 17255-1")
            return
        weights = [Quantity(f"w{k}", weight, _FACTOR_UNIT, "plan", self._chain.name) for k, weight in enumerate(self._chain.weights, 1)]
        yield Step("combined", "weighted_sum", (*weights, *means), result, clause="EN 14792")

    def _calibrated(self) -> Iterator[Step]:
        unit, i = str(self._channel.unit), self._at
        raw, result = Quantity("x", known(self._made.raw[i]), unit), Quantity("y", known(self._made.calibrated[i]), unit)
        if self._channel.basis is not None and self._channel.basis.calibrated:
            yield Step("calibration", "", (raw,), result, clause="EN 14181", notes=(note("calibrated_in_instrument"),))
            return
        chosen = int(applicable(self._chain, self._point.circumstances())[i])
        if chosen < 0:
            yield Step("calibration", "", (raw,), result, clause="EN 14181", notes=(note("no_function"),))
            return
        function = self._chain.calibrations[chosen]
        intercept = Quantity("a", function.intercept, unit, "plan", function.report)
        slope = Quantity("b", function.slope, _FACTOR_UNIT, "plan", function.report)
        notes = [note("function", report=function.report, day=function.valid_from.date().isoformat())]
        if self._made.outside_range[i]:
            notes.append(note("outside_range", highest=function.valid_range_max))
        yield Step("calibration", "calibration", (intercept, slope, raw), result, clause="EN 14181", notes=tuple(notes))

    def _standardised(self) -> Iterator[Step]:
        i, unit = self._at, str(self._made.unit)
        yield from self.peripherals()
        value, basis = self._made.calibrated, self._channel.basis
        if self._made.unit is not Unit.MG_NM3 or basis is None:
            if self._made.dry[i] != value[i]:
                yield self._drying(value, self._made.dry, unit)
            return
        value = yield from self._to_dry_normal(value, basis)
        yield from oxygen_steps(self._s, self._plan, self._made, self._at, value, basis.o2_reference_pct)

    def peripherals(self) -> Iterator[Step]:
        """What the value is brought to reference conditions with: means, constants, and oxygen of wet gas dried."""
        i, given = self._at, self._made.around
        values = {"o2": given.o2_dry_pct, "h2o": given.h2o_pct, "temperature": given.temperature_c, "pressure": given.pressure_kpa}
        found, names = [], []
        for role, symbol, unit in _ROLES:
            plan = getattr(self._chain, role)
            if plan is None:
                continue
            measured = plan.source is PeripheralSource.CHANNEL and plan.channel in self._s.channels
            if measured:
                names.append(plan.channel)
            mean = self._point.sure_mean(plan.channel)[i] if measured else np.nan
            fills = not measured or (np.isnan(mean) and plan.on_failure is OnFailure.CONSTANT)
            origin, of = ("plan", plan.evidence or self._chain.name) if fills else ("measured", plan.channel or "")
            found.append(Quantity(symbol, known(values[role][i]), unit, origin, of))
            wet = measured and not fills and self._wet(plan.channel)
            if wet and role == "o2":
                moist = Quantity("H2O", known(given.h2o_pct[i]), "%")
                measured_wet = Quantity("O2_wet", known(mean), "%", "measured", plan.channel or "")
                yield Step("oxygen_dried", "o2_dry", (measured_wet, moist), found[-1], clause="EN 17255-1")
                found[-1] = Quantity(symbol, known(values[role][i]), unit)
        if found:
            read = tuple(self.read(name) for name in dict.fromkeys(names))
            yield Step("peripherals", "", tuple(found), channels=read, clause="EN 17255-1")

    def _wet(self, name: str) -> bool:
        basis = self._s.channels[name].basis
        return basis is not None and basis.moisture is Moisture.WET

    def _drying(self, before: Floats, after: Floats, unit: str) -> Step:
        i = self._at
        wet, moist = Quantity("c", known(before[i]), unit), Quantity("H2O", known(self._made.around.h2o_pct[i]), "%")
        moisture = self._s.pack.conditions.moisture
        return Step("dry", "dry", (wet, moist), Quantity("c_dry", known(after[i]), unit), moisture.clause, moisture.certainty)

    def _to_dry_normal(self, value: Floats, basis: Basis) -> Generator[Step, None, Floats]:
        i, given, normal = self._at, self._made.around, self._s.pack.conditions
        unit = str(Unit.MG_NM3)
        if self._channel.unit is Unit.PPM:
            species = basis.expressed_as or self._plan.component
            molar = component(species).molar_mass_g_mol or np.nan
            after = ppm_to_mg_nm3(value, molar)
            inputs: tuple[Quantity, ...] = (
                Quantity("y", known(value[i]), str(Unit.PPM)),
                Quantity("M", molar, "g/mol", "constant", species),
                Quantity("V_m", MOLAR_VOLUME_NM3_KMOL, "Nm3/kmol", "constant"),
            )
            yield Step("weighed", "ppm_to_mg", inputs, Quantity("c", known(after[i]), unit), clause="EN 17255-1")
            value = after
        elif basis.gas_state is GasState.ACTUAL:
            normal_k, normal_kpa = normal.temperature_k, normal.pressure_kpa
            after = to_normal(value, given.temperature_c, given.pressure_kpa, normal_k=normal_k.value, normal_kpa=normal_kpa.value)
            inputs = (
                Quantity("y", known(value[i]), str(self._channel.unit)),
                Quantity("T", known(given.temperature_c[i]), "°C"),
                Quantity("p", known(given.pressure_kpa[i]), "kPa"),
                of_pack("T_n", normal_k.value, "K", normal_k),
                of_pack("p_n", normal_kpa.value, "kPa", normal_kpa),
                Quantity("T_0", NORMAL_K, "K", "constant"),
            )
            yield Step("normal", "normal", inputs, Quantity("c", known(after[i]), unit), normal_k.clause, normal_k.certainty)
            value = after
        if basis.moisture is Moisture.WET:
            after = to_dry(value, given.h2o_pct)
            yield self._drying(value, after, unit)
            value = after
        return value
