"""An enrolled gateway that means harm: it is heard, and nobody else notices."""

import asyncio
import sys
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import msgspec
import numpy as np
import pytest
from centre_support import DAY_MS, HEADERS, PATIENCE_S, SHORT_MS, TinyGateway, make_block, running, stamp
from httpx import ASGITransport, AsyncClient

sys.path.insert(0, str(Path(__file__).parents[1] / "wire"))

import tynys_pb2 as pb

from tynys.centre.app import create_public_app
from tynys.centre.offline import revoke
from tynys.domain.average import ReportedAverage
from tynys.domain.batch import ConfigurationRecord
from tynys.domain.status import AverageStatus
from tynys.wire.compression import compress
from tynys.wire.envelope import BATCH_TAG, Envelope, pack_request
from tynys.wire.receipts import Outcome

pytestmark = pytest.mark.asyncio(loop_scope="session")


def signed(gateway, *records, **fields):
    """A batch made by Google's encoder, properly signed, whatever it says."""
    whole = pb.Batch(**{"gateway": gateway.id.bytes, "epoch": uuid4().bytes, "seq": 1} | fields)
    for number, body in records:
        whole.records.add(type=number, body=body.SerializeToString())
    payload = whole.SerializeToString()
    return Envelope(payload, gateway.key.key_id, gateway.key.sign(BATCH_TAG, payload))


def far_rows(start_ms, interval_ms=1000, count=2):
    """A channel without a value at instants nobody can mean."""
    table = pb.Readings(start_ms=start_ms, interval_ms=interval_ms, count=count, channels=bytes(16), forms=b"\0")
    table.run_status.extend([7])
    table.run_cause.extend([1])
    table.run_length.extend([count])
    return 1, table


async def everybody_is_served(trial):
    """Every public page of state answers."""
    for path in ("health", "facilities", "sources", "gateways", "gaps", "findings", "plans", "receipts", "metrics"):
        answer = await trial.at.public.get(f"/api/v1/{path}")
        assert answer.status_code == 200, (path, answer.text)


@pytest.mark.parametrize(
    ("records", "fields"),
    [
        ((), {"span_end_ms": 2**62}),
        ((), {"span_end_ms": 11 * 366 * DAY_MS}),
        ((), {"sealed_ms": 2**62}),
        ((), {"seq": 2**53}),
        ((), {"seq": 2**63 - 1}),
        ([far_rows(2**49)], {}),
        ([far_rows(DAY_MS, DAY_MS, 500_000)], {}),
        ([(7, pb.Loss(start_ms=2**62, end_ms=2**62))], {}),
        ([(7, pb.Loss(start_ms=2, end_ms=1))], {}),
        ([(4, pb.Event(kind="x" * 1_000_000))], {}),
    ],
    ids=["endless-span", "eleven-years", "sealed-far", "seq-53", "seq-63", "year-19809", "a-row-a-day", "far-loss", "loss-back", "text"],
)
async def test_a_signed_batch_beyond_the_bounds_is_refused_and_leaves_no_trace(trial, records, fields):
    gateway = await trial.gateway()
    before = trial.at.centre.journal.last_position
    (receipt,) = (await trial.at.send(gateway, signed(gateway, *records, **fields))).receipts
    assert receipt.outcome is Outcome.REFUSED
    assert receipt.reason.startswith(("wire.malformed", "wire.too_large"))
    assert trial.at.centre.journal.last_position == before
    await everybody_is_served(trial)


async def test_readings_of_next_year_are_kept_as_evidence_and_blind_nobody(trial):
    gateway = await trial.gateway()
    now, year = trial.start_ms, trial.start_ms + 365 * DAY_MS
    await trial.at.send(gateway, gateway.steady(now, now + 5000))
    early = gateway.seal(trial.blocks(year, year + SHORT_MS, so2=9.0), (year, year + SHORT_MS), sealed_ms=now + 5000)
    (receipt,) = (await trial.at.send(gateway, early)).receipts
    assert receipt.outcome is Outcome.STORED
    await trial.at.send(gateway, gateway.steady(now + 5000, now + 10_000))
    await trial.at.until(trial.findings)
    assert [finding.check for finding in trial.findings()] == ["LINE-CLOCK"]
    assert trial.at.centre.state.rings.latest(trial.blocks(now, now + 5000)[0].channel).value == 1000.0
    assert not list(trial.at.centre.state.facility(trial.facility).windows) or all(
        window.start_ms < year for window in trial.at.centre.state.facility(trial.facility).windows
    )
    assert (await trial.at.get("/readings", source=trial.source, start=stamp(year), end=stamp(year + SHORT_MS)))["items"]


