"""What must not get in, and what it is told."""

import asyncio
import base64
from dataclasses import replace
from uuid import uuid4

import httpx
import pytest
from centre_support import HEADERS, TinyGateway, make_blocks

from tynys.centre.offline import make_code, revoke
from tynys.wire.compression import compress
from tynys.wire.envelope import pack_request
from tynys.wire.keys import SigningKey
from tynys.wire.receipts import Outcome, open_reply

pytestmark = pytest.mark.asyncio(loop_scope="session")
MIB = 1024 * 1024


def is_problem(answer, status, code):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == status
    assert body["code"] == code, body
    assert body["title"]
    assert body["detail"]
    return body


async def post(at, body, **headers):
    return await at.intake.post("/v1/batches", content=body, headers=HEADERS | headers)


async def test_an_unknown_gateway_is_refused_in_its_receipt_and_nothing_is_stored(trial):
    stranger = TinyGateway(facility=trial.facility)
    before = trial.at.centre.journal.last_position
    (receipt,) = (await trial.at.send(stranger, stranger.steady(trial.start_ms, trial.start_ms + 5000))).receipts
    assert receipt.outcome is Outcome.REFUSED
    assert receipt.reason.startswith("gateway.unknown")
    assert str(stranger.id) in receipt.reason
    assert receipt.gateway == stranger.id
    assert trial.at.centre.journal.last_position == before


async def test_a_wrong_key_is_refused_and_a_good_batch_of_the_same_request_is_stored(trial):
    gateway = await trial.gateway()
    good = gateway.steady(trial.start_ms, trial.start_ms + 5000)
    forged = TinyGateway(facility=trial.facility, id=gateway.id).steady(trial.start_ms, trial.start_ms + 5000)
    tampered = replace(forged, key_id=gateway.key.key_id)
    receipts = (await trial.at.send(gateway, forged, good, tampered)).receipts
    assert [receipt.outcome for receipt in receipts] == [Outcome.REFUSED, Outcome.STORED, Outcome.REFUSED]
    assert receipts[0].reason.startswith("key.unknown")
    assert receipts[2].reason.startswith("wire.signature")
    await trial.at.until(trial.findings)
    assert {finding.check for finding in trial.findings()} == {"LINE-REFUSED"}


async def test_a_revoked_key_is_refused_from_the_next_second_on(trial):
    gateway = await trial.gateway()
    revoke(trial.at.centre.folder.root, gateway.key.key_id, "stolen")
    await trial.at.until(lambda: trial.at.centre.gateways.get(gateway.id).keys[gateway.key.key_id].revoked)
    (receipt,) = (await trial.at.send(gateway, gateway.steady(trial.start_ms, trial.start_ms + 5000))).receipts
    assert receipt.outcome is Outcome.REFUSED
    assert receipt.reason.startswith("key.revoked")


async def test_two_batches_with_one_number_are_both_kept_and_the_second_is_refused(trial):
    gateway = await trial.gateway()
    twin = TinyGateway(trial.facility, "live", gateway.key, gateway.id, gateway.epoch, gateway.seq, gateway.previous)
    one = gateway.steady(trial.start_ms, trial.start_ms + 5000)
    other = twin.steady(trial.start_ms, trial.start_ms + 5000, so2=1.0)
    receipts = [(await trial.at.send(gateway, each)).receipts[0] for each in (one, other)]
    assert [receipt.outcome for receipt in receipts] == [Outcome.STORED, Outcome.REFUSED]
    assert receipts[1].reason.startswith("chain.conflict")
    assert trial.at.centre.journal.batch(receipts[1].position).entry.payload == other.payload
    await trial.at.until(trial.findings)
    assert trial.findings()[0].check == "LINE-TWO-BATCHES"
    latest = (await trial.at.centre.queries.source(trial.source)).components[0]
    assert latest.now is None or latest.now != 1.0


