"""A centre made of numbers: every state a page must show, the same at every run. Configurations are those of the simulated plants."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache

import numpy as np
from sample_explained import explained, raw_readings

from tynys.calc.qa.weekly import Week
from tynys.calc.table import AVERAGE_STATUSES
from tynys.centre.views import (
    CalendarDay,
    ChartSeries,
    ComponentView,
    FacilityView,
    GapView,
    GatewayView,
    NationView,
    RangeWeeks,
    RecomputationView,
    RevisionView,
    SourceView,
    Standing,
    TransmissionView,
)
from tynys.domain.average import Average, Origin
from tynys.domain.component import Certainty
from tynys.domain.errors import NotFoundError
from tynys.domain.limit import LimitKind
from tynys.domain.status import AverageStatus, InstrumentStatus, PlantState
from tynys.sim.plants import FACILITIES, facility_configuration

NOW = 1_795_512_725_000
"""24 November 2026, 14:32:05 (UTC+5)."""
WINDOW, DAY = 1_200_000, 86_400_000
SHARES = {
    ("gres-1.stack-2", "dust"): (1.18, Standing.EXCEEDING),
    ("tets-3.stack-1", "nox"): (0.977, Standing.NEAR),
    ("gres-1.stack-1", "so2"): (0.87, Standing.WITHIN),
    ("tets-2.stack-2", "co"): (0.1, Standing.CANNOT_BE_JUDGED),
}
SPECIAL = {
    "gres-2.stack-1": Standing.SILENT,
    "tets-1.stack-7": Standing.NOT_OPERATING,
    "tets-2.stack-1": Standing.CALIBRATION,
}
_RANK = {standing: place for place, standing in enumerate(Standing)}


def weeks_of(added):
    """Weeks that add so much to a counter."""
    monday = date(2026, 9, 7)
    return tuple(
        Week(monday + timedelta(weeks=n), 504, 220 if more == 6 else 30, more, sum(added[: n + 1])) for n, more in enumerate(added)
    )


@cache
def configurations():
    """The configurations of the simulated plants; frozen, so every sample shares them."""
    return {name: facility_configuration(name, live_from_ms=NOW - DAY, history_days=90) for name in FACILITIES}


@dataclass
class Sample:
    """`Queries` in memory; ``loading`` and ``empty`` show the two beginnings."""

    loading: float | None = None
    empty: bool = False
    now_ms: int = NOW

    def __post_init__(self):
        self.configurations = configurations()

    async def nation(self):
        facilities = () if self.empty else tuple(self.facility_view(name) for name in FACILITIES)
        ordered = tuple(sorted(facilities, key=lambda view: _RANK[view.standing]))
        return NationView(self.now_ms, simulated=True, speed=1.0, facilities=ordered, loading_share=self.loading)

    async def facility(self, facility):
        if facility not in self.configurations or self.empty:
            raise NotFoundError(f"no facility {facility!r}")
        return self.facility_view(facility)

    async def source(self, source):
        view = await self.facility(source.split(".")[0])
        for each in view.sources:
            if each.source == source:
                return each
        raise NotFoundError(f"no source {source!r}")

    async def range_weeks(self, facility):
        """A quiet component, one with two weeks outside, one that needs a new calibration."""
        await self.facility(facility)
        return [
            RangeWeeks(f"{facility}.stack-1", component, self.now_ms - 300 * DAY, sum(added), weeks_of(added))
            for component, added in (("so2", (1, 1)), ("nox", ()), ("dust", (6,)))
        ]

    def facility_view(self, name):
        configuration = self.configurations[name]
        place = configuration.facility
        sources = tuple(self.source_view(configuration, source) for source in configuration.sources)
        return FacilityView(
            facility=name,
            names=place.names,
            operator=place.operator,
            region=place.region,
            latitude_deg=place.latitude_deg,
            longitude_deg=place.longitude_deg,
            simulated=True,
            standing=min((source.standing for source in sources), key=_RANK.__getitem__),
            sources=sources,
            configuration=configuration,
        )

    def source_view(self, configuration, source):
        limits = {
            limit.component: limit.value
            for limit in configuration.limits
            if limit.scope == source.id and limit.kind == LimitKind.CONCENTRATION
        }
        planned = [plan.component for plan in configuration.plan.components if plan.source == source.id]
        names = [name for name in planned if name not in {"flow", "o2", "h2o"}]
        special = SPECIAL.get(source.id)
        components = tuple(self.component_view(source.id, name, limits.get(name), special) for name in names)
        silent = special is Standing.SILENT
        peripherals = tuple(
            replace(self.component_view(source.id, name, None, special), unit=unit, now=None if silent else value)
            for name, unit, value in (("o2", "%", 6.3), ("h2o", "%", 8.1), ("temperature", "°C", 138.4), ("flow", "Nm3/h", 5.21e6))
        )
        return SourceView(
            source=source.id,
            names=source.names,
            facility=configuration.facility.id,
            facility_names=configuration.facility.names,
            region=configuration.facility.region,
            permit_serial=source.permit_serial,
            standing=min((view.standing for view in components), key=_RANK.__getitem__),
            simulated=True,
            components=components,
            peripherals=peripherals,
            last_reading_ms=self.now_ms - (360_000 if silent else 1_000),
            last_batch_ms=self.now_ms - (358_000 if silent else 2_000),
            chain_verdict="linked",
            plant_state="not_operating" if special is Standing.NOT_OPERATING else "operating",
            fuel="natural_gas" if "tets-1" in source.id else "ekibastuz_coal",
            units_text=(("unit-5", 495.0, True), ("unit-6", 495.0, True), ("unit-7", 0.0, False), ("unit-8", 490.0, True)),
            verification_valid_to_ms=self.now_ms + 79 * DAY,
        )

    def component_view(self, source, name, limit, special):
        share, standing = SHARES.get((source, name), (0.61, Standing.WITHIN if limit else Standing.NO_LIMIT))
        mean = (limit or 17.0) * share
        start = self.now_ms // WINDOW * WINDOW
        absent = special in {Standing.SILENT, Standing.NOT_OPERATING}
        status = "calibration" if special is Standing.CALIBRATION else "valid"
        uncertain = standing is Standing.CANNOT_BE_JUDGED
        return ComponentView(
            component=name,
            unit="mg/Nm3",
            standing=special or standing,
            now=None if absent else mean * 1.015,
            now_ms=None if absent else self.now_ms - 1_000,
            now_status="" if absent else status,
            mean_so_far=None if absent else mean,
            window_start_ms=start,
            window_end_ms=start + WINDOW,
            elapsed_share=(self.now_ms - start) / WINDOW,
            forecast=None if absent else mean * 1.02,
            permissible_remaining=None if absent or not limit else limit * 1.1 - (mean - limit) * 2,
            limit=limit,
            limit_certainty=(Certainty.TO_CONFIRM if uncertain else Certainty.SIMULATED) if limit else None,
            limit_document="SIM",
            since_ms=self.now_ms - 1_925_000,
            last_closed=None if special is Standing.SILENT else self.average(source, name, start - WINDOW, mean),
            valid_today_share=0.996,
            exceedance_probability=None if absent or uncertain or not limit else min(max(share - 0.17, 0.004), 0.97),
        )

    def average(self, source, name, start, value):
        calibrating = source == "tets-2.stack-1"
        return Average(
            source=source,
            component=name,
            period="PT20M",
            start_ms=start,
            end_ms=start + WINDOW,
            value=None if calibrating else value,
            unit="mg/Nm3",
            status=AverageStatus.TOO_FEW if calibrating else AverageStatus.VALID,
            plant_state=PlantState.OPERATING,
            origin=Origin.COMPUTED,
            provisional=name == "co",
            count_valid=412 if calibrating else 1198,
            count_expected=1200,
            chain="main",
            rule_pack="kz",
            raw=value * 0.57,
            calibrated=value * 0.58,
            o2_dry_pct=6.34,
            h2o_pct=8.1,
            temperature_c=138.4 if name == "dust" else None,
            pressure_kpa=98.9 if name == "dust" else None,
            flow_dry_nm3_h=5.21e6,
            mass_g_s=596.2,
        )

    async def averages(self, source, component, period, start_ms, end_ms):
        view = next(view for view in (await self.source(source)).components if view.component == component)
        return [self.average(source, component, start, (view.limit or 17) * 0.6) for start in range(start_ms, end_ms, WINDOW)]

    async def chart(self, source, component, kind, start_ms, end_ms, buckets):
        found = next((view for view in (await self.source(source)).components if view.component == component), None)
        if found is None:
            raise NotFoundError(f"no component {component!r}")
        step = WINDOW if kind == "averages" else 1_000
        step = max(step, -(-(end_ms - start_ms) // buckets))
        start = np.arange(start_ms, min(end_ms, self.now_ms), step, dtype=np.int64)
        if source in SPECIAL and SPECIAL[source] is Standing.SILENT:
            start = start[start < self.now_ms - DAY // 3]
        phase = (start % DAY) / DAY * 2 * np.pi
        ripple = np.sin(start / 3.7e6) * 0.05 + np.sin(start / 1.1e6) * 0.02
        target = SHARES.get((source, component), (0.61,))[0]
        mean = (found.limit or 17.0) * (target * 0.94 + 0.06 * np.sin(phase) + ripple)
        valid, bad = AVERAGE_STATUSES.index(AverageStatus.VALID), AVERAGE_STATUSES.index(AverageStatus.TOO_FEW)
        codes = (int(InstrumentStatus.VALID), int(InstrumentStatus.CALIBRATION)) if kind == "readings" else (valid, bad)
        status = np.full(len(start), codes[0], np.uint8)
        out = (start % (11 * 3_600_000)) < 2_400_000
        status[out] = codes[1]
        mean = np.where(out, np.nan, mean)
        limit = found.limit if kind == "averages" else None
        base = WINDOW if kind == "averages" else 1_000
        return ChartSeries(source, component, "mg/Nm3", kind, start, mean * 0.95, mean * 1.04, mean, status, limit, base)

    async def explanation(self, source, component, period, start_ms):
        view = await self.source(source)
        configuration = self.configurations[view.facility]
        return explained(configuration, source, component, period, start_ms, calibrating=SPECIAL.get(source) is Standing.CALIBRATION)

    async def revisions(self, source, component, period, start_ms):
        made = (await self.explanation(source, component, period, start_ms)).average
        known = start_ms + 1_200_000
        first = RevisionView(made.value, made.unit, made.status.value, known, "first", "", "")
        if component != "so2":
            return [first]
        return [first, replace(first, known_ms=known + 86_400_000, cause="plan", by="А. Серік", reason="QAL2")]

    async def readings(self, source, channel, start_ms, end_ms):
        view = await self.source(source)
        return raw_readings(self.configurations[view.facility], channel, start_ms, end_ms)

    async def calendar(self, source, year):
        if SPECIAL.get(source) is Standing.NOT_OPERATING:
            return []
        first = date(year, 8, 27)
        days = range(90)
        return [
            CalendarDay(
                (first + timedelta(days=index)).isoformat(),
                None if index in {30, 31} else 0.4 if index in {12, 50} else 0.86 if index % 13 == 5 else 0.992,
                exceeded=index % 23 == 4,
            )
            for index in days
        ]

    async def transmission(self):
        gateways = () if self.empty else tuple(self.gateway(name, role) for name in FACILITIES for role in ("live", "history"))
        channel = str(self.configurations["tets-2"].channels[0].id)
        gaps = (
            ()
            if self.empty
            else (
                GapView("g-gres-2-live", None, NOW - 360_000, NOW, 21_600, "line_cut"),
                GapView("g-tets-2-live", channel, NOW - 7_200_000, NOW - 6_000_000, 1_200, "no_answer"),
            )
        )
        asked = NOW - 600_000
        again = (
            RecomputationView("gres-1", "plan", "А. Серік", "QAL2", asked, "running", 0.4, 90, 5_120),
            RecomputationView("tets-1", "rule_pack", "А. Серік", "", asked, "done", 1.0, 90, 0),
        )
        return TransmissionView(NOW, gateways, gaps, 48_211, 48_190, 1.0, 158.0, () if self.empty else again)

    def gateway(self, name, role):
        silent = name == "gres-2" and role == "live"
        broken = name == "tets-2" and role == "live"
        return GatewayView(
            gateway=f"g-{name}-{role}",
            facility=name,
            role=role,
            simulated=True,
            enrolled_ms=NOW - DAY,
            last_batch_ms=NOW - (358_000 if silent else 2_000),
            lag_ms=358_000 if silent else 1_400,
            batches=17_280,
            readings=1_140_480,
            missing_batches=2 if broken else 0,
            chain_verdict="gap_before" if broken else "linked",
            clock_offset_ms=12,
            plan_state="approved",
            key_id="a1b2c3d4e5f60718",
        )