async def test_readings_far_from_the_span_open_no_windows_between(trial):
    gateway = await trial.gateway()
    old = trial.start_ms - 30 * 365 * DAY_MS
    envelopes = [
        gateway.seal(trial.blocks(trial.start_ms, trial.start_ms + 5000), (0, 0), sealed_ms=trial.start_ms + 5000),
        gateway.seal(trial.blocks(trial.start_ms + 5000, trial.start_ms + 10_000), (old, old + 1), sealed_ms=trial.start_ms + 10_000),
    ]
    receipts = (await trial.at.send(gateway, *envelopes)).receipts
    assert {receipt.outcome for receipt in receipts} == {Outcome.STORED}
    assert len(trial.at.centre.state.facility(trial.facility).windows) <= 2 * (72 + 24 + 1)  # of the two days, not of thirty years


def changed(configuration, what, other):
    """A configuration that nobody should work by."""
    plan, channels = configuration.plan, configuration.channels
    match what:
        case "path":
            plan = msgspec.structs.replace(plan, rule_pack="../../../pyproject")
        case "no-pack":
            plan = msgspec.structs.replace(plan, rule_pack="nowhere")
        case "component":
            plan = msgspec.structs.replace(plan, components=(msgspec.structs.replace(plan.components[0], component="nonsense"),))
        case "channel":
            channels = tuple(msgspec.structs.replace(channel, component="nonsense") for channel in channels)
        case "no-chains":
            plan = msgspec.structs.replace(plan, components=(msgspec.structs.replace(plan.components[0], chains=()),))
        case "foreign-channel":
            channels = tuple(msgspec.structs.replace(mine, id=theirs.id) for mine, theirs in zip(channels, other.channels, strict=True))
        case "foreign-source":
            ours, theirs = configuration.sources[0].id, other.sources[0].id
            text = configuration.encode().replace(ours.encode(), theirs.encode())
            return msgspec.json.decode(text, type=type(configuration))
    return msgspec.structs.replace(configuration, plan=plan, channels=channels)


@pytest.mark.parametrize("what", ["path", "no-pack", "component", "channel", "no-chains", "foreign-channel", "foreign-source"])
async def test_a_configuration_nobody_could_work_by_is_a_finding_and_takes_no_page_away(trial, what):
    victim = trial.at.trial()
    await victim.gateway()
    gateway = TinyGateway(facility=trial.facility)
    await trial.at.enrol(gateway)
    bad = changed(trial.configuration(), what, victim.configuration())
    envelopes = [gateway.seal(configuration=bad), gateway.seal(trial.blocks(trial.start_ms, trial.start_ms + 5000))]
    if what != "foreign-channel":
        receipts = (await trial.at.send(gateway, *envelopes)).receipts
        assert [(receipt.outcome, receipt.plan_known) for receipt in receipts] == [(Outcome.STORED, False)] * 2
    else:
        await trial.at.send(gateway, envelopes[0])
    await trial.at.until(trial.findings)
    assert {finding.check for finding in trial.findings()} & {"PLAN-UNREADABLE", "PLAN-INCONSISTENT"}
    await everybody_is_served(trial)
    assert (await trial.at.get(f"/sources/{victim.source}"))["facility"] == victim.facility


@pytest.mark.parametrize("document", [b'{"facility":' + b"[" * 200_000, b" " * (1 << 20) + b"{}"], ids=["deep", "long"])
async def test_a_document_made_to_choke_a_reader_is_a_finding(trial, document):
    gateway = TinyGateway(facility=trial.facility)
    await trial.at.enrol(gateway)
    envelope = signed(gateway, (3, pb.Configuration(document=ConfigurationRecord(document).document)))
    (receipt,) = (await trial.at.send(gateway, envelope)).receipts
    assert receipt.outcome is Outcome.STORED
    await trial.at.until(trial.findings)
    assert "PLAN-UNREADABLE" in {finding.check for finding in trial.findings()}


def average(source, start_ms, **changes):
    """What a plant reports."""
    return ReportedAverage(
        **{"source": source, "component": "so2", "period": "PT20M", "start_ms": start_ms, "value": 6666.0}
        | changes
        | {"status": AverageStatus.VALID, "count_valid": 240, "count_expected": 240}
    )


