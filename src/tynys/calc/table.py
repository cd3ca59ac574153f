"""Averages as a struct of arrays: what kernels give and stores take."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from tynys.calc.states import PLANT_STATES
from tynys.domain.average import Average, Origin
from tynys.domain.status import AverageStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tynys.calc.arrays import Codes, Counts, Floats, Mask, Times

AVERAGE_STATUSES = tuple(AverageStatus)
"""Code i in ``AverageTable.status`` means ``AVERAGE_STATUSES[i]``."""
STATUS_CODE = {status: i for i, status in enumerate(AVERAGE_STATUSES)}
"""The code of an average's status."""

WITH_MASS = frozenset(STATUS_CODE[s] for s in (AverageStatus.VALID, AverageStatus.O2_TOO_HIGH, AverageStatus.PERIPHERAL_MISSING))
"""Codes of averages with enough readings for a mass: it is made at measured oxygen and needs no correction to a reference."""

HAS_MASS = np.isin(np.arange(len(AVERAGE_STATUSES)), list(WITH_MASS))
"""Whether a code is one of them, to be looked up for whole arrays."""

MEASURES = (
    "value",
    "raw",
    "calibrated",
    "o2_dry_pct",
    "h2o_pct",
    "temperature_c",
    "pressure_kpa",
    "flow_dry_nm3_h",
    "mass_g_s",
    "standardised",
    "o2_reference_pct",
    "deduction",
)
"""Columns that are absent (NaN) where there is no value."""
COUNTS = ("count_valid", "count_expected", "count_operating", "fld_valid", "fld_operating")
"""Columns that count."""


class SeriesKey(NamedTuple):
    """What a row of the table is an average of, and its unit."""

    source: str
    component: str
    unit: str


