"""`tynys sim` on the command line."""

from __future__ import annotations

import json

import pytest
import typer
from typer.testing import CliRunner

from tynys.cli.demo.setup import to_toml
from tynys.cli.sim import register
from tynys.domain.instrument import AcquisitionMode
from tynys.plant.settings import load_configuration, load_settings
from tynys.sim.faults.catalogue import FaultKind
from tynys.sim.plants import FACILITIES
from tynys.sim.ports import modbus_settings, signal_settings


@pytest.fixture
def invoke():
    app = typer.Typer()
    register(app)
    app.callback()(lambda: None)
    return lambda *words: CliRunner().invoke(app, ["sim", *map(str, words)])


def test_list_names_the_five_plants_and_says_simulated(invoke):
    rows = json.loads(invoke("list", "--json").stdout)
    assert [row["facility"] for row in rows] == list(FACILITIES)
    assert all(row["simulated"] for row in rows)
    assert invoke("list").stdout.count("(simulated)") == 5


@pytest.mark.parametrize(("lang", "word"), [("kk", "ауытқу"), ("ru", "застывшее"), ("en", "frozen")])
def test_faults_are_described_in_three_languages(invoke, lang, word):
    assert word in invoke("faults", "--lang", lang).stdout
    assert {row["fault"] for row in json.loads(invoke("faults", "--json", "--lang", lang).stdout)} == set(FaultKind)


def test_an_unknown_language_is_a_usage_error(invoke):
    result = invoke("faults", "--lang", "xx")
    assert result.exit_code == 2
    assert "kk, ru, en" in result.output


def test_an_unknown_plant_or_fault_fails_in_words(invoke, tmp_path):
    result = invoke("run", "gres-9", "--ledger", tmp_path / "l.sqlite")
    assert result.exit_code == 1
    assert "gres-1" in result.output
    result = invoke("run", "gres-1", "--ledger", tmp_path / "l.sqlite", "--fault", "earthquake")
    assert result.exit_code == 1
    assert "frozen" in result.output


def test_inject_writes_the_control_file_of_a_running_plant(invoke, tmp_path):
    ports, control = tmp_path / "p.json", tmp_path / "p.faults"
    ports.write_text(json.dumps({"facility": "gres-1", "control": str(control)}))
    assert invoke("inject", ports, "leak:stack-2@+60", "frozen").exit_code == 0
    assert control.read_text() == "leak:stack-2@+60\nfrozen\n"
    assert invoke("inject", ports, "earthquake").exit_code == 1
    assert control.read_text() == "leak:stack-2@+60\nfrozen\n"
    assert invoke("inject", ports).exit_code == 0
    assert control.read_text() == ""


@pytest.mark.parametrize(
    ("lang", "one", "none"),
    [("en", "1 fault from", "all faults lifted"), ("ru", "1 неисправность со", "сняты"), ("kk", "1 ақау", "барлық ақау алынды")],
)
def test_inject_says_what_it_set_in_the_language(invoke, tmp_path, lang, one, none):
    ports = tmp_path / "p.json"
    ports.write_text(json.dumps({"facility": "gres-1", "control": str(tmp_path / "p.faults")}))
    assert one in invoke("inject", ports, "leak", "--lang", lang).stdout
    assert none in invoke("inject", ports, "--lang", lang).stdout


@pytest.mark.parametrize(("lang", "fuel"), [("en", "Ekibastuz coal"), ("ru", "Экибастузский уголь"), ("kk", "Екібастұз көмірі")])
def test_fuels_are_listed_in_the_language(invoke, lang, fuel):
    assert invoke("list", "--lang", lang).stdout.count(fuel) == 4


def test_a_plant_without_control_file_says_so(invoke, tmp_path):
    ports = tmp_path / "p.json"
    ports.write_text(json.dumps({"facility": "gres-1", "control": None}))
    result = invoke("inject", ports, "leak")
    assert result.exit_code == 1
    assert "--control" in result.output


def test_document_and_devices_of_a_running_plant_make_a_gateway(invoke, tmp_path):
    made = invoke("document", "gres-2", "--since", "2026-11-26")
    assert made.exit_code == 0
    (tmp_path / "facility.json").write_text(made.stdout)
    devices = [modbus_settings("stack-1", "gas", "127.0.0.1", 502), signal_settings("opc.tcp://127.0.0.1:4840/tynys", ("unit-1.load_mw",))]
    ports = tmp_path / "p.json"
    ports.write_text(json.dumps({"facility": "gres-2", "devices": devices}))
    shown = invoke("devices", ports)
    assert shown.stdout.strip() == to_toml(devices).strip()
    (tmp_path / "plant.toml").write_text(
        'configuration = "facility.json"\n[gateway]\nid = "0190f5d2-7e4f-4c1b-9a57-2f3a60d1c001"\n'
        f'facility = "gres-2"\nkey = "k"\nspool = "s"\n{shown.stdout}'
    )
    settings = load_settings(tmp_path / "plant.toml")
    assert [device.id for device in settings.devices] == ["stack-1-gas", "plant-signals"]
    document = load_configuration(settings)
    for channel in document.channels:
        (measured,) = channel.acquisition
        assert measured.mode is AcquisitionMode.MEASURED
        assert measured.valid_from.isoformat() == "2026-11-26T00:00:00+00:00"


def test_the_document_of_an_unknown_plant_names_the_known_ones(invoke):
    result = invoke("document", "gres-9")
    assert result.exit_code == 1
    assert "gres-1" in result.output