async def test_averages_of_another_facilitys_source_are_refused(trial):
    victim = trial.at.trial()
    await victim.gateway()
    gateway = await trial.gateway()
    (receipt,) = (await trial.at.send(gateway, gateway.seal(averages=(average(victim.source, victim.start_ms),)))).receipts
    assert (receipt.outcome, receipt.reason.partition(":")[0]) == (Outcome.REFUSED, "source.of_another_facility")


async def test_an_average_of_no_period_is_a_finding_and_the_others_are_kept(trial):
    gateway = await trial.gateway()
    said = (
        average(trial.source, trial.start_ms),
        average(trial.source, 0, period="P9Z"),
        average(trial.source, trial.start_ms + 1, value=1.0),
    )
    await trial.at.send(gateway, gateway.seal(averages=said, sealed_ms=trial.start_ms + SHORT_MS))
    rows = await trial.averages(where=lambda row: row["origin"] != "computed")
    assert [row["value"] for row in rows] == [6666.0]
    await trial.at.until(trial.findings)
    assert {finding.check for finding in trial.findings()} == {"AVERAGE-UNREADABLE"}


async def test_a_batch_that_cannot_be_worked_in_is_receipted_all_the_same_and_stops_nobody(trial, monkeypatch):
    gateway, state = await trial.gateway(), trial.at.centre.state
    whole = state._cover

    def fails(sender, *rest):
        if sender.facility == trial.facility:
            raise OverflowError("made to fail")
        whole(sender, *rest)

    monkeypatch.setattr(state, "_cover", fails)
    (receipt,) = (await trial.at.send(gateway, gateway.steady(trial.start_ms, trial.start_ms + 5000))).receipts
    assert receipt.outcome is Outcome.STORED
    await trial.at.until(trial.findings)
    (finding,) = trial.findings()
    assert (finding.check, finding.evidence["position"]) == ("LINE-NOT-WORKED-IN", receipt.position)


async def test_a_replayed_batch_with_one_altered_byte_is_refused_at_every_byte(trial):
    gateway = await trial.gateway()
    good = gateway.steady(trial.start_ms, trial.start_ms + 5000)
    await trial.at.send(gateway, good)
    before = trial.at.centre.journal.last_position
    flipped = [bytearray(good.payload) for _ in range(60)]
    for place, payload in zip(np.linspace(0, len(good.payload) - 1, 60).astype(int), flipped, strict=True):
        payload[place] ^= 1
    receipts = (await trial.at.send(gateway, *(replace(good, payload=bytes(payload)) for payload in flipped))).receipts
    assert {receipt.outcome for receipt in receipts} == {Outcome.REFUSED}
    assert trial.at.centre.journal.last_position == before


async def test_the_same_batch_sent_by_many_at_once_is_stored_once(trial):
    gateway = await trial.gateway()
    envelope = gateway.steady(trial.start_ms, trial.start_ms + 5000)
    before = trial.at.centre.journal.last_position
    replies = await asyncio.gather(*(trial.at.send(gateway, envelope, envelope) for _ in range(8)))
    outcomes = [receipt.outcome for reply in replies for receipt in reply.receipts]
    assert sorted(outcomes) == [Outcome.DUPLICATE] * 15 + [Outcome.STORED]
    assert {receipt.position for reply in replies for receipt in reply.receipts} == {before + 1}
    assert trial.at.centre.journal.last_position == before + 1
    items = (await trial.at.get("/readings", source=trial.source, start=stamp(trial.start_ms), end=stamp(trial.start_ms + 5000)))["items"]
    assert len(items) == 2


async def test_a_batch_of_a_revoked_key_counts_only_if_a_stored_one_follows_it(trial):
    gateway = await trial.gateway()
    missed, later, forged = (gateway.steady(trial.start_ms + n * 5000, trial.start_ms + (n + 1) * 5000) for n in range(3))
    await trial.at.send(gateway, later)
    revoke(trial.at.centre.folder.root, gateway.key.key_id, "stolen")
    await trial.at.until(lambda: trial.at.centre.gateways.get(gateway.id).keys[gateway.key.key_id].revoked)
    receipts = (await trial.at.send(gateway, missed, forged)).receipts
    assert [receipt.outcome for receipt in receipts] == [Outcome.STORED, Outcome.REFUSED]
    assert receipts[1].reason.startswith("key.revoked")