@dataclass(frozen=True, slots=True, eq=False)
class AverageTable:
    """Averages of one period; arrays are (n,), measures NaN where absent, codes index the published tuples."""

    period: str
    series: tuple[SeriesKey, ...]
    chains: tuple[str, ...]
    series_index: Counts
    start_ms: Times
    end_ms: Times
    value: Floats
    status: Codes
    plant_state: Codes
    count_valid: Counts
    count_expected: Counts
    count_operating: Counts
    raw: Floats
    calibrated: Floats
    o2_dry_pct: Floats
    h2o_pct: Floats
    temperature_c: Floats
    pressure_kpa: Floats
    flow_dry_nm3_h: Floats
    mass_g_s: Floats
    chain_index: Counts
    outside_calibration_range: Mask
    standardised: Floats
    o2_reference_pct: Floats
    deduction: Floats
    fld_valid: Counts
    fld_operating: Counts
    origin: Origin = Origin.COMPUTED
    provisional: bool = False
    known_ms: int = 0
    configuration: str = ""
    rule_pack: str = ""
    rule_pack_digest: str = ""

    def __len__(self) -> int:
        return len(self.start_ms)

    def take(self, chosen: Mask | Counts) -> AverageTable:
        """Some of the rows, by mask or by index."""
        names = (
            "series_index",
            "chain_index",
            "start_ms",
            "end_ms",
            "status",
            "plant_state",
            "outside_calibration_range",
            *MEASURES,
            *COUNTS,
        )
        return replace(self, **{name: getattr(self, name)[chosen] for name in names})

    def columns(self) -> dict[str, Any]:
        """One entry per field of `Average`: arrays, or lists of texts; ready for a column store."""
        n = len(self)
        keys = [self.series[i] for i in self.series_index]
        return {
            "source": [k.source for k in keys],
            "component": [k.component for k in keys],
            "period": [self.period] * n,
            "start_ms": self.start_ms,
            "end_ms": self.end_ms,
            "value": self.value,
            "unit": [k.unit for k in keys],
            "status": [AVERAGE_STATUSES[i].value for i in self.status],
            "plant_state": [PLANT_STATES[i].value for i in self.plant_state],
            "origin": [self.origin.value] * n,
            "provisional": np.full(n, self.provisional),
            "count_valid": self.count_valid,
            "count_expected": self.count_expected,
            "revision": np.zeros(n, np.int64),
            "known_ms": np.full(n, self.known_ms, np.int64),
            "chain": [self.chains[i] for i in self.chain_index],
            "configuration": [self.configuration] * n,
            "rule_pack": [self.rule_pack] * n,
            **{name: getattr(self, name) for name in MEASURES[1:]},
            **{name: getattr(self, name) for name in COUNTS[2:]},
            "outside_calibration_range": self.outside_calibration_range,
            "rule_pack_digest": [self.rule_pack_digest] * n,
        }

    def rows(self) -> list[Average]:
        """The same as frozen records."""
        columns = self.columns()
        names = [f.name for f in fields(Average)]
        plain: dict[str, list[Any]] = {}
        for name in names:
            column = columns[name]
            values = column.tolist() if isinstance(column, np.ndarray) else list(column)
            plain[name] = [None if math.isnan(v) else v for v in values] if name in MEASURES else values
        plain["status"] = [AVERAGE_STATUSES[i] for i in self.status]
        plain["plant_state"] = [PLANT_STATES[i] for i in self.plant_state]
        plain["origin"] = [self.origin] * len(self)
        return [Average(*row) for row in zip(*(plain[name] for name in names), strict=True)]

    @staticmethod
    def empty(period: str) -> AverageTable:
        """No averages."""
        return AverageTable.from_rows((), period=period)

    @staticmethod
    def from_rows(rows: Iterable[Average], *, period: str) -> AverageTable:
        """A table of records; all must have the period."""
        found = list(rows)
        series = {key: i for i, key in enumerate(dict.fromkeys(SeriesKey(r.source, r.component, r.unit) for r in found))}
        chains = {name: i for i, name in enumerate(dict.fromkeys(["", *(r.chain for r in found)]))}
        state = {s: i for i, s in enumerate(PLANT_STATES)}
        measure: dict[str, Any] = {name: _floats([getattr(r, name) for r in found]) for name in MEASURES}
        count: dict[str, Any] = {name: np.array([getattr(r, name) for r in found], np.int64) for name in COUNTS}
        first = found[0] if found else None
        return AverageTable(
            period=period,
            series=tuple(series),
            chains=tuple(chains),
            series_index=np.array([series[SeriesKey(r.source, r.component, r.unit)] for r in found], np.int64),
            start_ms=np.array([r.start_ms for r in found], np.int64),
            end_ms=np.array([r.end_ms for r in found], np.int64),
            status=np.array([STATUS_CODE[r.status] for r in found], np.uint8),
            plant_state=np.array([state[r.plant_state] for r in found], np.uint8),
            chain_index=np.array([chains[r.chain] for r in found], np.int64),
            outside_calibration_range=np.array([r.outside_calibration_range for r in found], np.bool_),
            provisional=any(r.provisional for r in found),
            known_ms=max((r.known_ms for r in found), default=0),
            configuration=first.configuration if first else "",
            rule_pack=first.rule_pack if first else "",
            rule_pack_digest=first.rule_pack_digest if first else "",
            **measure,
            **count,
        )

    @staticmethod
    def concatenate(tables: Sequence[AverageTable]) -> AverageTable:
        """One table of tables of one period and one making."""
        first = tables[0]
        series = {key: i for i, key in enumerate(dict.fromkeys(k for t in tables for k in t.series))}
        chains = {name: i for i, name in enumerate(dict.fromkeys(c for t in tables for c in t.chains))}
        own_series = [np.array([series[k] for k in t.series], np.int64) for t in tables]
        own_chains = [np.array([chains[c] for c in t.chains], np.int64) for t in tables]
        plain = ("start_ms", "end_ms", "status", "plant_state", "outside_calibration_range", *MEASURES, *COUNTS)
        return AverageTable(
            period=first.period,
            series=tuple(series),
            chains=tuple(chains),
            series_index=np.concatenate([own[t.series_index] for own, t in zip(own_series, tables, strict=True)]),
            chain_index=np.concatenate([own[t.chain_index] for own, t in zip(own_chains, tables, strict=True)]),
            origin=first.origin,
            provisional=any(t.provisional for t in tables),
            known_ms=first.known_ms,
            configuration=first.configuration,
            rule_pack=first.rule_pack,
            rule_pack_digest=first.rule_pack_digest,
            **{name: np.concatenate([getattr(t, name) for t in tables]) for name in plain},
        )


def _floats(values: list[float | None]) -> Floats:
    return np.array([np.nan if v is None else v for v in values], np.float64)
