"""Maps are data: the published ones are what they claim, a wrong one says where."""

import pytest

from tynys.domain.errors import ConfigurationError
from tynys.field.register_map import ModbusMap, OpcUaMap, StatusMeaning, load_map, published_maps

MINE = """
id = "mine"
title = "Mine"
protocol = "modbus"
origin = "ours"
source = "a test"
[[points]]
name = "a"
table = "holding"
address = 0
type = "int16"
"""


def test_all_published_maps_load():
    assert published_maps() == ("marsic300", "tynys-dust", "tynys-flow", "tynys-plant")
    for name in published_maps():
        assert load_map(name).id == name


def test_marsic300_is_the_makers_table():
    """SICK 8017585/YXD9/V3-1/2017-05, tables 38 and 39."""
    register_map = load_map("marsic300")
    assert isinstance(register_map, ModbusMap)
    assert register_map.origin == "published"
    gases = {point.name: (point.table.function, point.address, point.type) for point in register_map.points}
    addresses = {"so2": 1000, "co2": 1002, "so2_co2_ratio": 1004, "h2o": 1006, "no": 1008, "no2": 1010, "nox": 1012}
    addresses |= {"nh3": 1014, "co": 1016, "ch4": 1018, "o2": 1020, "voc": 1022}
    assert gases == {name: (4, address, "float32") for name, address in addresses.items()}
    bits = {bit.name: (bit.table.function, bit.address, bit.active, bit.means) for bit in register_map.status}
    assert bits == {
        "malfunction": (2, 1000, 1, StatusMeaning.FAULT),
        "maintenance_request": (2, 1001, 1, StatusMeaning.NOTE),
        "maintenance": (2, 1002, 1, StatusMeaning.MAINTENANCE),
        "outside_specification": (2, 1003, 1, StatusMeaning.OVER_RANGE),
        "live": (2, 1004, 0, StatusMeaning.HELD),
        "zeroize": (2, 1024, 1, StatusMeaning.CALIBRATION),
        "span_check": (2, 1025, 1, StatusMeaning.CALIBRATION),
        "zeroize_or_span_check": (2, 1026, 1, StatusMeaning.CALIBRATION),
    }
    assert register_map.zero_is_absent


def test_plant_signals_belong_to_an_owner():
    register_map = load_map("tynys-plant")
    assert isinstance(register_map, OpcUaMap)
    assert all(point.node == f"s={{owner}}.{point.name}" for point in register_map.points)


def test_ours_are_marked_ours():
    assert {name: load_map(name).origin for name in published_maps() if name != "marsic300"} == dict.fromkeys(
        ["tynys-dust", "tynys-flow", "tynys-plant"], "ours"
    )


def test_a_map_of_ones_own_is_read_beside_the_plant_file(tmp_path):
    (tmp_path / "mine.toml").write_text(MINE)
    assert load_map("mine.toml", folder=tmp_path).id == "mine"


def test_an_unknown_map_names_the_known_ones(tmp_path):
    with pytest.raises(ConfigurationError, match=r"no register map \"marsic\".*marsic300, tynys-dust"):
        load_map("marsic", folder=tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ('type = "int16"', 'typ = "int16"', 11, 'unknown key "typ"'),
        ('type = "int16"', 'type = "int17"', 11, "invalid enum value .int17."),
        ('type = "int16"', 'type = "bit"', 7, "needs bit = 0..15"),
        ('table = "holding"', 'table = "coil"', 7, "is one bit"),
        ('type = "int16"', 'type = "float32"\ndivide = 10', 7, "a float is carried as it is"),
        ("address = 0", "address = 70000", 10, "<= 65535"),
        ('id = "mine"', 'id = "mine"\nname = 3', 3, 'unknown key "name"'),
    ],
)
def test_a_wrong_map_names_file_line_and_key(tmp_path, old, new, line, message):
    path = tmp_path / "mine.toml"
    path.write_text(MINE.replace(old, new))
    with pytest.raises(ConfigurationError, match=message) as caught:
        load_map("mine.toml", folder=tmp_path)
    assert caught.value.where == f"{path}, line {line}"


def test_doubled_points_and_status_of_unknown_points_are_refused(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(MINE + MINE.partition("[[points]]")[1] + MINE.partition("[[points]]")[2])
    with pytest.raises(ConfigurationError, match="point names must differ; twice: a"):
        load_map("mine.toml", folder=tmp_path)
    path.write_text(MINE + '[[status]]\nname = "s"\ntable = "coil"\naddress = 1\nmeans = "fault"\npoints = ["b"]\n')
    with pytest.raises(ConfigurationError, match='speaks of point "b"'):
        load_map("mine.toml", folder=tmp_path)


def test_a_file_that_is_not_toml_says_so(tmp_path):
    (tmp_path / "mine.toml").write_text("id = = 3")
    with pytest.raises(ConfigurationError, match="expected TOML"):
        load_map("mine.toml", folder=tmp_path)
