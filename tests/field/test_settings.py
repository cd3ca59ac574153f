"""Devices as a person writes them: every driver, and what is said of a mistake."""

import pytest

from tynys.domain.base import Record
from tynys.domain.document import load_toml
from tynys.domain.errors import ConfigurationError
from tynys.field.settings import DeviceSettings, ModbusRtuSettings, ModbusTcpSettings, OpcUaSettings, ReplaySettings


class Plant(Record, frozen=True, kw_only=True):
    devices: tuple[DeviceSettings, ...]


ALL = """
[[devices]]
driver = "modbus-tcp"
id = "gas"
host = "10.0.0.5"
map = "marsic300"
channels = { so2 = "stack-1.so2" }

[[devices]]
driver = "modbus-rtu"
id = "flow"
port = "/dev/ttyUSB0"
device_id = 7
map = "tynys-flow"
channels = { velocity = "stack-1.velocity" }

[[devices]]
driver = "opcua"
id = "dcs"
url = "opc.tcp://10.0.0.6:4840"
map = "tynys-plant"
channels = { "unit-1.load_mw" = "unit-1.load_mw" }

[[devices]]
driver = "replay"
id = "old"
files = ["gt_2011.csv"]
start = 2011-01-01T00:00:00Z
interval_ms = 3600000
channels = { NOX = "turbine.nox" }
"""


def load(text):
    return load_toml(text, Plant, "plant.toml").devices


def test_the_key_driver_tells_which_settings_apply():
    kinds = [type(device) for device in load(ALL)]
    assert kinds == [ModbusTcpSettings, ModbusRtuSettings, OpcUaSettings, ReplaySettings]
    tcp, rtu, opcua, _ = load(ALL)
    assert (tcp.port, tcp.device_id, tcp.timeout_ms, tcp.pipelined, tcp.device_clock) == (502, 1, 1000, False, True)
    assert (rtu.baudrate, rtu.parity, rtu.stop_bits, rtu.answer_ms) == (19_200, "N", 1, 250)
    assert (opcua.mode, opcua.security, opcua.stale_after_ms) == ("poll", "none", 5000)


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ('host = "10.0.0.5"', 'hosts = "10.0.0.5"', 5, 'unknown key "hosts"'),
        ('driver = "modbus-rtu"', 'driver = "modbus"', 10, "invalid value 'modbus'"),
        ("device_id = 7", "device_id = 700", 13, "<= 255"),
        ('url = "opc.tcp:', 'url = "http:', 20, "matching regex"),
        ("interval_ms = 3600000\n", "", 24, 'expected the key "interval_ms"'),
        ("start = 2011-01-01T00:00:00Z", "start = 2011-01-01T00:00:00", 28, "timezone"),
        ('{ so2 = "stack-1.so2" }', '{ so2 = "a", o2 = "a" }', 2, 'device "gas" fills a channel from two points: a'),
        ('{ so2 = "stack-1.so2" }', "{ }", 7, "length >= 1"),
    ],
)
def test_a_mistake_names_file_line_and_key(old, new, line, message):
    with pytest.raises(ConfigurationError, match=message) as caught:
        load(ALL.replace(old, new))
    assert caught.value.where == f"plant.toml, line {line}"
