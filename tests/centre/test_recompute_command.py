"""``tynys recompute`` and the commands for rule packs, against a running centre."""

import asyncio
import json
from importlib.resources import files

from again_support import MINUTE_MS, approve, calibrated, days_of_readings, done, sent, values
from centre_support import DAY_MS, HOUR_MS, stamp
from typer.testing import CliRunner

from tynys.cli import app


async def tynys(*words, code=0):
    """What the command prints."""
    found = await asyncio.to_thread(CliRunner(env={"COLUMNS": "200"}).invoke, app, [str(word) for word in words])
    assert found.exit_code == code, found.output
    return found.stdout if code == 0 else found.output


async def test_the_difference_is_shown_first_then_accepted_with_who_and_why_and_followed(centre, folder):
    trial = centre.trial()
    before = trial.configuration(interval_ms=MINUTE_MS)
    gateway = await trial.gateway(simulated=False, configuration=before)
    await approve(trial, before)
    await days_of_readings(trial, gateway, 2)
    centre.centre.housekeeping.save()
    old = await values(trial)
    after = calibrated(before, trial.midnight_ms + DAY_MS, slope=2.5)
    await sent(trial, gateway, after)
    centre.clock.at_ms += 1000
    told = json.loads(await tynys("recompute", folder.root, "--dry-run", "--json"))
    assert (told["windows"], told["revised"], told["changed"]) == (97, 97, 97)
    short = next(each for each in told["series"] if each["period"] == "PT20M")
    assert (short["first"], short["last"]) == (stamp(trial.midnight_ms + DAY_MS), stamp(trial.midnight_ms + 2 * DAY_MS - HOUR_MS // 3))
    assert (short["largest_change"], short["mean_change"], short["unit"]) == (1500.0, 1500.0, "mg/Nm3")
    assert short["verdict"] == [{"from": "within", "to": "exceeding", "windows": 72}]
    assert await values(trial) == old
    document = folder.root / "after.json"
    document.write_bytes(after.encode())
    table = await tynys("recompute", folder.root, "--dry-run", "--configuration", document, "--from", stamp(trial.midnight_ms)[:10])
    assert "within → exceeding: 72" in table
    assert "97 averages get a new revision" in table
    assert "nothing was decided" in await tynys("recompute", folder.root, "--json", code=1)
    assert "needs a reason" in await tynys("recompute", folder.root, "--yes", code=1)
    digest = after.digest().hex()
    said = await tynys("recompute", folder.root, "--plan", digest[:10], "--yes", "--by", "Aigerim", "--why", "QAL2 of May")
    assert "done, 72 windows, 97 new revisions" in said
    (asked,) = await done(trial)
    assert (asked.requested_by, asked.reason) == ("Aigerim", "QAL2 of May")
    audit = centre.centre.registry.audit_log(limit=1000)
    row = next(row for row in audit if row.subject == digest and row.action == "configuration.approved")
    assert row.made_by == "Aigerim"
    assert {value for value, _ in (await values(trial)).values()} == {1000.0, 2500.0}


async def test_a_configuration_no_gateway_has_sent_can_be_looked_at_and_not_accepted(centre, folder):
    trial = centre.trial()
    before = trial.configuration(interval_ms=MINUTE_MS)
    gateway = await trial.gateway(configuration=before)
    await days_of_readings(trial, gateway, 1)
    centre.centre.housekeeping.save()
    document = folder.root / "what-if.json"
    document.write_bytes(calibrated(before, trial.midnight_ms).encode())
    told = json.loads(await tynys("recompute", folder.root, "--configuration", document, "--dry-run", "--json"))
    assert told["changed"] == 97
    said = await tynys("recompute", folder.root, "--configuration", document, "--yes", "--why", "x", code=1)
    assert "only a gateway's signed configuration" in said


async def test_a_pack_is_entered_by_somebody_for_a_reason_and_a_wrong_one_is_not(centre, folder, tmp_path):
    text = files("tynys.law").joinpath("packs", "kz.toml").read_text("utf-8")
    file = tmp_path / "kz-2030.toml"
    file.write_text(text.replace("valid_from = 2021-07-01", "valid_from = 2030-01-01", 1), encoding="utf-8")
    said = await tynys("centre", "add-pack", folder.root, file, "--by", "lawyer", "--why", "new order")
    assert "entered kz valid from 2030-01-01" in said
    rows = json.loads(await tynys("centre", "packs", folder.root, "--json"))["items"]
    versions = [(row["valid_from"], row["state"], row["entered_by"], row["reason"]) for row in rows if row["id"] == "kz"]
    assert versions[1] == ("2030-01-01", "approved", "lawyer", "new order")
    assert "overlaps" in await tynys("centre", "add-pack", folder.root, _with_note(file, text), "--why", "x", code=1)
    file.write_text(text.replace("id = ", "name = ", 1), encoding="utf-8")
    assert str(file) in await tynys("centre", "add-pack", folder.root, file, "--why", "x", code=1)


def _with_note(file, text):
    beside = file.with_name("kz-other.toml")
    beside.write_text(text.replace("valid_from = 2021-07-01", "valid_from = 2030-01-01", 1).replace("value = 273.15", "value = 273.0", 1))
    return beside
