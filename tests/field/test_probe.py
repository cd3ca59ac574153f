"""A probe reads every point once and says in words what is wrong."""

import struct

import pytest

from tynys.domain.status import GapCause
from tynys.field import probe, remark
from tynys.field.probe import sane_orders
from tynys.field.register_map import load_map
from tynys.field.settings import ModbusTcpSettings, OpcUaSettings


@pytest.fixture
def gas(modbus_server, channels_of):
    """Probes the gas analyser."""

    async def run(points=("so2", "o2"), **settings):
        given = {"host": "127.0.0.1", "port": modbus_server.port, "map": "marsic300", "timeout_ms": 400} | settings
        settings = ModbusTcpSettings(id="gas", channels={name: name for name in points}, **given)
        return await probe(settings, channels_of(load_map("marsic300"), points))

    return run


async def test_a_good_device_is_shown_with_raw_words_and_values(modbus_server, gas):
    await modbus_server.bit("discrete", 1004, 1)
    await modbus_server.floats("input", 1000, 1850.5)
    await modbus_server.floats("input", 1020, 6.25)
    report = await gas()
    assert report.is_fine
    so2 = report.points[0]
    assert (so2.point, so2.channel, so2.raw, so2.value, so2.unit) == ("so2", "so2", "44E7 5000", 1850.5, "mg/Nm3")


async def test_a_wrong_word_order_is_recognised_and_the_right_one_named(modbus_server, gas):
    await modbus_server.bit("discrete", 1004, 1)
    await modbus_server.registers("input", 1000, reversed(struct.unpack(">2H", struct.pack(">f", 1850.5))))
    await modbus_server.registers("input", 1020, reversed(struct.unpack(">2H", struct.pack(">f", 6.25))))
    report = await gas()
    assert [(point.hint.key, point.hint.values["order"], point.hint.values["value"]) for point in report.points] == [
        ("check.hint.word_order", "CDAB", 1850.5),
        ("check.hint.word_order", "CDAB", 6.25),
    ]
    assert (await gas(word_order="CDAB")).is_fine


async def test_a_value_out_of_all_reason_is_said(modbus_server, gas):
    await modbus_server.bit("discrete", 1004, 1)
    await modbus_server.floats("input", 1020, 250.0)
    o2 = (await gas()).points[1]
    assert o2.problem == remark("check.point.implausible", value=250.0, low=0, high=25, unit="%")


async def test_an_instrument_that_does_not_measure_is_said(modbus_server, gas):
    report = await gas(("so2",))
    assert report.points[0].cause is GapCause.NOT_MEASURING
    assert report.points[0].problem == remark("check.point.not_measuring", status="held")


async def test_a_register_the_instrument_lacks_is_said(modbus_server, channels_of, tmp_path):
    (tmp_path / "m.toml").write_text(
        'id = "m"\ntitle = "m"\nprotocol = "modbus"\norigin = "ours"\nsource = "a test"\n'
        '[[points]]\nname = "x"\ntable = "holding"\naddress = 5000\ntype = "int16"\nunit = "%"\n'
    )
    settings = ModbusTcpSettings(id="x", host="127.0.0.1", port=modbus_server.port, map="m.toml", channels={"x": "x"})
    report = await probe(settings, channels_of(load_map("m.toml", folder=tmp_path), ("x",)), folder=tmp_path)
    assert "illegal data address" in report.points[0].problem.values["detail"]


async def test_an_unreachable_device_is_said_with_its_address(free_port, gas):
    report = await gas(port=free_port)
    assert not report.is_fine
    assert f"127.0.0.1:{free_port}, device 1" in report.error.values["detail"]
    assert report.error.values["cause"] == "line_cut"
    assert report.hint == remark("check.hint.cable")


async def test_a_silent_pipelined_device_is_offered_the_other_way(modbus_server, gas):
    report = await gas(pipelined=True)
    assert report.hint == remark("check.hint.pipelined")


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.xdist_group("opcua")
async def test_opcua_points_are_probed_too(plant_server, channels_of, free_port):
    points = ("unit-1.load_mw", "unit-2.load_mw")
    channels = channels_of(load_map("tynys-plant"), points)
    settings = OpcUaSettings(id="dcs", url=plant_server.url, map="tynys-plant", channels={name: name for name in points})
    report = await probe(settings, channels)
    assert (report.points[0].value, report.points[0].problem) == (487.25, None)
    assert report.points[1].problem.key == "check.point.refused"
    dead = OpcUaSettings(id="dcs", url=f"opc.tcp://127.0.0.1:{free_port}", map="tynys-plant", channels=settings.channels)
    assert "connection refused" in (await probe(dead, channels)).error.values["detail"]


@pytest.mark.parametrize("value", [12.3, 0.5, 145.25])
@pytest.mark.parametrize("order", ["CDAB", "BADC", "DCBA"])
def test_the_right_order_is_among_those_that_could_be(value, order):
    point = next(point for point in load_map("tynys-flow").points if point.name == "velocity")
    value = value if value < 60 else value / 10
    big = struct.pack(">f", value)
    swapped = {"CDAB": big[2:] + big[:2], "BADC": big[1::-1] + big[:1:-1], "DCBA": big[::-1]}[order]
    assert sane_orders(point, swapped, "ABCD")[order] == pytest.approx(value)
    assert sane_orders(point, big, "ABCD") == {}
    assert sane_orders(point, b"", "ABCD") == {}


async def test_a_point_that_leaves_several_orders_open_follows_its_neighbours(modbus_server, gas):
    """11.5 as a float leaves two orders open; 1850.5 beside it only one."""
    await modbus_server.bit("discrete", 1004, 1)
    for address, value in ((1000, 1850.5), (1002, 11.5)):
        await modbus_server.registers("input", address, reversed(struct.unpack(">2H", struct.pack(">f", value))))
    so2, co2 = (await gas(("so2", "co2"))).points
    assert so2.hint.values["order"] == "CDAB"
    assert (co2.hint.key, co2.hint.values["order"], co2.hint.values["value"]) == ("check.hint.word_order", "CDAB", 11.5)
