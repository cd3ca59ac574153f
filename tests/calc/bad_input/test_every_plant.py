"""Every documented example plant, whatever its instruments and signals say: averages that are numbers, the same in any order."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from support import NOT_VALID, ODD, T0_MS, UNUSABLE, VALID, rounded_off, same_bytes, shuffled

from tynys.calc.pipeline import average_windows, longer_windows
from tynys.calc.running import running_windows
from tynys.calc.series import Series
from tynys.calc.summary import summaries
from tynys.domain.base import to_ms
from tynys.domain.status import AverageStatus

PLANTS = sorted(path.stem for path in (Path(__file__).parents[3] / "docs" / "examples").glob("*.toml"))
HOUR = 3_600_000
LIKELY = [0.0, 1.0, 6.0, 9.0, 95.0, 130.0, 400.0, 1e5]
"""A switch that is off or on, oxygen, moisture, pressure, temperature, load or concentration, flow."""
fuzz = settings(max_examples=12, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])


def hour_of(plant, seed, share_bad):
    """An hour of every channel at its own interval: wandering values of any size, a share of them nonsense, late, doubled or missing."""
    rng = np.random.default_rng(seed)
    readings = {}
    for channel in plant.channels:
        declared = next(a for a in channel.acquisition if to_ms(a.valid_from) <= T0_MS)
        times = np.arange(T0_MS - T0_MS % HOUR, T0_MS - T0_MS % HOUR + HOUR, declared.interval_ms, dtype=np.int64)
        n = len(times)
        value = rng.choice(LIKELY) * (1 + 0.05 * rng.standard_normal(n))
        bad = rng.random(n) < share_bad
        value[bad] = rng.choice([*UNUSABLE, *ODD], int(bad.sum()))
        status = np.where(rng.random(n) < share_bad / 2, rng.choice([*NOT_VALID, 0, 99], n), VALID).astype(np.uint8)
        times = times + np.where(rng.random(n) < share_bad, rng.integers(-120_000, 120_000, n), 0)
        kept = rng.random(n) >= share_bad / 3
        readings[channel.id] = Series(times[kept], value[kept], status[kept])
    return readings


@pytest.mark.parametrize("name", PLANTS)
@fuzz
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, 0.05, 0.4]))
def test_of_any_plant_each_average_is_a_number_or_says_why_not_whatever_the_order(name, example, pack, seed, share_bad):
    plant = example(name)
    readings = hour_of(plant, seed, share_bad)
    other = {channel: shuffled(series, seed) for channel, series in readings.items()}
    start_ms = T0_MS - T0_MS % HOUR
    made = average_windows(plant, pack, readings, "PT20M", start_ms, start_ms + HOUR)
    same_bytes(made, average_windows(plant, pack, other, "PT20M", start_ms, start_ms + HOUR))
    same_bytes(
        longer_windows(made, pack, "PT1H", start_ms, start_ms + HOUR),
        longer_windows(made.take(np.random.default_rng(seed).permutation(len(made))), pack, "PT1H", start_ms, start_ms + HOUR),
    )
    hours = average_windows(plant, pack, readings, "PT1H", start_ms, start_ms + HOUR)
    for row in [*made.rows(), *hours.rows()]:
        assert (row.value is not None) == (row.status is AverageStatus.VALID), row
        numbers = (row.value, row.raw, row.calibrated, row.standardised, row.flow_dry_nm3_h, row.mass_g_s, row.o2_dry_pct)
        assert all(each is None or np.isfinite(each) for each in numbers), row
        assert row.mass_g_s is None or row.mass_g_s >= 0, row
        assert 0 <= row.fld_valid <= row.fld_operating, row
        assert 0 <= row.count_operating <= row.count_expected, row
    one, two = (running_windows(plant, pack, each, start_ms + 47 * 60_000) for each in (readings, other))
    assert [rounded_off(row) for row in one] == [rounded_off(row) for row in two]
    assert all(row.valid_share is None or 0.0 <= row.valid_share <= 1.0 for row in one)
    same_bytes(*(summaries(plant, each, "PT20M", start_ms, start_ms + HOUR) for each in (readings, other)))