async def test_a_clone_of_a_gateway_shows_as_a_fork(trial):
    gateway = await trial.gateway()
    clone = TinyGateway(trial.facility, "live", gateway.key, gateway.id, uuid4(), 0, gateway.previous)
    await trial.at.send(gateway, gateway.steady(trial.start_ms, trial.start_ms + 5000))
    (receipt,) = (await trial.at.send(clone, clone.steady(trial.start_ms, trial.start_ms + 5000))).receipts
    assert (receipt.outcome, receipt.chain.value) == (Outcome.STORED, "fork")
    await trial.at.until(trial.findings)
    assert "LINE-FORK" in {finding.check for finding in trial.findings()}


async def test_readings_of_another_facilitys_channels_are_refused(trial):
    await trial.gateway()
    other = trial.at.trial()
    intruder = await other.gateway()
    blocks = make_blocks(other.start_ms, other.start_ms + 5000, facility=trial.facility)
    (receipt,) = (await trial.at.send(intruder, intruder.seal(blocks, (other.start_ms, other.start_ms + 5000)))).receipts
    assert receipt.outcome is Outcome.REFUSED
    assert receipt.reason.startswith("channel.of_another_facility")


async def test_a_configuration_of_another_facility_is_a_finding_and_changes_nothing(trial):
    other = trial.at.trial()
    gateway = TinyGateway(facility=trial.facility)
    await trial.at.enrol(gateway)
    (receipt,) = (await trial.at.send(gateway, gateway.seal(configuration=other.configuration()))).receipts
    assert (receipt.outcome, receipt.plan_known) == (Outcome.STORED, False)
    await trial.at.until(trial.findings)
    assert "PLAN-UNREADABLE" in {finding.check for finding in trial.findings()}


async def test_a_gateway_whose_clock_is_an_hour_ahead_is_a_finding(trial):
    gateway = await trial.gateway()
    envelope = gateway.seal((), sealed_ms=trial.at.clock.at_ms + 3_600_000)
    answer = await post(trial.at, compress(pack_request([envelope])))
    assert answer.status_code == 200
    await trial.at.until(trial.findings)
    (finding,) = trial.findings()
    assert (finding.check, finding.evidence["offset_ms"]) == ("LINE-CLOCK", 3_600_000)


async def test_the_recorded_past_is_not_measured_against_the_clock(trial):
    gateway = await trial.gateway(role="history")
    (receipt,) = (await post_and_open(trial, gateway, gateway.seal((), sealed_ms=trial.at.clock.at_ms + 3_600_000))).receipts
    assert receipt.outcome is Outcome.STORED
    await trial.at.centre.housekeeping.record_findings()
    assert trial.findings() == []


async def post_and_open(trial, gateway, envelope):
    return open_reply((await post(trial.at, compress(pack_request([envelope])))).content, gateway.centre_key)


async def test_a_malformed_body_says_what_was_expected(trial):
    for body, code in ((b"", "wire.malformed"), (b"not zstd", "wire.malformed"), (compress(b"\xff\xff\xff"), "wire.malformed")):
        is_problem(await post(trial.at, body), 400, code)
    gateway = await trial.gateway()
    envelope = gateway.steady(trial.start_ms, trial.start_ms + 5000)
    cut = compress(pack_request([envelope])[:-7])
    is_problem(await post(trial.at, cut), 400, "wire.malformed")
    is_problem(
        await trial.at.intake.post("/v1/batches", content=b"{}", headers={"Content-Type": "application/json"}), 415, "wire.media_type"
    )


async def test_a_body_over_the_bound_is_cut_off_whether_it_says_so_or_not(trial):
    async def endless():
        for _ in range(20):
            yield b"\0" * MIB

    is_problem(await post(trial.at, b"\0" * (8 * MIB + 1)), 413, "wire.too_large")
    try:
        is_problem(await trial.at.intake.post("/v1/batches", content=endless(), headers=HEADERS), 413, "wire.too_large")
    except httpx.WriteError:
        pass  # the centre answered and closed while the rest was still being sent


