"""The public API: what it promises and how it fails."""

import asyncio
import base64
import csv
import io
import json
from datetime import datetime
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
import pytest
import schemathesis
from centre_support import HOUR_MS, PATIENCE_S, SHORT_MS, stamp
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tynys.centre.openapi import frozen
from tynys.domain.batch import Loss

pytestmark = pytest.mark.asyncio(loop_scope="session")
FROZEN = Path(__file__).parents[2] / "docs" / "reference" / "openapi.json"
ARROW = "application/vnd.apache.arrow.stream"


async def filled(trial):
    """A facility with two hours of readings and their averages."""
    gateway = await trial.gateway()
    span = (trial.start_ms, trial.start_ms + 2 * HOUR_MS)
    await trial.at.send(gateway, gateway.seal(trial.blocks(*span, so2=1234.5678), span))
    await trial.averages(at_least=6)
    return {"source": trial.source, "start": stamp(span[0]), "end": stamp(span[1])}


async def test_pages_of_readings_follow_each_other_without_loss_or_repetition(trial):
    query = await filled(trial)
    seen, after = [], None
    while True:
        page = await trial.at.get("/readings", **query, limit=700, **({"after": after} if after else {}))
        assert page["simulated"] is True
        assert len(page["items"]) <= 700
        seen += [(item["time"], item["channel"]) for item in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert len(seen) == len(set(seen)) == 2 * 1440
    assert seen == sorted(seen)


async def test_a_page_smaller_than_an_instant_still_moves_on(trial):
    query = await filled(trial)
    page = await trial.at.get("/readings", **query, limit=1)
    assert {item["time"] for item in page["items"]} == {query["start"]}
    following = await trial.at.get("/readings", **query, limit=1, after=page["next"])
    assert {item["time"] for item in following["items"]} == {stamp(trial.start_ms + 5000)}


async def test_readings_come_as_csv_and_arrow_and_each_says_that_it_is_simulated(trial):
    query = await filled(trial) | {"limit": 10_000}
    answer = await trial.at.public.get("/api/v1/readings", params=query, headers={"Accept": "text/csv"})
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert answer.headers["x-tynys-simulated"] == "true"
    assert list(rows[0]) == ["time", "channel", "name", "value", "unit", "status", "cause", "simulated"]
    assert rows[0]["time"] == stamp(trial.start_ms).replace("Z", ".000Z")
    assert {row["simulated"] for row in rows} == {"true"}
    arrow = await trial.at.public.get("/api/v1/readings", params=query, headers={"Accept": ARROW})
    assert arrow.headers["content-type"] == ARROW
    table = pa.ipc.open_stream(io.BytesIO(arrow.content)).read_all()
    assert table.schema.metadata[b"simulated"] == b"true"
    assert table.num_rows == len(rows) == 2880
    assert set(table["value"].to_pylist()) == {1234.5678, 6.0}


async def test_averages_are_paged_by_component_and_start(trial):
    query = await filled(trial)
    first = await trial.at.get("/averages", **query, limit=4)
    rest = await trial.at.get("/averages", **query, limit=4, after=first["next"])
    starts = [item["start"] for item in first["items"] + rest["items"]]
    assert starts == [stamp(trial.start_ms + n * SHORT_MS) for n in range(6)]
    assert rest["next"] is None
    assert first["simulated"] is True
    assert first["items"][0]["value"] == pytest.approx(1234.5678)


async def test_a_chart_is_the_same_in_json_and_in_typed_arrays(trial):
    query = await filled(trial) | {"component": "so2", "kind": "readings", "buckets": 100}
    told = await trial.at.get("/chart", **query)
    binary = (await trial.at.public.get("/api/v1/chart", params=query | {"format": "binary"})).content
    length = int.from_bytes(binary[:4], "little")
    header = json.loads(binary[4 : 4 + length])
    assert header["simulated"] is True
    count, offset = header["count"], 4 + length
    assert offset % 8 == 0
    arrays = np.frombuffer(binary, "<f8", 4 * count, offset).reshape(4, count)
    assert (arrays[0] / 1000).tolist() == [at.timestamp() for at in msgspec.json.decode(json.dumps(told["start"]), type=list[datetime])]
    assert arrays[2].tolist() == told["maximum"]
    assert len(binary) == offset + 33 * count


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/api/v1/nothing", 404, "http.not_found"),
        ("/api/v1/facilities/nowhere", 404, "not_found"),
        ("/api/v1/sources/nowhere", 404, "not_found"),
        ("/api/v1/averages?source=nowhere", 404, "not_found"),
        ("/api/v1/averages", 422, "request.invalid"),
        ("/api/v1/readings", 422, "request.invalid"),
        ("/api/v1/readings?channel=x", 404, "not_found"),
        ("/api/v1/averages?source=a&start=2026-01-02T00:00:00Z&end=2026-01-01T00:00:00Z", 422, "request.invalid"),
        ("/api/v1/averages?source=a&start=2026-01-02T00:00:00", 422, "request.invalid"),
        ("/api/v1/receipts?after=!!", 422, "request.invalid"),
        ("/api/v1/plans/ff/document", 404, "not_found"),
        ("/api/v1/stream?last_event_id=x", 422, "request.invalid"),
        ("/api/v1/averages?source=a&end=0001-01-01T00:00:00Z", 422, "request.invalid"),
        ("/api/v1/averages?source=a&start=9999-12-31T23:59:59-23:59", 422, "request.invalid"),
        ("/api/v1/readings?source=a&limit=1000000000", 422, "request.invalid"),
        ("/api/v1/readings?source=a&start=1899-01-01T00:00:00Z&end=1999-01-01T00:00:00Z", 422, "request.invalid"),
        ("/api/v1/sources/%27%20OR%201%3D1%20--", 404, "not_found"),
    ],
)
async def test_every_failure_is_a_problem(trial, path, status, code):
    answer = await trial.at.public.get(path)
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, answer.json()["status"], answer.json()["code"]) == (status, status, code)
    assert answer.json()["detail"]


