"""A document a person wrote wrongly is answered with file, line, key, what was expected and what came."""

import msgspec
import pytest

from tynys.domain.base import Record
from tynys.domain.document import load_json, load_toml
from tynys.domain.errors import ConfigurationError


class Device(Record, frozen=True, kw_only=True):
    host: str
    port: int = 502


class Settings(Record, frozen=True, kw_only=True):
    name: str
    devices: tuple[Device, ...] = ()


GOOD = """name = "one"

[[devices]]
host = "127.0.0.1"

[[devices]]
host = "127.0.0.2"
port = 5020
"""


def failure(text: str) -> ConfigurationError:
    with pytest.raises(ConfigurationError) as caught:
        load_toml(text, Settings, "plant.toml")
    return caught.value


def test_a_good_document_is_read():
    assert load_toml(GOOD, Settings) == Settings(name="one", devices=(Device(host="127.0.0.1"), Device(host="127.0.0.2", port=5020)))


def test_an_unknown_key_is_named_with_its_line():
    error = failure(GOOD.replace("port = 5020", "prot = 5020"))
    assert error.error_code == "configuration.unknown_key"
    assert error.where == "plant.toml, line 8"
    assert '"prot" in "devices[1]"' in error.message


def test_a_wrong_type_says_what_was_expected_and_what_came():
    error = failure(GOOD.replace("5020", '"many"'))
    assert error.where == "plant.toml, line 8"
    assert "int" in error.message
    assert "'many'" in error.message


def test_a_missing_key_is_named_with_its_table():
    error = failure(GOOD.replace('host = "127.0.0.2"', ""))
    assert error.error_code == "configuration.missing_key"
    assert error.where == "plant.toml, line 6"
    assert '"host"' in error.message


def test_broken_toml_shows_its_line():
    error = failure('name = "one"\ndevices = [[[\n')
    assert error.error_code == "configuration.toml"
    assert "line" in error.where


def test_json_answers_alike():
    with pytest.raises(ConfigurationError) as caught:
        load_json('{\n "name": "one",\n "colour": 1\n}', Settings, "facility.json")
    assert caught.value.where == "facility.json, line 3"
    with pytest.raises(ConfigurationError, match="expected JSON"):
        load_json("{", Settings, "facility.json")
    assert load_json(msgspec.json.encode(load_toml(GOOD, Settings)), Settings) == load_toml(GOOD, Settings)
