"""What the zoomable chart and its table ask for: spans, arrays, rows."""

import json
import math
import struct

import pytest
from html_tree import read, text
from sample import DAY, NOW, WINDOW, Sample
from starlette.requests import Request

from tynys.present.voice import voice
from tynys.web import spans
from tynys.web.ribbon import NAMES

HOUR = 3_600_000


def asked(query):
    return Request({"type": "http", "query_string": query.encode(), "headers": []})


@pytest.mark.parametrize(
    ("query", "name", "length"),
    [
        ("", "day", DAY),
        ("span=week", "week", 7 * DAY),
        ("span=year", "year", 366 * DAY),
        ("span=century", "day", DAY),
        ("from=5&to=1", "day", DAY),
    ],
)
def test_a_named_span_ends_with_the_running_window(query, name, length) -> None:
    found = spans.chosen_span(asked(query), NOW)
    assert (found.name, found.end_ms - found.start_ms) == (name, length)
    assert found.end_ms % WINDOW == 0
    assert NOW < found.end_ms <= NOW + WINDOW


@pytest.mark.parametrize(
    "query",
    [
        f"from={NOW - HOUR}&to={NOW}",
        "from=2026-11-24T08:32:05Z&to=2026-11-24T09:32:05Z",
        "from=2026-11-24T13:32:05%2B05:00&to=2026-11-24T14:32:05%2B05:00",
    ],
)
def test_a_span_is_given_in_milliseconds_or_as_moments_with_their_zone(query) -> None:
    found = spans.chosen_span(asked(query), NOW)
    assert (found.start_ms, found.end_ms) == (NOW - HOUR, NOW)
    assert found.query() == {"from": str(NOW - HOUR), "to": str(NOW)}
    assert found.words(voice("en")) == "13:32 – 14:32"


@pytest.mark.parametrize(
    "query",
    ["from=1&to=2", f"from=0&to={NOW * 10}", "from=2026-11-24T08:32:05&to=2026-11-24T09:32:05", "from=x&to=y", f"from={'9' * 40}&to=1"],
)
def test_a_span_that_cannot_be_is_the_last_day(query) -> None:
    assert spans.chosen_span(asked(query), NOW).name == "day"


def decoded(body):
    """The arrays as docs and chart.js say: a length, JSON padded to eight bytes, four float64 columns, one of bytes."""
    (length,) = struct.unpack_from("<I", body)
    head = json.loads(body[4 : 4 + length])
    count = head["count"]
    assert (4 + length) % 8 == 0
    assert len(body) == 4 + length + 33 * count
    columns = [struct.unpack_from(f"<{count}d", body, 4 + length + 8 * count * index) for index in range(4)]
    return head, columns, body[4 + length + 32 * count :]


async def series(client, **query):
    answer = await client.get("/source/gres-1.stack-2/series", params=query)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    return decoded(answer.content)


async def test_the_arrays_are_the_series_the_centre_has(full) -> None:
    head, (start, low, high, mean), state = await series(full, component="dust", span="day", buckets=4000)
    expected = await Sample().chart("gres-1.stack-2", "dust", "averages", start[0], start[0] + DAY, 4000)
    assert list(start) == expected.start_ms.tolist()
    assert (head["unit"], head["limit"], head["interval_ms"]) == ("mg/Nm3", expected.limit, WINDOW)
    for column, wanted in ((low, expected.minimum), (high, expected.maximum), (mean, expected.mean)):
        assert all(a == b or (math.isnan(a) and math.isnan(b)) for a, b in zip(column, wanted.tolist(), strict=True))
    gaps = [NAMES[code] for code, value in zip(state, mean, strict=True) if math.isnan(value)]
    assert set(gaps) == {"invalid"}
    assert {NAMES[code] for code, value in zip(state, mean, strict=True) if not math.isnan(value)} == {"valid"}


@pytest.mark.parametrize(("asked_for", "at_most"), [("10", 50), ("300", 300), ("99999999", 4000), ("-1", 4000), ("x", 4000)])
async def test_however_many_steps_are_asked_for_they_are_few(full, asked_for, at_most) -> None:
    head, _, _ = await series(full, component="so2", kind="readings", span="day", buckets=asked_for)
    assert 0 < head["count"] <= at_most


async def test_readings_are_not_measured_against_the_limit_of_averages(full) -> None:
    head, _, _ = await series(full, component="so2", kind="readings", span="day", buckets=300)
    assert head["limit"] is None


@pytest.mark.parametrize(
    ("path", "status"), [("/source/gres-1.stack-2/series?component=argon", 404), ("/source/nowhere.x/series?component=so2", 404)]
)
async def test_a_series_that_is_not_there_is_not_found(full, path, status) -> None:
    assert (await full.get(path)).status_code == status


async def test_the_table_has_the_rows_of_the_chart_with_their_state_in_words(full) -> None:
    root = read((await full.get("/source/gres-1.stack-2/table?component=dust&lang=en", headers={"hx-request": "true"})).text)
    rows = [[text(cell) for cell in row] for row in root.findall("table/tbody/tr")]
    assert len(rows) == 72
    assert rows[0][0] == "23 November, 14:40"
    assert {row[4] for row in rows} == {"valid", "not valid"}
    assert all((row[2] == "—") == (row[4] == "not valid") for row in rows)