@pytest.mark.parametrize(
    "parts", [[2**63], [-1], [2**70], [1.5], ["x"], [], [None], [[[]]], ["so2", 2**70, "computed"], ["so2", -1, "x"], ["'; --", 1]]
)
async def test_a_cursor_that_was_tampered_with_is_a_problem_on_every_route(trial, parts):
    query = await filled(trial)
    told = base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")
    for path in ("readings", "averages", "receipts", "gaps", "findings"):
        answer = await trial.at.public.get(f"/api/v1/{path}", params=query | {"after": told})
        assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid"), path


async def test_a_century_is_answered_a_page_at_a_time(trial):
    query = await filled(trial) | {"start": "1971-01-01T00:00:00Z", "end": "2071-01-01T00:00:00Z"}
    for path, count in (("readings", 2 * 1440), ("averages", 6)):
        page = await trial.at.get(f"/{path}", **query, limit=10_000)
        assert len(page["items"]) >= count
        assert page["next"] is None


async def test_findings_and_gaps_come_a_page_at_a_time_and_each_finding_in_words(trial):
    gateway = await trial.gateway()
    for number in range(3):
        begin = trial.start_ms + number * SHORT_MS
        loss = Loss(None, begin, begin + 1000, 5, "spool.full")
        values = [1.0, np.nan, 1.0]
        await trial.at.send(gateway, gateway.seal([trial.block("stack-1.so2", begin, values)], (begin, begin + 15_000), losses=(loss,)))
    await trial.at.until(lambda: len(trial.findings()) == 3)
    told, after = [], {}
    while True:
        page = await trial.at.get("/findings", subject=trial.facility, limit=2, **after)
        told += page["items"]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert [each["check"] for each in told] == ["LINE-LOSS"] * 3
    assert {each["title"] for each in told} == {"a gateway says that it lost readings"}
    assert [each["start"] for each in told] == [stamp(trial.start_ms + number * SHORT_MS) for number in (2, 1, 0)]
    gaps, after = [], {}
    while True:
        page = await trial.at.get("/gaps", limit=1, **after)
        gaps += [each for each in page["items"] if each["gateway"] == str(gateway.id)]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert sorted(each["cause"] for each in gaps) == ["no_answer"] * 3 + ["spool.full"] * 3


async def test_receipts_of_many_batches_are_told_without_what_they_hold(trial, monkeypatch):
    await filled(trial)
    journal, asked = trial.at.centre.journal, []
    whole = journal.read

    def read(*place, **wanted):
        asked.extend(each.entry.payload for each in whole(*place, **wanted))
        return whole(*place, **wanted)

    monkeypatch.setattr(journal, "read", read)
    page = await trial.at.get("/receipts", limit=10_000)
    assert len(page["items"]) == len(asked) == journal.last_position
    assert set(asked) == {b""}


