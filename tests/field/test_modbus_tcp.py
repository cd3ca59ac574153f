"""Modbus TCP against real servers: values, and every way a line can fail, over both clients."""

import asyncio
import struct

import pytest

from tynys.domain.status import GapCause, InstrumentStatus
from tynys.field import build_driver
from tynys.field.register_map import load_map
from tynys.field.settings import ModbusTcpSettings

GASES = ("so2", "co2", "h2o", "no", "no2", "nox", "nh3", "co", "ch4", "o2")


@pytest.fixture(params=[False, True], ids=["pymodbus", "pipelined"])
def pipelined(request):
    return request.param


@pytest.fixture
def server(pipelined, request):
    """A real server that suits the client."""
    return request.getfixturevalue("pipelining_server" if pipelined else "modbus_server")


@pytest.fixture
def analyser(pipelined, channels_of):
    """Makes a driver of the gas analyser for a port."""

    def make(port, points=GASES, **settings):
        channels = channels_of(load_map("marsic300"), points)
        settings = {"timeout_ms": 500, "host": "127.0.0.1", "port": port, "map": "marsic300", "pipelined": pipelined} | settings
        return build_driver(ModbusTcpSettings(id="gas", channels={name: name for name in points}, **settings), channels)

    return make


async def live(server):
    """Fill the server with an analyser that measures."""
    await server.bit("discrete", 1004, 1)
    await server.floats("input", 1000, 1850.5, 12.25, 0.0, 7.5, 410.0, 20.5, 649.0, 0.0, 85.125, 0.0, 6.25)


def gaps(samples):
    return {(sample.value, sample.status, sample.cause) for sample in samples.values()}


def lost(cause):
    return {(None, InstrumentStatus.COMMUNICATION_LOST, cause)}


async def test_values_of_a_real_server_are_exact(server, analyser):
    await live(server)
    driver = analyser(server.port)
    await driver.connect()
    assert driver.health.connected
    samples = await driver.poll(1_000)
    assert {name: sample.value for name, sample in samples.items()} == {
        "so2": 1850.5, "co2": 12.25, "h2o": 7.5, "no": 410.0, "no2": 20.5, "nox": 649.0, "nh3": 0.0, "co": 85.125, "ch4": 0.0, "o2": 6.25,
    }  # fmt: skip
    assert {sample.status for sample in samples.values()} == {InstrumentStatus.VALID}
    assert driver.health.last_good_ms == 1_000
    await driver.close()


async def test_a_poll_is_two_requests(server, analyser):
    driver = analyser(server.port)
    await driver.connect()
    server.requests.clear()
    await driver.poll(0)
    assert server.requests == [(4, 1000, 22), (2, 1000, 27)]
    await driver.close()


async def test_the_status_follows_the_instruments_bits(server, analyser):
    await live(server)
    driver = analyser(server.port)
    await driver.connect()
    await server.bit("discrete", 1002, 1)
    samples = await driver.poll(0)
    assert samples["so2"].status is InstrumentStatus.MAINTENANCE
    assert (samples["nh3"].value, samples["nh3"].cause) == (None, GapCause.NOT_MEASURING)
    await server.bit("discrete", 1002, 0)
    await server.bit("discrete", 1001, 1)
    assert (await driver.poll(0))["so2"].status is InstrumentStatus.VALID
    assert driver.health.notes == ("maintenance_request",)
    await driver.close()


async def test_a_killed_and_restarted_server_gives_gaps_and_comes_back_by_itself(server, analyser, until):
    await live(server)
    driver = analyser(server.port)
    await driver.connect()
    assert (await driver.poll(0))["so2"].value == 1850.5
    await server.stop()
    assert gaps(await driver.poll(1000)) == lost(GapCause.LINE_CUT)
    assert not driver.health.connected
    assert f"127.0.0.1:{server.port}, device 1" in driver.health.last_error
    await server.start()
    await live(server)
    await until(lambda: driver.health.connected)
    assert (await driver.poll(2000))["so2"].value == 1850.5
    assert (driver.health.reconnects, driver.health.last_error) == (1, "")
    await driver.close()


async def test_a_device_that_is_off_at_the_start_is_found_later(analyser, free_port, until, server):
    await server.stop()
    driver = analyser(server.port)
    await driver.connect()
    assert gaps(await driver.poll(0)) == lost(GapCause.LINE_CUT)
    assert "nothing listens there" in driver.health.last_error
    await server.start()
    await until(lambda: driver.health.connected)
    await driver.close()


async def test_silence_costs_one_time_out_and_then_nothing(scripted_server, analyser, until):
    driver = analyser(scripted_server.port, timeout_ms=200)
    loop = asyncio.get_running_loop()
    start = loop.time()
    await driver.connect()
    assert 0.15 < loop.time() - start < 0.6
    start = loop.time()
    for t_ms in range(20):
        assert gaps(await driver.poll(t_ms)) == lost(GapCause.NO_ANSWER)
    assert loop.time() - start < 0.1
    assert "no answer within 0.2 s" in driver.health.last_error
    await driver.close()


