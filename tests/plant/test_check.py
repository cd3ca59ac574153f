"""`tynys plant check` says in words what is wrong: instruments, clock, key, gateway, plan."""

from __future__ import annotations

from typing import NamedTuple

import msgspec
import pytest

from tynys.cli.plant_check import worded
from tynys.plant.check import SUBJECTS, Line, Verdict, _receipt_line, check_plant, wrong
from tynys.plant.settings import load_settings
from tynys.plant.spool import Spool
from tynys.present.catalogue import LANGUAGES
from tynys.present.voice import voice
from tynys.wire.keys import SigningKey


class Said(NamedTuple):
    """A line in English words."""

    verdict: Verdict
    text: str
    hint: str


def said(lines: list[Line], subject: str) -> Said:
    """The one line about a subject, or about a point of a device; every line has words in every language."""
    for each in lines:
        for language in LANGUAGES:
            assert worded(each.text, voice(language))
            assert each.hint is None or worded(each.hint, voice(language))
            assert each.subject not in SUBJECTS or voice(language).t(f"check.subject.{each.subject}")
    found = [line for line in lines if f"{line.subject} {line.point}".strip() == subject]
    assert len(found) == 1, lines
    (line,) = found
    return Said(line.verdict, worded(line.text, voice("en")), "" if line.hint is None else worded(line.hint, voice("en")))


@pytest.fixture
def ready(plant_folder, analyser, mini_centre):
    """A plant where everything is as it should be."""
    plant_folder.write(centre=mini_centre.section, devices=analyser.section())
    mini_centre.known[plant_folder.gateway] = plant_folder.key.verify_key
    return plant_folder


async def check(ready, **change: object) -> list[Line]:
    return await check_plant(load_settings(ready.file), **change)


async def test_a_plant_in_order_has_nothing_wrong(ready, mini_centre) -> None:
    lines = await check(ready)
    assert not wrong(lines), lines
    assert said(lines, "gas so2").text == "1,500 mg/Nm³"
    assert said(lines, "gateway").verdict is Verdict.FINE
    (batch,) = mini_centre.stored.values()
    assert batch.readings == ()
    assert [event.kind for event in batch.events] == ["gateway.check"]


async def test_without_sending_nothing_is_sent_and_no_spool_is_made(ready, mini_centre) -> None:
    assert not wrong(await check(ready, send=False))
    assert not mini_centre.stored
    assert not (ready.folder / "spool").exists()


async def test_an_unreachable_analyser_is_named_with_its_address(ready, analyser) -> None:
    analyser.device.cut()
    line = said(await check(ready), "gas")
    assert line.verdict is Verdict.WRONG
    assert f"127.0.0.1:{analyser.device.port}" in line.text
    assert "nothing listens there" in line.text


async def test_a_wrong_word_order_is_recognised_and_the_right_one_suggested(ready, analyser) -> None:
    analyser.show(1500.0, 6.0, order="CDAB")
    line = said(await check(ready), "gas so2")
    assert line.verdict is Verdict.WRONG
    assert 'word_order = "CDAB"' in line.hint
    assert "1,500" in line.hint


async def test_a_value_far_outside_the_channels_range_is_wrong(ready, analyser) -> None:
    analyser.show(9000.0, 6.0)
    line = said(await check(ready), "gas so2")
    assert line.verdict is Verdict.WRONG
    assert "0 to 4,000 mg/Nm³" in line.text


async def test_a_unit_that_differs_from_the_maps_is_wrong(ready, configuration) -> None:
    so2 = msgspec.structs.replace(configuration.channels[0], unit="ppm")
    document = msgspec.structs.replace(configuration, channels=(so2, configuration.channels[1]))
    (ready.folder / "facility.json").write_bytes(document.encode())
    line = said(await check(ready), "gas")
    assert line.verdict is Verdict.WRONG
    assert 'unit "ppm"' in line.text


async def test_a_missing_basis_is_wrong(ready, configuration) -> None:
    so2 = msgspec.structs.replace(configuration.channels[0], basis=None)
    document = msgspec.structs.replace(configuration, channels=(so2, configuration.channels[1]))
    (ready.folder / "facility.json").write_bytes(document.encode())
    line = said(await check(ready), "configuration")
    assert line.verdict is Verdict.WRONG
    assert "basis" in line.text


