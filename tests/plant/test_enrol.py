"""A new gateway's folder: private, commented, enrolled by a one-time code."""

from __future__ import annotations

import pytest

from tynys.domain.errors import ConfigurationError, RefusedError
from tynys.plant.enrol import enrol, init_plant
from tynys.plant.line import LineError
from tynys.plant.settings import load_configuration, load_settings
from tynys.wire.keys import SigningKey


async def test_with_a_code_the_folder_is_ready_to_use(tmp_path, mini_centre, plant_folder) -> None:
    made = await init_plant(
        tmp_path / "new",
        facility="trial",
        centre_url=mini_centre.url,
        ca_file=mini_centre.folder.ca,
        code="GOOD-CODE",
        configuration=plant_folder.folder / "facility.json",
        clock_url="tcp://127.0.0.1:4000",
        page_port=0,
    )
    settings = load_settings(made.settings_file)
    assert settings.centre is not None
    assert (settings.centre.url, settings.centre.simulated, settings.clock_url) == (mini_centre.url, True, "tcp://127.0.0.1:4000")
    assert mini_centre.known[made.gateway].key_id == SigningKey.load(settings.key_file).key_id == made.key_id
    assert load_configuration(settings).facility.id == "trial"
    assert settings.key_file.stat().st_mode & 0o077 == 0


async def test_if_the_answer_is_lost_the_same_command_again_asks_for_the_same_gateway(tmp_path, mini_centre, monkeypatch) -> None:
    asked = []

    async def lost(line, key, **wishes):
        asked.append((wishes["gateway"], key.key_id))
        await enrol(line, key, **wishes)
        raise LineError("no answer in time", code="line.cut")

    arguments = {"facility": "trial", "centre_url": mini_centre.url, "ca_file": mini_centre.folder.ca, "code": "GOOD-CODE"}
    with monkeypatch.context() as patch, pytest.raises(LineError):
        patch.setattr("tynys.plant.enrol.enrol", lost)
        await init_plant(tmp_path / "new", **arguments)
    made = await init_plant(tmp_path / "new", **arguments)
    assert asked == [(made.gateway, made.key_id)]
    assert list(mini_centre.known) == [made.gateway]


async def test_without_a_centre_the_file_still_reads_and_explains_itself(tmp_path) -> None:
    made = await init_plant(tmp_path / "new", facility="trial")
    settings = load_settings(made.settings_file)
    assert settings.centre is None
    text = made.settings_file.read_text("utf-8")
    assert "# [centre]" in text
    assert "# [[devices]]" in text


async def test_a_used_code_is_refused_in_words_and_leaves_no_settings(tmp_path, mini_centre) -> None:
    with pytest.raises(RefusedError, match="used or unknown"):
        await init_plant(tmp_path / "new", centre_url=mini_centre.url, ca_file=mini_centre.folder.ca, code="OLD-CODE")
    assert not (tmp_path / "new" / "plant.toml").exists()


async def test_nothing_is_overwritten(tmp_path) -> None:
    await init_plant(tmp_path / "new")
    with pytest.raises(ConfigurationError, match="already is a plant"):
        await init_plant(tmp_path / "new")


async def test_a_code_needs_an_address_and_an_authority(tmp_path) -> None:
    with pytest.raises(ConfigurationError, match="CA file"):
        await init_plant(tmp_path / "new", code="GOOD-CODE")
