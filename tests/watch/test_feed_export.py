"""Averages as rows of the data bank's shape: they come back the same when read again."""

from __future__ import annotations

import msgspec
import pyarrow as pa
import pytest

from tynys.domain.errors import RefusedError
from tynys.storage.lake_rows import to_averages
from tynys.watch.feed_averages import imported_averages
from tynys.watch.feed_check import check_feed
from tynys.watch.feed_export import exported_rows
from tynys.watch.feed_sample import sample, sample_names
from tynys.wire.databank import decode_feed, encode_feed

NOW = 1_800_000_000_000
CLEAN = sample(days=1)
NAMES = sample_names()


def averages_of(data: bytes, *, simulated: bool = True) -> pa.Table:
    checked = check_feed(data, CLEAN.profile, now_ms=NOW)
    return imported_averages(checked.feed, CLEAN.profile, file_sha256="ab" * 32, known_ms=NOW, simulated=simulated).table


TABLE = averages_of(encode_feed(CLEAN.feed))


def test_air_water_and_flare_averages_go_out_and_come_back_the_same_numbers():
    data = encode_feed(exported_rows(TABLE, NAMES, CLEAN.profile, loaded="2026-06-02", quote="`"))
    assert data.startswith(b"`registered_date`;`region`;")
    assert encode_feed(decode_feed(data)) == data
    checked = check_feed(data, CLEAN.profile, now_ms=NOW)
    assert (checked.findings, checked.broken, checked.feed.errors) == ((), (), ())
    assert dict(checked.feed.rows["medium"].value_counts().iter_rows()) == {"air": 1440, "water": 72, "flare": 72}

    def numbers(table):
        return [(row.source, row.component, row.start_ms, row.value, row.mass_g_s, row.unit) for row in to_averages(table)]

    again = averages_of(data)
    assert numbers(again) == numbers(TABLE)
    oxygen, before = again["o2_dry_pct"], TABLE["o2_dry_pct"]
    assert oxygen.is_valid().equals(before.is_valid())
    assert oxygen.drop_null().to_pylist() == pytest.approx(before.drop_null().to_pylist(), rel=1e-9)


def test_only_the_columns_that_hold_something_are_written():
    air = TABLE.filter(pa.compute.equal(TABLE["component"].cast(pa.string()), "so2"))
    assert exported_rows(air, NAMES, CLEAN.profile, loaded="2026-06-02").columns == (
        *("registered_date", "region", "organization_name", "source_name", "emission_type"),
        *("air_excess_ratio", "emission", "pollutant_concentration", "sdu_load_date"),
    )


def test_a_simulated_average_says_so_in_the_name_of_its_organisation():
    real = {source: (region, organization.replace("Имитация", "Станция"), name) for source, (region, organization, name) in NAMES.items()}
    marked = exported_rows(TABLE, real, CLEAN.profile, loaded="2026-06-02").rows["organization_name"]
    assert all(name.endswith(" (имитация)") for name in marked)
    measured = averages_of(encode_feed(CLEAN.feed), simulated=False)
    unmarked = exported_rows(measured, real, CLEAN.profile, loaded="2026-06-02").rows["organization_name"]
    assert set(unmarked) == {organization for _, organization, _ in real.values()}
    named = exported_rows(TABLE, NAMES, CLEAN.profile, loaded="2026-06-02").rows["organization_name"]
    assert set(named) == {organization for _, organization, _ in NAMES.values()}


@pytest.mark.parametrize(("label", "first"), [("start", "2026-06-01 00:00:00"), ("end", "2026-06-01 00:20:00")])
def test_the_instant_is_labelled_as_the_profile_says(label, first):
    profile = msgspec.structs.replace(CLEAN.profile, time_label=msgspec.structs.replace(CLEAN.profile.time_label, value=label))
    assert exported_rows(TABLE, NAMES, profile, loaded="2026-06-02").rows["registered_date"][0] == first


def test_what_has_no_name_in_the_data_bank_is_not_exported_silently():
    with pytest.raises(RefusedError, match="no name in the data bank"):
        exported_rows(TABLE, {}, CLEAN.profile, loaded="2026-06-02")
    hourly = msgspec.structs.replace(CLEAN.profile, period=msgspec.structs.replace(CLEAN.profile.period, value="PT1H"))
    with pytest.raises(RefusedError, match="carries averages of PT1H"):
        exported_rows(TABLE, NAMES, hourly, loaded="2026-06-02")
