"""What does not fit together is said before anything is polled."""

from datetime import UTC, datetime

import pytest

from tynys.domain.errors import ConfigurationError
from tynys.field import build_driver
from tynys.field.register_map import load_map
from tynys.field.settings import ModbusTcpSettings, OpcUaSettings, ReplaySettings


def analyser(channels, *, map="marsic300"):  # noqa: A002  the setting's name
    return ModbusTcpSettings(id="gas", host="127.0.0.1", map=map, channels=channels)


@pytest.fixture
def channels(channels_of):
    return channels_of(load_map("marsic300"), ("so2", "o2"))


def test_a_driver_knows_its_channels_and_how_often_to_ask(channels, channel):
    channels["slow"] = channel("slow", "%", interval_ms=5000)
    driver = build_driver(analyser({"so2": "so2", "o2": "slow"}), channels)
    assert (driver.id, driver.channels, driver.interval_ms) == ("gas", ("so2", "slow"), 1000)
    assert build_driver(analyser({"o2": "slow"}), channels).interval_ms == 5000


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"so2": "so3"}, "no channel so3"),
        ({"so3": "so2"}, r'map "marsic300" has no point "so3"; it has so2, co2'),
        ({"h2o": "so2"}, r'channel "so2" has unit "mg/Nm3", point "h2o" of map "marsic300" gives "%"'),
    ],
)
def test_a_name_or_unit_that_does_not_fit_is_refused_in_words(channels, wanted, message):
    with pytest.raises(ConfigurationError, match=message) as caught:
        build_driver(analyser(wanted), channels)
    assert caught.value.where == 'device "gas", key channels'


def test_a_map_of_another_protocol_is_refused(channels):
    with pytest.raises(ConfigurationError, match='map "tynys-plant" is not for driver "modbus-tcp"'):
        build_driver(analyser({"so2": "so2"}, map="tynys-plant"), channels)
    settings = OpcUaSettings(id="dcs", url="opc.tcp://x", map="marsic300", channels={"so2": "so2"})
    with pytest.raises(ConfigurationError, match='map "marsic300" is not for driver "opcua"'):
        build_driver(settings, channels)


def test_a_channel_measured_live_is_not_filled_from_a_file(channels, tmp_path):
    settings = ReplaySettings(id="old", files=("a.csv",), start=datetime(2011, 1, 1, tzinfo=UTC), interval_ms=1000, channels={"SO2": "so2"})
    with pytest.raises(ConfigurationError, match="declared measured every 1000 ms; expected replayed every 1000 ms"):
        build_driver(settings, channels, folder=tmp_path)
