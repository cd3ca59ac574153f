"""The page of reference leaves nothing out."""

from pathlib import Path

import msgspec
import pytest

from tynys.field.opcua_values import BAD, UNCERTAIN
from tynys.field.register_map import DeviceClock, ModbusMap, OpcUaMap, Parameter, Point, StatusBit, StatusMeaning, published_maps
from tynys.field.scorecard import load_scorecards
from tynys.field.settings import ModbusRtuSettings, ModbusTcpSettings, OpcUaSettings, ReplaySettings

PAGE = (Path(__file__).parents[2] / "docs/reference/field.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "record",
    [ModbusTcpSettings, ModbusRtuSettings, OpcUaSettings, ReplaySettings, ModbusMap, OpcUaMap, Point, Parameter, DeviceClock, StatusBit],
)
def test_every_key_is_on_the_page(record):
    own_tables = {"points", "status", "clock", "parameters"}
    missing = {field.name for field in msgspec.structs.fields(record) if f"`{field.name}`" not in PAGE and f"`{field.name} =" not in PAGE}
    assert missing <= own_tables
    assert all(f"[{name}]" in PAGE for name in missing)


def test_every_map_meaning_and_driver_is_on_the_page():
    for name in (*published_maps(), *StatusMeaning):
        assert f"`{name}`" in PAGE
    for card in load_scorecards().drivers:
        assert f"| `{card.driver}` | {card.level} |" in PAGE


def test_every_status_code_with_a_meaning_is_on_the_page():
    from asyncua import ua

    names = {value: name for name, value in vars(ua.StatusCodes).items() if isinstance(value, int)}
    assert all(names[code] in PAGE for code in (*BAD, *UNCERTAIN))
