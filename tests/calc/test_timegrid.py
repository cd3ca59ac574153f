"""Windows follow local civil time, also on the day Kazakhstan changed its clock."""

from datetime import UTC, date, datetime, timedelta, timezone

import numpy as np
import pytest

from tynys.calc.timegrid import due_instants, local_date, period_ms, shortest_length_ms, window_at, window_edges
from tynys.domain.base import to_ms
from tynys.domain.instrument import Acquisition

BEFORE, NOW = timezone(timedelta(hours=6)), timezone(timedelta(hours=5))
HOUR = 3_600_000


def ms(*parts, zone=NOW):
    return to_ms(datetime(*parts, tzinfo=zone))


def test_a_day_has_72_windows_of_20_minutes_from_local_midnight():
    edges = window_edges("PT20M", ms(2026, 1, 1), ms(2026, 1, 2))
    assert len(edges) - 1 == 72
    assert edges[0] == ms(2026, 1, 1)
    assert edges[-1] == ms(2026, 1, 2)
    assert set(np.diff(edges)) == {20 * 60_000}


def test_the_29th_of_february_2024_had_25_hours():
    start, end = ms(2024, 2, 29, zone=BEFORE), ms(2024, 3, 1)
    assert window_edges("P1D", start, end).tolist() == [start, end]
    assert end - start == 25 * HOUR
    assert len(window_edges("PT1H", start, end)) - 1 == 25
    assert len(window_edges("PT20M", start, end)) - 1 == 75


def test_days_before_and_after_the_change_begin_at_their_own_midnight():
    edges = window_edges("P1D", ms(2024, 2, 28, zone=BEFORE), ms(2024, 3, 3))
    expected = [ms(2024, 2, 28, zone=BEFORE), ms(2024, 2, 29, zone=BEFORE), ms(2024, 3, 1), ms(2024, 3, 2), ms(2024, 3, 3)]
    assert edges.tolist() == expected


def test_only_windows_that_start_in_the_span_are_given():
    edges = window_edges("PT20M", ms(2026, 1, 1, 0, 10), ms(2026, 1, 1, 0, 41))
    assert edges.tolist() == [ms(2026, 1, 1, 0, 20), ms(2026, 1, 1, 0, 40), ms(2026, 1, 1, 1, 0)]
    assert len(window_edges("PT20M", ms(2026, 1, 1, 0, 1), ms(2026, 1, 1, 0, 19))) == 0
    assert len(window_edges("PT20M", ms(2026, 1, 1), ms(2026, 1, 1))) == 0


@pytest.mark.parametrize("period", ["PT10S", "PT20M", "PT1H", "P1D", "P1M", "P1Y"])
def test_split_spans_give_the_windows_of_the_whole(period):
    start, middle, end = ms(2024, 1, 15, zone=BEFORE), ms(2024, 2, 29, 23, 37, zone=BEFORE), ms(2024, 3, 2)
    if period == "PT10S":
        start, end = middle - HOUR, middle + 2 * HOUR
    whole = window_edges(period, start, end)
    parts = [window_edges(period, start, middle), window_edges(period, middle, end)]
    assert whole[:-1].tolist() == [edge for part in parts for edge in part[:-1].tolist()]


@pytest.mark.parametrize(
    ("period", "start", "end"),
    [
        ("PT20M", (2026, 5, 5, 13, 20), (2026, 5, 5, 13, 40)),
        ("PT1H", (2026, 5, 5, 13), (2026, 5, 5, 14)),
        ("P1D", (2026, 5, 5), (2026, 5, 6)),
        ("P1M", (2026, 5, 1), (2026, 6, 1)),
        ("P1Y", (2026, 1, 1), (2027, 1, 1)),
    ],
)
def test_the_window_of_a_moment_contains_it(period, start, end):
    assert window_at(period, ms(2026, 5, 5, 13, 25)) == (ms(*start), ms(*end))


def test_an_edge_belongs_to_the_window_it_opens():
    edge = ms(2026, 5, 5, 13, 20)
    assert window_at("PT20M", edge)[0] == edge
    assert window_at("PT20M", edge - 1)[1] == edge


def test_the_local_date_is_the_civil_one():
    assert local_date(to_ms(datetime(2026, 1, 1, 20, tzinfo=UTC))) == date(2026, 1, 2)
    assert local_date(to_ms(datetime(2024, 2, 29, 18, 30, tzinfo=UTC))) == date(2024, 2, 29)


@pytest.mark.parametrize("period", ["PT0M", "P1W", "20M", "", "PT20"])
def test_an_unknown_period_is_refused(period):
    with pytest.raises(ValueError, match="expected a period"):
        period_ms(period)


def test_the_shortest_month_is_a_february():
    assert shortest_length_ms("P1M") < 28 * 24 * HOUR
    assert shortest_length_ms("PT20M") == 20 * 60_000


def test_due_instants_are_multiples_of_the_interval_in_force():
    day = datetime(2026, 1, 1, tzinfo=UTC)
    slow = Acquisition(interval_ms=60_000, valid_from=day, valid_to=day + timedelta(minutes=3))
    fast = Acquisition(interval_ms=1000, valid_from=day + timedelta(minutes=3))
    start = to_ms(day)
    got = due_instants((fast, slow), start - 5000, start + 182_000)
    assert got.tolist() == [start, start + 60_000, start + 120_000, start + 180_000, start + 181_000]
    assert len(due_instants((), start, start + 1000)) == 0