async def test_a_method_that_is_not_there_is_a_problem(trial):
    answer = await trial.at.public.post("/api/v1/facilities")
    assert (answer.status_code, answer.json()["code"], answer.headers["allow"]) == (405, "http.method_not_allowed", "GET")


async def test_receipts_plans_gateways_health_and_metrics_tell_the_state(trial):
    await filled(trial)
    last = trial.at.centre.journal.last_position
    page = await trial.at.get("/receipts", limit=1, after=cursor_of(last - 1))
    assert [item["position"] for item in page["items"]] == [last]
    assert page["items"][0]["batch_hash"] == trial.at.centre.journal.batch(last).entry.hash.hex()
    plan = next(item for item in (await trial.at.get("/plans"))["items"] if item["facility"] == trial.facility)
    assert plan["state"] == "approved"
    document_answer = await trial.at.public.get(f"/api/v1/plans/{plan['digest']}/document")
    assert document_answer.content == trial.configuration().encode()
    health = await trial.at.get("/health")
    assert (health["status"], health["journal_position"]) == ("ok", last)
    metrics = (await trial.at.public.get("/api/v1/metrics")).text
    assert f"tynys_journal_position {last}\n" in metrics
    assert "# TYPE tynys_batches_total counter" in metrics


async def test_listeners_hear_readings_sources_and_averages_and_may_come_back(trial):
    gateway = await trial.gateway()
    heard, ids = {}, []

    async def listen(headers, until):
        async with trial.at.public.stream("GET", "/api/v1/stream", params={"facility": trial.facility}, headers=headers) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            kind = ""
            async for line in answer.aiter_lines():
                name, _, rest = line.partition(": ")
                if name == "id":
                    ids.append(int(rest))
                elif name == "event":
                    kind = rest
                elif name == "data":
                    heard.setdefault(kind, []).append(json.loads(rest))
                    if until <= heard.keys():
                        return

    waiting = asyncio.create_task(listen({}, {"hello", "readings", "source", "average"}))
    await trial.at.until(lambda: trial.at.centre.stream.listeners)
    await trial.at.send(gateway, gateway.steady(trial.start_ms, trial.start_ms + SHORT_MS + 5000))
    await asyncio.wait_for(waiting, PATIENCE_S)
    assert all(each["simulated"] is True for events in heard.values() for each in events)
    assert heard["readings"][0]["channels"]["stack-1.so2"][:2] == [trial.start_ms + SHORT_MS, 1000.0]
    assert heard["average"][0]["value"] == 1000.0
    assert heard["source"][0]["components"][0]["limit"] == 2000.0
    assert heard["source"][0]["components"][0]["exceedance_probability"] == 0.0, "the window before was steady, and so is this one"
    first = ids[0]
    heard.clear()
    ids.clear()
    await asyncio.wait_for(listen({"Last-Event-ID": str(first - 1)}, {"readings"}), PATIENCE_S)
    assert ids[0] == first


async def test_the_openapi_document_is_the_frozen_one(trial):
    told = (await trial.at.public.get("/api/v1/openapi.json")).json()
    assert told["openapi"].startswith("3.1")
    assert frozen() == FROZEN.read_text(encoding="utf-8"), (
        "the API changed: say so in the changelog, then: python -m tynys.centre.openapi > docs/reference/openapi.json"
    )


async def test_every_route_keeps_its_contract(trial):
    await filled(trial)
    described = (await trial.at.public.get("/api/v1/openapi.json")).json()
    endless = {"/api/v1/stream"}
    described["paths"] = {path: item for path, item in described["paths"].items() if path.startswith("/api/") and path not in endless}
    base_url = str(trial.at.public.base_url)
    schema = schemathesis.openapi.from_dict(described)

    def hold_to(operation):
        @settings(max_examples=6, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy())
        def keeps_its_contract(case):
            case.call_and_validate(base_url=base_url, excluded_checks=[positive_data_acceptance])  # start < end is not in a schema

        keeps_its_contract()

    def all_of_them():
        operations = [found.ok() for found in schema.get_all_operations()]
        for operation in operations:
            hold_to(operation)
        return len(operations)

    assert await asyncio.to_thread(all_of_them) > 15


def cursor_of(position):
    """A cursor as the API makes it."""
    return base64.urlsafe_b64encode(json.dumps([position]).encode()).decode().rstrip("=")
