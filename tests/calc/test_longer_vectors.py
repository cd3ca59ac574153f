"""Days and months of the European and the German pack: how much must be valid before they are reported."""

from datetime import datetime
from importlib.resources import files
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from tynys.calc.longer import longer_windows
from tynys.calc.table import AverageTable
from tynys.domain.average import Average, Origin
from tynys.domain.base import to_ms
from tynys.domain.status import AverageStatus, PlantState
from tynys.law import load_pack

HOUR = 3_600_000


def load(name):
    return load_pack((files("tynys.law") / "packs" / f"{name}.toml").read_text(encoding="utf-8"), name)


def shorter(start_ms, valid, period):
    """Averages over hours or half-hours that follow each other: 100 where valid, lost elsewhere."""
    step = HOUR if period == "PT1H" else HOUR // 2
    return AverageTable.from_rows(
        [
            Average(
                source="s",
                component="so2",
                period=period,
                start_ms=start_ms + i * step,
                end_ms=start_ms + (i + 1) * step,
                value=100.0 if good else None,
                unit="mg/Nm3",
                status=AverageStatus.VALID if good else AverageStatus.NO_DATA,
                plant_state=PlantState.OPERATING,
                origin=Origin.COMPUTED,
                provisional=False,
                count_valid=60 if good else 0,
                count_expected=60,
                count_operating=60,
                revision=0,
                known_ms=0,
                chain="main",
                configuration="",
                rule_pack="",
                raw=None,
                calibrated=None,
                o2_dry_pct=None,
                h2o_pct=None,
                temperature_c=None,
                pressure_kpa=None,
                flow_dry_nm3_h=None,
                mass_g_s=None,
                outside_calibration_range=False,
            )
            for i, good in enumerate(valid)
        ],
        period=period,
    )


@pytest.mark.parametrize(
    ("pack", "period", "valid", "of", "status"),
    [
        ("eu-ied", "P1D", 5, 24, AverageStatus.TOO_FEW),
        ("eu-ied", "P1D", 6, 24, AverageStatus.VALID),
        ("de-13bimschv", "P1D", 11, 48, AverageStatus.TOO_FEW),  # 5.5 h
        ("de-13bimschv", "P1D", 12, 48, AverageStatus.VALID),
        ("eu-ied", "P1M", 71, 31 * 24, AverageStatus.TOO_FEW),
        ("eu-ied", "P1M", 72, 31 * 24, AverageStatus.VALID),
    ],
)
def test_a_day_needs_six_valid_hours_and_a_month_seventy_two(pack, period, valid, of, status):
    rules = load(pack)
    start = to_ms(datetime(2025, 1, 1, tzinfo=ZoneInfo(rules.averaging.time_zone.value)))
    known = np.zeros(of, np.bool_)
    known[:valid] = True
    table = shorter(start, known, rules.short_term)
    (row,) = longer_windows(table, rules, period, start, int(table.end_ms[-1])).rows()
    assert row.status is status
    assert row.value == (100.0 if status is AverageStatus.VALID else None)
