"""Recorded files: exact decimals, consecutive instants, and broken lines by name."""

from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tynys.domain.errors import ConfigurationError
from tynys.domain.status import GapCause, InstrumentStatus
from tynys.field import build_driver, probe
from tynys.field.replay import read_columns, read_recorded
from tynys.field.settings import ReplaySettings

HOUR_MS = 3_600_000
START = datetime(2011, 1, 1, tzinfo=UTC)
START_MS = round(START.timestamp() * 1000)
HEADER = "AT,CO,NOX\n"


@pytest.fixture
def channels(channel):
    return {name: channel(name, "mg/Nm3", interval_ms=HOUR_MS, mode="replayed") for name in ("co", "nox")}


def read(paths, channels):
    return read_recorded(paths, columns={"CO": "co", "NOX": "nox"}, channels=channels, start_ms=START_MS, interval_ms=HOUR_MS)


def test_rows_of_several_files_lie_on_consecutive_hours(tmp_path, channels):
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    first.write_text(HEADER + "4.5,0.32663,81.952\n4.2,0.44784,82.377\n")
    second.write_text("NOX;AT;CO\r\n83.776;1;0.45144\r\n")
    co, nox = read([first, second], channels)
    assert co.channel == channels["co"].id
    assert co.value.tolist() == [0.32663, 0.44784, 0.45144]
    assert nox.value.tolist() == [81.952, 82.377, 83.776]
    assert nox.time_ms.tolist() == [START_MS, START_MS + HOUR_MS, START_MS + 2 * HOUR_MS]
    assert set(nox.status) == {InstrumentStatus.VALID}


@given(st.lists(st.decimals(0, 10_000, places=5), min_size=1, max_size=20))
def test_every_decimal_comes_back_as_the_same_decimal(tmp_path_factory, decimals):
    path = tmp_path_factory.mktemp("decimals") / "a.csv"
    path.write_text("CO\n" + "".join(f"{decimal}\n" for decimal in decimals))
    values = read_values(path)
    assert [float(decimal) for decimal in decimals] == values


def read_values(path):
    return read_columns([path], ("CO",))["CO"].tolist()


def test_an_empty_cell_is_a_gap_with_its_cause(tmp_path, channels):
    path = tmp_path / "a.csv"
    path.write_text(HEADER + "1,,81\n1,NaN,82\n1,0.5,83\n")
    co, nox = read([path], channels)
    assert np.isnan(co.value).tolist() == [True, True, False]
    assert co.cause.tolist() == [GapCause.NOT_REPORTED, GapCause.NOT_REPORTED, GapCause.NONE]
    assert nox.cause.tolist() == [0, 0, 0]


def test_parquet_reads_like_csv(tmp_path, channels):
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"NOX": [81.952, None], "CO": pa.array([1, 2], pa.int32())}), path)
    co, nox = read([path], channels)
    assert co.value.tolist() == [1.0, 2.0]
    assert (nox.value[0], nox.cause[1]) == (81.952, GapCause.NOT_REPORTED)


@pytest.mark.parametrize(
    ("text", "where", "message"),
    [
        (HEADER + "1,2,3\n1,2\n", "a.csv, line 3", r"expected 3 cells \(AT, CO, NOX\), came 2"),
        (HEADER + "1,2,3,4\n", "a.csv, line 2", "came 4"),
        (HEADER + "1,2,3\n1,0.5x,3\n", 'a.csv, line 3, column "CO"', 'expected a number with a decimal point, came "0.5x"'),
        (HEADER + "1,inf,3\n", 'a.csv, line 2, column "CO"', 'came "inf"'),
        (HEADER + '1,"2,3\n', "a.csv, line 2", "not CSV"),
        ("AT,CO\n", "a.csv", 'no column "NOX"; it has AT, CO'),
        ("", "a.csv", 'no column "CO"'),
    ],
)
def test_a_broken_file_names_the_place_and_gives_nothing(tmp_path, channels, text, where, message):
    path = tmp_path / "a.csv"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match=message) as caught:
        read([path], channels)
    assert caught.value.where == str(tmp_path / where)


def test_a_missing_file_and_a_false_parquet_are_named(tmp_path, channels):
    for name in ("none.csv", "none.parquet"):
        with pytest.raises(ConfigurationError, match="cannot read the recorded file"):
            read([tmp_path / name], channels)
    (tmp_path / "false.parquet").write_bytes(b"AT,CO,NOX\n")
    with pytest.raises(ConfigurationError, match="cannot read the recorded file"):
        read([tmp_path / "false.parquet"], channels)


def settings(*files):
    return ReplaySettings(id="old", files=files, start=START, interval_ms=HOUR_MS, channels={"CO": "co", "NOX": "nox"})


async def test_the_driver_offers_the_row_of_the_instant(tmp_path, channels):
    (tmp_path / "a.csv").write_text(HEADER + "1,0.5,81\n1,,82\n")
    driver = build_driver(settings("a.csv"), channels, folder=tmp_path)
    await driver.connect()
    assert {name: sample.value for name, sample in (await driver.poll(START_MS)).items()} == {"co": 0.5, "nox": 81.0}
    second = await driver.poll(START_MS + HOUR_MS)
    assert (second["co"].cause, second["nox"].value) == (GapCause.NOT_REPORTED, 82.0)
    for outside in (START_MS - HOUR_MS, START_MS + 1, START_MS + 2 * HOUR_MS):
        assert {sample.cause for sample in (await driver.poll(outside)).values()} == {GapCause.NOT_REPORTED}
    await driver.close()
    assert await driver.read_parameters() == {}


async def test_a_driver_of_a_broken_file_gives_gaps_and_says_why(tmp_path, channels):
    (tmp_path / "a.csv").write_text(HEADER + "1,2\n")
    driver = build_driver(settings("a.csv"), channels, folder=tmp_path)
    await driver.connect()
    assert {sample.cause for sample in (await driver.poll(START_MS)).values()} == {GapCause.UNDECODABLE}
    assert "line 2" in driver.health.last_error
    report = await probe(settings("a.csv"), channels, folder=tmp_path)
    assert "line 2" in report.error.values["detail"]
