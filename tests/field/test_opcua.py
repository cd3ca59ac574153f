"""OPC UA against a real server: reading, subscribing, losing and finding it again."""

import asyncio
from datetime import UTC, datetime

import pytest
import pytest_asyncio
from asyncua import ua

from tynys.domain.errors import ConfigurationError
from tynys.domain.status import GapCause, InstrumentStatus
from tynys.field import build_driver
from tynys.field.register_map import load_map
from tynys.field.settings import OpcUaSettings

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("opcua")]

POINTS = ("unit-1.load_mw", "unit-1.coal_flow_t_h", "unit-1.flame_on")
NOON_MS = round(datetime(2026, 11, 24, 7, tzinfo=UTC).timestamp() * 1000)


@pytest_asyncio.fixture(loop_scope="session")
async def signals(channels_of, tmp_path):
    """Makes drivers of plant signals, closed at the end."""
    made = []

    def make(url, points=POINTS, **settings):
        channels = channels_of(load_map("tynys-plant"), points)
        given = {"map": "tynys-plant", "timeout_ms": 2000} | settings
        settings = OpcUaSettings(id="dcs", url=url, channels={name: name for name in points}, **given)
        driver = build_driver(settings, channels, folder=tmp_path)
        made.append(driver)
        return driver

    yield make
    for driver in made:
        await driver.close()


@pytest.mark.parametrize("mode", ["poll", "subscription"])
async def test_values_and_source_times_arrive(plant_server, signals, mode, until):
    await plant_server.write("unit-1.load_mw", 487.125, time_ms=NOON_MS)
    driver = signals(plant_server.url, mode=mode, publishing_ms=50)
    await driver.connect()
    assert driver.health.connected, driver.health.last_error
    samples = await driver.poll(NOON_MS)
    assert {name: sample.value for name, sample in samples.items()} == {
        "unit-1.load_mw": 487.125,
        "unit-1.coal_flow_t_h": 291.5,
        "unit-1.flame_on": 1.0,
    }
    assert samples["unit-1.load_mw"].device_time_ms == NOON_MS
    assert {sample.status for sample in samples.values()} == {InstrumentStatus.VALID}


async def test_a_poll_is_one_request_for_all_nodes(plant_server, signals):
    driver = signals(plant_server.url)
    await driver.connect()
    protocol = driver._client.uaclient.protocol
    before = protocol._request_id
    for t_ms in range(5):
        await driver.poll(t_ms)
    assert protocol._request_id == before + 5


async def test_a_change_is_told_and_an_unchanged_value_repeats(plant_server, signals):
    driver = signals(plant_server.url, mode="subscription", publishing_ms=50, stale_after_ms=600)
    await driver.connect()
    await plant_server.write("unit-1.load_mw", 490.0)
    await asyncio.sleep(0.3)
    assert (await driver.poll(0))["unit-1.load_mw"].value == 490.0
    await asyncio.sleep(1.0)
    samples = await driver.poll(1000)
    assert samples["unit-1.coal_flow_t_h"].value == 291.5
    assert driver.health.failures == 0


async def test_a_silent_subscription_is_stale(plant_server, signals, monkeypatch):
    driver = signals(plant_server.url, mode="subscription", publishing_ms=50, stale_after_ms=300)
    await driver.connect()
    driver._subscription.last_publish_at -= 10.0
    sample = (await driver.poll(0))["unit-1.load_mw"]
    assert (sample.value, sample.cause) == (None, GapCause.STALE)
    assert "silent" in driver.health.last_error


async def test_a_value_over_age_is_a_gap(plant_server, signals):
    await plant_server.write("unit-1.load_mw", 487.0, time_ms=NOON_MS)
    driver = signals(plant_server.url, ("unit-1.load_mw",), max_age_ms=2000)
    await driver.connect()
    assert (await driver.poll(NOON_MS + 2000))["unit-1.load_mw"].value == 487.0
    old = (await driver.poll(NOON_MS + 2001))["unit-1.load_mw"]
    assert (old.value, old.cause, old.device_time_ms) == (None, GapCause.STALE, NOON_MS)


@pytest.mark.parametrize("mode", ["poll", "subscription"])
async def test_a_killed_and_restarted_server_gives_gaps_and_comes_back_by_itself(mortal_server, signals, until, mode):
    driver = signals(mortal_server.url, mode=mode, publishing_ms=50)
    await driver.connect()
    assert (await driver.poll(0))["unit-1.load_mw"].value == 487.25
    await mortal_server.stop()
    await asyncio.sleep(0.1)
    sample = (await driver.poll(1000))["unit-1.load_mw"]
    assert (sample.value, sample.status) == (None, InstrumentStatus.COMMUNICATION_LOST)
    assert sample.cause in {GapCause.LINE_CUT, GapCause.NO_ANSWER}
    await mortal_server.start()
    await until(lambda: driver.health.connected)
    assert (await driver.poll(2000))["unit-1.load_mw"].value == 487.25
    assert driver.health.reconnects == 1, driver.health


async def test_a_node_the_server_lacks_is_an_exception_answer(plant_server, signals):
    for mode in ("poll", "subscription"):
        driver = signals(plant_server.url, (*POINTS, "unit-2.load_mw"), mode=mode, publishing_ms=50)
        await driver.connect()
        samples = await driver.poll(0)
        assert samples["unit-2.load_mw"].cause is GapCause.EXCEPTION_ANSWER
        assert samples["unit-1.load_mw"].value == 487.25
        await driver.close()


async def test_a_server_without_the_namespace_is_said_in_words(plant_server, signals, channels_of, tmp_path):
    text = 'id = "m"\ntitle = "m"\nprotocol = "opcua"\norigin = "ours"\nsource = "a test"\nnamespace = "urn:other"\n'
    (tmp_path / "m.toml").write_text(text + '[[points]]\nname = "load_mw"\nnode = "s={owner}.load_mw"\ntype = "double"\nunit = "MW"\n')
    driver = signals(plant_server.url, ("unit-1.load_mw",), map="m.toml")
    await driver.connect()
    assert "no namespace urn:other" in driver.health.last_error


async def test_a_bad_status_is_a_gap_with_the_instruments_state(plant_server, signals):
    driver = signals(plant_server.url)
    await driver.connect()
    await plant_server.write("unit-1.load_mw", 487.0, status=ua.StatusCodes.BadSensorFailure)
    sample = (await driver.poll(0))["unit-1.load_mw"]
    assert (sample.value, sample.status, sample.cause) == (None, InstrumentStatus.FAULT, GapCause.NOT_MEASURING)


async def test_a_dead_address_costs_one_time_out(signals, free_port):
    driver = signals(f"opc.tcp://127.0.0.1:{free_port}/tynys")
    await driver.connect()
    assert (await driver.poll(0))["unit-1.load_mw"].cause is GapCause.LINE_CUT
    assert "connection refused" in driver.health.last_error


async def test_a_point_without_an_owner_is_refused(signals):
    with pytest.raises(ConfigurationError, match=r'came "load_mw"'):
        signals("opc.tcp://127.0.0.1:1/x", ("load_mw",))
