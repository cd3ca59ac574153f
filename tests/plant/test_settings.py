"""plant.toml and the facility's document are read strictly, and say what to do."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import msgspec
import pytest

from tynys.domain.errors import ConfigurationError
from tynys.plant.settings import load_configuration, load_rule_pack, load_rule_packs, load_settings

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "plant-toml.md"


def test_the_example_of_the_reference_page_is_valid(plant_folder) -> None:
    example = re.search(r"```toml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert example
    plant_folder.file.write_text(example[1], "utf-8")
    settings = load_settings(plant_folder.file)
    assert settings.gateway.facility == "gres-1"
    assert settings.spool_folder == plant_folder.folder / "spool"
    assert [device.id for device in settings.devices] == ["stack-1-gas"]


def test_an_unknown_key_is_named_with_file_and_line(plant_folder) -> None:
    plant_folder.write(gateway_lines="seal_second = 5")
    with pytest.raises(ConfigurationError) as caught:
        load_settings(plant_folder.file)
    assert "seal_second" in caught.value.message
    assert caught.value.where == f"{plant_folder.file}, line 7"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"gateway_lines": "seal_seconds = 61"}, "seal_seconds"),
        ({"gateway_lines": "page_port = 99999"}, "page_port"),
        ({"centre": '[centre]\nurl = "http://c"\nca_file = "x"\npublic_key = "x"'}, "expected https://"),
        ({"centre": '[centre]\nurl = "https://c"\nca_file = "x"\npublic_key = "c2hvcnQ="'}, "32 bytes"),
        ({"devices": '[[devices]]\nid = "a"\ndriver = "telepathy"'}, "telepathy"),
        ({"clock": "[clock]"}, "url"),
    ],
)
def test_a_wrong_value_is_named(plant_folder, change: dict[str, str], message: str) -> None:
    plant_folder.write(**change)
    with pytest.raises(ConfigurationError, match=re.escape(message)):
        load_settings(plant_folder.file)


def test_two_devices_of_one_name_are_refused(plant_folder) -> None:
    device = '[[devices]]\nid = "a"\ndriver = "modbus-tcp"\nhost = "h"\nmap = "m"\n[devices.channels]\nso2 = "{}"\n'
    plant_folder.write(devices=device.format("x") + device.format("y"))
    with pytest.raises(ConfigurationError, match="two devices have the id 'a'"):
        load_settings(plant_folder.file)


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="tynys plant init"):
        load_settings(tmp_path / "plant.toml")


def test_the_document_must_be_of_the_gateways_facility(plant_folder, configuration) -> None:
    other = msgspec.structs.replace(configuration, facility=msgspec.structs.replace(configuration.facility, id="other"))
    (plant_folder.folder / "facility.json").write_bytes(other.encode())
    with pytest.raises(ConfigurationError, match="describes facility 'other'"):
        load_configuration(load_settings(plant_folder.file))


def test_a_channel_without_its_basis_is_refused_in_words(plant_folder, configuration) -> None:
    bare = msgspec.structs.replace(configuration.channels[0], basis=None)
    (plant_folder.folder / "facility.json").write_bytes(
        msgspec.structs.replace(configuration, channels=(bare, *configuration.channels[1:])).encode()
    )
    with pytest.raises(ConfigurationError, match=r'channel "stack-1.so2".*basis'):
        load_configuration(load_settings(plant_folder.file))


def test_an_unknown_rule_pack_is_named(plant_folder, configuration) -> None:
    plan = msgspec.structs.replace(configuration.plan, rule_pack="atlantis")
    with pytest.raises(ConfigurationError, match="'atlantis'"):
        load_rule_pack(load_settings(plant_folder.file), msgspec.structs.replace(configuration, plan=plan))


def test_the_published_pack_of_the_plan_is_found(plant_folder, configuration) -> None:
    assert load_rule_pack(load_settings(plant_folder.file), configuration).id == "kz"


def test_several_versions_of_the_plans_pack_may_be_named_and_no_other_pack(plant_folder, configuration) -> None:
    published = files("tynys.law").joinpath("packs", "kz.toml").read_text("utf-8")
    for year in ("2021-07", "2030-01"):
        text = published.replace("valid_from = 2021-07-01", f"valid_from = {year}-01", 1)
        (plant_folder.folder / f"kz-{year}.toml").write_text(text, encoding="utf-8")
    document = plant_folder.file.read_text("utf-8").replace("[gateway]", '[gateway]\nrule_pack = ["kz-2030-01.toml", "kz-2021-07.toml"]', 1)
    plant_folder.file.write_text(document, encoding="utf-8")
    packs = load_rule_packs(load_settings(plant_folder.file), configuration)
    assert [packs.at(time_ms).valid_from.year for time_ms in (1_700_000_000_000, 1_900_000_000_000)] == [2021, 2030]
    plan = msgspec.structs.replace(configuration.plan, rule_pack="eu-ied")
    with pytest.raises(ConfigurationError, match="is the pack 'kz', the plan names 'eu-ied'"):
        load_rule_packs(load_settings(plant_folder.file), msgspec.structs.replace(configuration, plan=plan))