async def test_a_channel_no_device_fills_is_pointed_out(ready, mini_centre, analyser) -> None:
    ready.write(centre=mini_centre.section, devices=analyser.section().replace('o2 = "stack-1.o2"\n', ""))
    line = said(await check(ready), "channels")
    assert line.verdict is Verdict.WARNING
    assert "stack-1.o2" in line.text


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("gateway.unknown: gateway 7 is not enrolled", "does not know this gateway"),
        ("key.unknown: key 9f is not a key of gateway 7", "does not know this key"),
        ("key.revoked: key 9f of gateway 7 is revoked", "no longer trusts this key"),
        ("wire.signature: not made by this key", "not of the enrolled key"),
        ("channel.of_another_facility: channel 3 belongs to gres-1", "refuses its batches: channel.of_another_facility"),
    ],
)
def test_every_reason_to_refuse_a_gateway_has_words(reason: str, words: str) -> None:
    line = _receipt_line("gateway", "refused", reason, plan_known=False)
    assert line.verdict is Verdict.WRONG
    assert words in said([line], "gateway").text
    assert reason.partition(": ")[2] in said([line], "gateway").text
    assert ("one-time code" in said([line], "gateway").hint) is ("refuses" not in words), "a new code helps only an unknown gateway or key"


@pytest.mark.parametrize(
    ("offset_ms", "verdict", "words"),
    [
        (0, Verdict.FINE, ""),
        (3_600_000, Verdict.WRONG, "an hour behind"),
        (-3_600_000, Verdict.WRONG, "an hour ahead of"),
        (5 * 3_600_000, Verdict.WRONG, "5 hours behind"),
        (-90_000, Verdict.WRONG, "90.0 s ahead of"),
    ],
)
async def test_a_clock_that_is_off_is_told_in_words(ready, mini_centre, offset_ms: int, verdict: Verdict, words: str) -> None:
    mini_centre.offset_ms = offset_ms
    line = said(await check(ready), "clock")
    assert line.verdict is verdict
    assert words in line.text
    if "hour" in words:
        assert "time zone" in line.hint


async def test_an_unknown_gateway_is_told_to_enrol(ready, mini_centre) -> None:
    mini_centre.known.clear()
    line = said(await check(ready), "gateway")
    assert line.verdict is Verdict.WRONG
    assert "not enrolled" in line.text
    assert "one-time code" in line.hint


async def test_a_wrong_key_is_told(ready, mini_centre) -> None:
    mini_centre.known[ready.gateway] = SigningKey.generate().verify_key
    line = said(await check(ready), "gateway")
    assert line.verdict is Verdict.WRONG
    assert "key" in line.text


async def test_a_key_others_may_read_is_wrong(ready) -> None:
    (ready.folder / "gateway.key").chmod(0o644)
    assert said(await check(ready), "key").verdict is Verdict.WRONG


async def test_a_forged_receipt_is_told(ready, mini_centre) -> None:
    mini_centre.mood = "forged"
    line = said(await check(ready), "gateway")
    assert line.verdict is Verdict.WRONG
    assert (
        f"the answer is not signed by the centre: the signature does not fit: expected one made by key {mini_centre.key.key_id}"
        in line.text
    )
    assert "someone stands in between" in line.hint


async def test_a_plan_that_waits_is_a_warning(ready, mini_centre) -> None:
    mini_centre.plan_known = False
    assert said(await check(ready), "gateway").verdict is Verdict.WARNING


async def test_a_centre_that_is_away_is_told(ready, mini_centre) -> None:
    await mini_centre.stop()
    line = said(await check(ready), "centre")
    assert line.verdict is Verdict.WRONG
    assert line.text == f"the centre does not answer: {mini_centre.url}: All connection attempts failed", "said once, with its cause"


async def test_beside_a_running_gateway_its_own_word_is_taken(ready) -> None:
    await check(ready)
    spool = Spool.open(ready.folder / "spool", ready.gateway)
    assert said(await check(ready), "gateway").verdict is Verdict.FINE
    spool.raise_alarm("line.refused", "1 batches: key is revoked", 0)
    assert "key is revoked" in said(await check(ready), "gateway").text
    spool.close()


async def test_beside_a_running_gateway_a_plan_that_waits_is_a_warning(ready, mini_centre) -> None:
    mini_centre.plan_known = False
    await check(ready)
    spool = Spool.open(ready.folder / "spool", ready.gateway)
    spool.raise_alarm("line.plan_unknown", "digest 0123", 0)
    assert said(await check(ready), "gateway").verdict is Verdict.WARNING
    spool.close()


async def test_the_document_is_named_by_the_digest_the_centre_approves(ready, configuration) -> None:
    line = said(await check(ready, send=False), "configuration")
    assert configuration.digest().hex()[:12] in line.text


async def test_a_missing_document_says_where_to_put_it(ready) -> None:
    (ready.folder / "facility.json").unlink()
    line = said(await check(ready, send=False), "configuration")
    assert line.verdict is Verdict.WRONG
    assert "facility.json: cannot be read" in line.text
    assert "document" in line.hint