def reply(request, *, so2=100.0):
    """What an analyser that measures would answer."""
    transaction, _, _, unit, function, _, count = struct.unpack(">HHHBBHH", request)
    size = 2 * count if function == 4 else (count + 7) // 8
    body = struct.pack(">f", so2).ljust(size, b"\0") if function == 4 else (1 << 4).to_bytes(size, "little")
    return struct.pack(">HHHBBB", transaction, 0, 3 + size, unit, function, size) + body


async def test_a_late_answer_is_never_taken_for_the_next(scripted_server, analyser, until):
    scripted_server.answer = reply
    driver = analyser(scripted_server.port, ("so2",), timeout_ms=300)
    await driver.connect()
    kept = []

    def hold(request):
        kept.append(request)

    scripted_server.answer = hold
    assert gaps(await driver.poll(0)) == lost(GapCause.NO_ANSWER)

    def late(request):
        return reply(kept.pop(0), so2=666.0) + reply(request) if kept else reply(request)

    scripted_server.answer = late
    await until(lambda: driver.health.connected)
    assert (await driver.poll(1000))["so2"].value == 100.0
    await driver.close()


async def test_a_refusing_instrument_is_asked_again_at_the_next_poll(scripted_server, analyser):
    def refuse(request):
        return request[:4] + b"\0\3" + request[6:7] + bytes([request[7] | 0x80, 6])

    scripted_server.answer = refuse
    driver = analyser(scripted_server.port)
    await driver.connect()
    assert driver.health.connected
    assert gaps(await driver.poll(0)) == lost(GapCause.EXCEPTION_ANSWER)
    assert "exception 6 (server device busy)" in driver.health.last_error
    scripted_server.answer = reply
    assert (await driver.poll(1000))["so2"].value == 100.0
    assert driver.health.last_error == ""
    await driver.close()


@pytest.mark.parametrize("garbage", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\0" * 300])
async def test_garbage_is_a_gap_and_never_a_value(scripted_server, analyser, garbage):
    scripted_server.answer = reply
    driver = analyser(scripted_server.port, ("so2",), timeout_ms=200)
    await driver.connect()
    scripted_server.answer = lambda request: garbage
    (sample,) = (await driver.poll(0)).values()
    assert (sample.value, sample.status) == (None, InstrumentStatus.COMMUNICATION_LOST)
    assert sample.cause in {GapCause.UNDECODABLE, GapCause.NO_ANSWER}
    await driver.close()


async def test_hanging_up_amid_a_poll_is_a_cut_line(scripted_server, analyser):
    scripted_server.answer = reply
    driver = analyser(scripted_server.port, ("so2",))
    await driver.connect()
    scripted_server.answer = lambda request: b""
    (sample,) = (await driver.poll(0)).values()
    assert sample.cause in {GapCause.LINE_CUT, GapCause.NO_ANSWER}
    await driver.close()


async def test_a_dead_device_does_not_hold_up_the_others(scripted_server, server, analyser):
    dead, alive = analyser(scripted_server.port, timeout_ms=1000), analyser(server.port)
    await alive.connect()
    loop = asyncio.get_running_loop()
    connecting = asyncio.create_task(dead.connect())
    start = loop.time()
    for t_ms in range(10):
        await alive.poll(t_ms)
    assert loop.time() - start < 0.5
    assert alive.health.failures == 0
    await connecting
    await dead.close()
    await alive.close()


async def test_closing_stops_coming_back(free_port, analyser):
    driver = analyser(free_port)
    await driver.connect()
    recovery = driver._recovery
    await driver.close()
    assert recovery.done()
    assert not driver.health.connected


async def test_parameters_are_read_back(modbus_server, channels_of):
    points = ("velocity", "temperature")
    settings = ModbusTcpSettings(
        id="f", host="127.0.0.1", port=modbus_server.port, map="tynys-flow", channels={name: name for name in points}
    )
    driver = build_driver(settings, channels_of(load_map("tynys-flow"), points))
    assert await driver.read_parameters() == {}
    await driver.connect()
    await modbus_server.registers("holding", 0, (289_529 >> 16, 289_529 & 0xFFFF))
    await modbus_server.floats("holding", 2, 0.9375)
    assert await driver.read_parameters() == {"duct_area_m2": "28.9529", "velocity_coefficient": "0.9375"}
    await modbus_server.stop()
    assert await driver.read_parameters() == {}
    await driver.close()


async def test_one_request_a_poll_pipelines_to_any_server(modbus_server, channels_of):
    points = ("velocity", "temperature")
    settings = ModbusTcpSettings(
        id="f", host="127.0.0.1", port=modbus_server.port, map="tynys-flow", channels={name: name for name in points}, pipelined=True
    )
    driver = build_driver(settings, channels_of(load_map("tynys-flow"), points))
    await modbus_server.floats("input", 0, 18.5)
    await modbus_server.registers("input", 2, [1403])
    await driver.connect()
    assert {name: sample.value for name, sample in (await driver.poll(0)).items()} == {"velocity": 18.5, "temperature": 140.3}
    await driver.close()