async def test_enrolment_needs_a_code_that_was_not_used_and_proof_of_the_key(trial):
    gateway = TinyGateway(facility=trial.facility)
    code = make_code(trial.at.centre.folder.root, facility=trial.facility, role="live", simulated=True)
    post = trial.at.intake.post
    asked = gateway.enrolment(code)
    stolen = asked | {"public_key": base64.b64encode(SigningKey.generate().public).decode()}
    is_problem(await post("/v1/enrol", json=stolen), 403, "wire.signature")
    assert (await post("/v1/enrol", json=asked)).status_code == 200
    is_problem(await post("/v1/enrol", json=TinyGateway(facility=trial.facility).enrolment(code)), 403, "enrolment.code_used")
    is_problem(await post("/v1/enrol", json=gateway.enrolment("guess")), 403, "enrolment.code_unknown")
    body = is_problem(await post("/v1/enrol", json=asked | {"colour": "red"}), 400, "enrolment.malformed")
    assert "colour" in body["detail"]
    is_problem(await post("/v1/enrol", content=b"x" * 20_000), 413, "wire.too_large")


async def test_a_code_that_expired_or_is_for_another_lets_nobody_in(trial):
    gateway, root, post = TinyGateway(facility=trial.facility), trial.at.centre.folder.root, trial.at.intake.post
    old = make_code(root, facility=trial.facility, role="live", simulated=True, days=-1)
    is_problem(await post("/v1/enrol", json=gateway.enrolment(old)), 403, "enrolment.code_expired")
    elsewhere = make_code(root, facility="elsewhere", role="live", simulated=True)
    is_problem(await post("/v1/enrol", json=gateway.enrolment(elsewhere)), 403, "enrolment.code_mismatch")
    assert trial.at.centre.gateways.find(gateway.id) is None
    codes = [make_code(root, facility=trial.facility, role="live", simulated=True) for _ in range(2)]
    each = [TinyGateway(facility=trial.facility) for _ in range(4)]
    answers = await asyncio.gather(*(post("/v1/enrol", json=gateway.enrolment(codes[0])) for gateway in each))
    assert sorted(answer.status_code for answer in answers) == [200, 403, 403, 403]
    (let_in,) = [gateway for gateway, answer in zip(each, answers, strict=True) if answer.status_code == 200]
    is_problem(await post("/v1/enrol", json=let_in.enrolment(codes[1])), 403, "enrolment.gateway_known")


async def test_who_never_heard_the_answer_to_its_enrolment_is_answered_again(trial):
    gateway, post = TinyGateway(facility=trial.facility), trial.at.intake.post
    code = make_code(trial.at.centre.folder.root, facility=trial.facility, role="live", simulated=True)
    first, second = [await post("/v1/enrol", json=gateway.enrolment(code)) for _ in range(2)]
    assert first.status_code == second.status_code == 200
    assert first.json()["centre_public_key"] == second.json()["centre_public_key"]


@pytest.mark.parametrize("body", [b"", b"[]", b"[" * 16_000, b'{"code":"\\ud800"}', b"\xff"], ids=["none", "list", "deep", "half", "bytes"])
async def test_an_enrolment_that_is_none_says_what_was_expected(trial, body):
    told = is_problem(await trial.at.intake.post("/v1/enrol", content=body), 400, "enrolment.malformed")
    assert "public_key" in told["hint"]


async def test_the_time_is_told_and_other_paths_are_problems(trial):
    assert (await trial.at.intake.get("/v1/time")).json()["server_time_ms"] == trial.at.clock.at_ms
    is_problem(await trial.at.intake.get("/nothing"), 404, "http.not_found")
    is_problem(await trial.at.intake.get("/v1/batches"), 405, "http.method_not_allowed")
