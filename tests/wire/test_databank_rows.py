"""What the data bank's rows mean, and why some cannot be true."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import polars as pl
import pytest

from tynys.domain.errors import ConfigurationError
from tynys.domain.feed_names import FEED_NAMES
from tynys.wire.databank import decode_feed
from tynys.wire.databank_names import canonical, slug, source_id, tidy
from tynys.wire.databank_profile import FeedProfile, SourceName, StatedText, load_profile, parse_profile, profile_toml
from tynys.wire.databank_rows import Reason, read_rows, reasons_of, reasons_text

NOW = round(datetime(2026, 8, 1, tzinfo=UTC).timestamp() * 1000)
COLUMNS = (
    "registered_date;region;organization_name;source_name;emission_type;air_excess_ratio;emission;pollutant_concentration;sdu_load_date"
)
GOOD = {
    "registered_date": "2026-06-01 00:20:00",
    "region": "R",
    "organization_name": "Org",
    "source_name": "Src",
    "emission_type": "Сера диоксид",
    "air_excess_ratio": "1.4",
    "emission": "10.5",
    "pollutant_concentration": "1600.25",
    "sdu_load_date": "2026-07-01",
}


def read(*rows: dict, columns: str = COLUMNS, profile: FeedProfile | None = None):
    lines = [columns, *(";".join((GOOD | row).get(name, "") for name in columns.split(";")) for row in rows)]
    return read_rows(decode_feed(("\n".join(lines) + "\n").encode()), profile or load_profile(), now_ms=NOW)


def one(**cells):
    return read(cells).rows.row(0, named=True)


def at(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def with_profile(**changes) -> FeedProfile:
    stated = {name: StatedText(value=value, certainty="to_confirm") if isinstance(value, str) else value for name, value in changes.items()}
    return msgspec.structs.replace(load_profile(), **stated)


def test_a_row_becomes_a_window_in_local_time_with_its_numbers():
    row = one()
    assert (row["start_ms"], row["end_ms"]) == (at("2026-06-01T00:20+05:00"), at("2026-06-01T00:40+05:00"))
    assert (row["component"], row["pollutant_concentration"], row["emission"], row["reasons"]) == ("so2", 1600.25, 10.5, 0)
    assert row["o2_dry_pct"] == pytest.approx(6.0)


@pytest.mark.parametrize(
    ("alpha", "oxygen"),
    [("1.271", 4.48), ("1.45", 6.52), ("2.373", 12.15), ("16.043", 19.69), ("1", 0.0)],
)
def test_the_excess_air_coefficient_is_oxygen_and_never_times_the_limit(alpha, oxygen):
    row = one(air_excess_ratio=alpha)
    assert row["o2_dry_pct"] == pytest.approx(oxygen, abs=0.006)
    assert row["reasons"] == 0


@pytest.mark.parametrize(
    ("alpha", "reason"),
    [
        ("-14.737", Reason.ALPHA_IMPOSSIBLE),
        ("-26.958", Reason.ALPHA_IMPOSSIBLE),
        ("0.826", Reason.ALPHA_IMPOSSIBLE),
        ("0", Reason.ALPHA_IMPOSSIBLE),
        ("1e38", Reason.ALPHA_OVERFLOW),
    ],
)
def test_an_alpha_that_cannot_be_spoils_the_oxygen_and_not_the_row(alpha, reason):
    row = one(air_excess_ratio=alpha)
    assert row["o2_dry_pct"] is None
    assert Reason(row["reasons"]) == reason
    assert row["pollutant_concentration"] == 1600.25


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"registered_date": "yesterday"}, Reason.DATE_UNREADABLE),
        ({"registered_date": ""}, Reason.DATE_UNREADABLE),
        ({"registered_date": "1970-01-01"}, Reason.DATE_OUT_OF_RANGE),
        ({"registered_date": "2127-01-19 00:00:00"}, Reason.DATE_OUT_OF_RANGE),
        ({"registered_date": "2026-07-15 00:00:00"}, Reason.DATE_OUT_OF_RANGE),
        ({"emission_type": "Озон"}, Reason.COMPONENT_UNKNOWN),
        ({"pollutant_concentration": "many"}, Reason.NUMBER_UNREADABLE),
        ({"pollutant_concentration": "nan"}, Reason.NUMBER_UNREADABLE),
        ({"emission": "inf"}, Reason.NUMBER_UNREADABLE),
        ({"pollutant_concentration": "-0.7"}, Reason.NEGATIVE),
        ({"pollutant_concentration": "-4e34"}, Reason.OVERFLOW),
        ({"emission": "100000000000"}, Reason.OVERFLOW),
        ({"organization_name": " тест асм\t"}, Reason.TEST_ORGANIZATION),
    ],
)
def test_a_row_that_cannot_be_true_says_why_and_stays(cells, reason):
    assert Reason(one(**cells)["reasons"]) == reason


def test_an_unreadable_cell_is_told_with_line_column_and_expectation():
    feed = read({}, {"emission": "many"}, {"registered_date": "soon"})
    assert [(e.line, e.column, e.came) for e in feed.errors] == [(3, "emission", "many"), (4, "registered_date", "soon")]
    assert "ISO 8601" in feed.errors[1].expected


def test_names_stay_verbatim_beside_the_canonical_ones():
    profile = with_profile(sources=(SourceName(organization="ТОО Восточно-Казахстанская ТЭЦ", source="Труба №1", id="east.stack-1"),))
    row = read({"organization_name": "ТОО Восточно-Казхастанская ТЭЦ\t", "source_name": "Труба  №1\t"}, profile=profile).rows.row(
        0, named=True
    )
    assert (row["organization_name"], row["source_name_verbatim"]) == ("ТОО Восточно-Казхастанская ТЭЦ\t", "Труба  №1\t")
    assert (row["organization"], row["source_name"], row["source"]) == ("ТОО Восточно-Казахстанская ТЭЦ", "Труба №1", "east.stack-1")


def test_all_sixteen_names_of_the_feed_have_a_meaning():
    rows = read(*({"emission_type": name, "source_name": str(i)} for i, name in enumerate(FEED_NAMES))).rows
    assert rows["component"].to_list() == list(FEED_NAMES.values())
    assert rows["reasons"].sum() == 0


def test_water_and_flare_rows_are_told_by_their_columns():
    columns = COLUMNS + ";waste_water_temperature;hydrogen_index;volumetric_gas_consumption;gas_density;gas_composition"
    blank = dict.fromkeys(("air_excess_ratio", "emission", "pollutant_concentration"), "")
    water = blank | {"emission_type": "Сточные воды", "waste_water_temperature": "18,5", "hydrogen_index": "15"}
    flare = blank | {"emission_type": "", "volumetric_gas_consumption": "1.8", "gas_density": "0.9", "gas_composition": "CH4"}
    rows = read(water, flare, {}, columns=columns).rows
    assert rows["medium"].to_list() == ["water", "flare", "air"]
    assert rows["component"].to_list() == ["waste_water", "flare_gas_flow", "so2"]
    assert rows["waste_water_temperature"][0] == 18.5
    assert Reason(rows["reasons"][0]) == Reason.PH_IMPOSSIBLE
    assert rows["gas_composition"][1] == "CH4"


@pytest.mark.parametrize(
    ("changes", "text", "start"),
    [
        ({}, "2026-06-01T00:27:13.5", "2026-06-01T00:20+05:00"),
        ({}, "2026-06-01T00:20:00Z", "2026-06-01T00:20+00:00"),
        ({}, "2024-01-01 00:20", "2024-01-01T00:20+06:00"),
        ({"time_label": "end"}, "2026-06-01 00:20:00", "2026-06-01T00:00+05:00"),
        ({"zone": "UTC"}, "2026-06-01 00:20:00", "2026-06-01T00:20+00:00"),
        ({"period": "PT1H"}, "2026-06-01 00:20:00", "2026-06-01T00:00+05:00"),
    ],
)
def test_the_profile_says_what_an_instant_means(changes, text, start):
    row = read({"registered_date": text, "sdu_load_date": ""}, profile=with_profile(**changes)).rows.row(0, named=True)
    assert row["start_ms"] == at(start)


def test_dates_without_a_time_are_the_days_periods_in_order():
    rows = read(*[{"registered_date": "2026-06-01", "pollutant_concentration": str(i)} for i in range(73)]).rows
    assert rows["start_ms"][:2].to_list() == [at("2026-06-01T00:00+05:00"), at("2026-06-01T00:20+05:00")]
    assert Reason(rows["reasons"][72]) == Reason.MORE_ROWS_THAN_PERIODS
    refused = read({"registered_date": "2026-06-01"}, profile=with_profile(date_only="refuse")).rows
    assert Reason(refused["reasons"][0]) == Reason.DATE_UNREADABLE


def test_the_second_row_of_an_instant_is_marked():
    rows = read({}, {"pollutant_concentration": "2"}, {"emission_type": "Оксид азота"}).rows
    assert [Reason(mask) for mask in rows["reasons"]] == [Reason(0), Reason.DUPLICATE_TIME, Reason(0)]


def test_reasons_have_words_and_counts():
    assert reasons_text(16 | 1024) == "negative,alpha_impossible"
    assert reasons_of(pl.Series([0, 16, 16 | 1024, 16])) == {Reason.NEGATIVE: 3, Reason.ALPHA_IMPOSSIBLE: 1}


def test_names_are_tidied_found_and_made_into_ids():
    assert tidy(" a\t\u00a0b\n") == "a b"
    assert (
        canonical("ЕвроАзиатская энергетическая корпорация", ["Евроазиатская энергетическая корпорация"])
        == "Евроазиатская энергетическая корпорация"
    )
    assert canonical("ТЭЦ", ["Завод"]) == "ТЭЦ"
    assert slug("ТОО «Жылу №3»") == "too-zhylu-n3"
    assert source_id("a", "№1", load_profile()) == "nbd-a.n1"


def test_the_published_profile_marks_what_nobody_has_confirmed():
    profile = load_profile()
    assert {"time_label", "zone", "units.pollutant_concentration", "air_excess_ratio"} <= set(profile.unsure())
    assert parse_profile(profile_toml(profile)) == profile


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text.replace("title", "titel"), "titel"),
        (lambda text: text.replace('value = "start"', 'value = "middle"'), "expected one of start, end"),
        (lambda text: text.replace('"alpha"', '"times the limit"'), "expected one of alpha"),
        (lambda text: text + "[[[", "expected TOML"),
    ],
)
def test_a_profile_that_says_something_else_is_refused(change, message):
    with pytest.raises(ConfigurationError, match=message):
        parse_profile(change(profile_toml(load_profile())))


def test_an_absent_profile_is_named():
    with pytest.raises(ConfigurationError, match="no such profile"):
        load_profile("nobody")
