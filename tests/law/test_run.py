"""Every shipped pack carries a plant's readings to averages: nothing it lacks stops the calculation."""

import pytest
from law_kit import DAY_MS, PACKS, START_MS, example_plant, pack_of, readings

from tynys.calc.pipeline import average_windows, longer_windows
from tynys.domain.status import AverageStatus


@pytest.mark.parametrize("name", PACKS)
def test_a_day_becomes_averages_under_every_pack(name):
    pack = pack_of(name)
    table = average_windows(example_plant(), pack, readings(60), pack.short_term, START_MS, START_MS + DAY_MS)
    rows = [row for row in table.rows() if row.component == "so2"]
    assert len(rows) == {"PT20M": 72, "PT30M": 48, "PT1H": 24}[pack.short_term]
    assert {row.status for row in rows} == {AverageStatus.VALID}
    solid = [r for r in pack.oxygen.reference if (r.unit, r.fuel) == ("boiler", "solid")]
    dry = 900.0 * 1.02 / 0.9  # the example's calibration, 10 % of water
    at_reference = dry * (21 - 6) / (21 - 7.3 / 0.9) if solid else dry  # its oxygen is measured wet too
    assert rows[0].value == pytest.approx(at_reference, rel=1e-12)
    assert rows[0].rule_pack_digest == pack.digest().hex()
    for rule in pack.averaging.long_term:
        longer = longer_windows(table, pack, rule.period, START_MS - DAY_MS, START_MS + DAY_MS)
        if rule.period == "P1D":
            # of the day in Shanghai only 16 hours are there, and it needs 20
            expected = AverageStatus.TOO_FEW if name == "cn-hj75" else AverageStatus.VALID
            assert expected in {row.status for row in longer.rows() if row.component == "so2"}


@pytest.mark.parametrize(
    ("name", "minutes", "status"),
    [
        ("eu-ets", 48, AverageStatus.VALID),  # 80 % of the hour
        ("eu-ets", 47, AverageStatus.TOO_FEW),
        ("us-part75", 46, AverageStatus.VALID),  # one valid minute in the fourth quarter
        ("us-part75", 45, AverageStatus.TOO_FEW),
        ("cn-hj75", 45, AverageStatus.VALID),  # 45 valid minutes
        ("cn-hj75", 44, AverageStatus.TOO_FEW),
        ("eu-ied", 40, AverageStatus.VALID),  # two thirds of the time in operation
        ("eu-ied", 39, AverageStatus.TOO_FEW),
    ],
)
def test_an_hour_is_valid_by_the_rule_of_its_pack(name, minutes, status):
    pack = pack_of(name)
    table = average_windows(example_plant(), pack, readings(minutes), "PT1H", START_MS, START_MS + 4 * 3_600_000)
    assert {row.status for row in table.rows() if row.component == "so2"} == {status}
