"""Averages as whole columns: the same rows as JSON gives, in pages of any size, with what the lake does not hold yet."""

import csv
import io

import pyarrow as pa
import pytest
import pytest_asyncio
from centre_support import SHORT_MS, stamp

pytestmark = pytest.mark.asyncio(loop_scope="session")
HOURS = 2
WINDOWS = 3 * HOURS


@pytest_asyncio.fixture(loop_scope="session")
async def query(trial):
    """A facility with two hours of readings and their averages; how to ask for them."""
    gateway = await trial.gateway()
    end_ms = trial.start_ms + WINDOWS * SHORT_MS
    await trial.at.send(gateway, gateway.steady(trial.start_ms, end_ms))
    await trial.averages(at_least=WINDOWS)
    return {"source": trial.source, "start": stamp(trial.start_ms), "end": stamp(end_ms), "period": "PT20M"}


async def arrow(trial, query, **more):
    answer = await trial.at.public.get("/api/v1/averages", params={**query, "format": "arrow", **more})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/vnd.apache.arrow.stream"
    assert answer.headers["x-tynys-simulated"] == "true"
    return answer, pa.ipc.open_stream(answer.content).read_all()


async def test_arrow_says_what_json_says(trial, query):
    items = (await trial.at.get("/averages", **query))["items"]
    _, table = await arrow(trial, query)
    assert table.num_rows == len(items) == WINDOWS
    for name in ("component", "value", "unit", "status", "plant_state", "origin", "revision", "count_valid", "raw", "o2_dry_pct"):
        assert table[name].to_pylist() == [item[name] for item in items], name
    for name in ("start", "end"):
        assert [f"{at:%Y-%m-%dT%H:%M:%SZ}" for at in table[name].to_pylist()] == [item[name] for item in items], name


async def test_only_the_columns_asked_for_come(trial, query):
    _, table = await arrow(trial, query, columns=["start", "value"])
    assert table.column_names == ["start", "value"]
    assert table.schema.field("start").type == pa.timestamp("ms", "UTC")


async def test_an_unknown_column_is_refused(trial, query):
    answer = await trial.at.public.get("/api/v1/averages", params={**query, "format": "arrow", "columns": "start_ms"})
    assert answer.status_code == 422
    assert "columns" in answer.text


async def test_pages_of_columns_join_without_a_seam(trial, query):
    _, whole = await arrow(trial, query, columns=["component", "start", "value"])
    rows, after = [], {}
    while True:
        answer, part = await arrow(trial, query, columns=["component", "start", "value"], limit=2, **after)
        rows += part.to_pylist()
        if "x-tynys-next" not in answer.headers:
            break
        after = {"after": answer.headers["x-tynys-next"]}
    assert rows == whole.to_pylist()
    assert len(rows) == WINDOWS


async def test_csv_has_the_same_numbers(trial, query):
    items = (await trial.at.get("/averages", **query))["items"]
    answer = await trial.at.public.get("/api/v1/averages", params=query, headers={"accept": "text/csv"})
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(row["component"], row["start"], float(row["value"])) for row in rows] == [
        (item["component"], item["start"], item["value"]) for item in items
    ]


async def test_columns_are_the_same_before_and_after_the_lake_has_taken_them(trial, query):
    centre = trial.at.centre
    names = ("start_ms", "value", "status")
    span = (trial.source, None, "PT20M", trial.start_ms, trial.start_ms + WINDOWS * SHORT_MS)
    before = centre.averages.table(*span, columns=names, encoded=True)
    await trial.at.until(lambda: centre.averages.waiting == 0)
    after = centre.averages.table(*span, columns=names, encoded=True)
    assert before.select(names).to_pylist() == after.select(names).to_pylist()
    assert before.num_rows == WINDOWS