async def test_more_than_sixty_four_batches_or_none_are_refused_whole(trial):
    gateway = await trial.gateway()
    before = trial.at.centre.journal.last_position
    envelopes = [gateway.seal() for _ in range(65)]
    body = pack_request(envelopes[:64]) + pack_request(envelopes[64:])
    answer = await trial.at.intake.post("/v1/batches", content=compress(body), headers=HEADERS)
    assert (answer.status_code, answer.json()["code"]) == (400, "wire.malformed")
    assert "64" in answer.json()["detail"]
    assert trial.at.centre.journal.last_position == before


async def test_slow_senders_of_large_bodies_keep_nobody_waiting(trial):
    gateway, go = await trial.gateway(), asyncio.Event()

    async def dribble():
        yield b"\0" * 300_000
        await go.wait()
        yield b"\0"

    slow = [asyncio.create_task(trial.at.intake.post("/v1/batches", content=dribble(), headers=HEADERS)) for _ in range(6)]
    await asyncio.sleep(0.2)
    noise = np.random.default_rng(1).normal(1000, 100, 60_000)
    block = make_block("stack-1.so2", trial.start_ms - DAY_MS, noise, interval_ms=1000, facility=trial.facility)
    large = gateway.seal((block,), (trial.start_ms - DAY_MS, trial.start_ms), sealed_ms=trial.start_ms)
    assert len(compress(pack_request([large]))) > 300_000
    (receipt,) = (await asyncio.wait_for(trial.at.send(gateway, large), PATIENCE_S)).receipts
    assert receipt.outcome is Outcome.STORED
    go.set()
    assert {answer.status_code for answer in await asyncio.gather(*slow)} == {400}


async def test_a_full_disk_is_told_nothing_is_receipted_and_what_is_stored_stays(trial):
    gateway = await trial.gateway()
    kept = gateway.steady(trial.start_ms, trial.start_ms + 5000)
    await trial.at.send(gateway, kept)
    journal = trial.at.centre.journal
    before, pages = journal.last_position, journal._db.execute("PRAGMA max_page_count").fetchone()[0]
    journal._db.execute(f"PRAGMA max_page_count = {journal._db.execute('PRAGMA page_count').fetchone()[0]}")
    noise = np.random.default_rng(2).normal(1000, 100, 20_000)
    block = make_block("stack-1.so2", trial.start_ms + 5000, noise, interval_ms=100, facility=trial.facility)
    large = gateway.seal((block,), (trial.start_ms + 5000, trial.start_ms + 2_005_000))
    try:
        answer = await trial.at.intake.post("/v1/batches", content=compress(pack_request([large])), headers=HEADERS)
        assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "storage.full", "2")
        assert "full" in answer.json()["detail"]
        assert journal.last_position == before
        assert (await trial.at.send(gateway, kept)).receipts[0].outcome is Outcome.DUPLICATE
    finally:
        journal._db.execute(f"PRAGMA max_page_count = {pages}")
    (receipt,) = (await trial.at.send(gateway, large)).receipts
    assert (receipt.outcome, receipt.position) == (Outcome.STORED, before + 1)


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/facilities/..%2f..%2fkeys%2fadmin.token",
        "/api/v1/sources/%0d%0aX-Injected:%201",
        "/api/v1/sources/' OR 1=1 --",
        "/api/v1/plans/..%2f..%2fcentre.toml/document",
        "/%2e%2e/%2e%2e/etc/passwd",
    ],
)
async def test_names_that_try_to_get_out_find_nothing(trial, path):
    held = len(trial.at.centre.live._held)
    answer = await trial.at.public.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert "x-injected" not in answer.headers
    assert len(trial.at.centre.live._held) == held


async def test_labels_of_metrics_cannot_be_broken_out_of(folder):
    async with running(folder) as centre:
        gateway = TinyGateway(facility='x"} 1\nforged_total 1 #\\')
        await centre.enrol(gateway)
        async with AsyncClient(transport=ASGITransport(create_public_app(centre.centre)), base_url="http://in.process") as public:
            text = (await public.get("/api/v1/metrics")).text
    assert not [line for line in text.splitlines() if line.startswith("forged_total")]
    assert r'facility="x\"} 1\nforged_total 1 #\\"' in text
