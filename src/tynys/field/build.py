"""From settings to a driver, with everything that can be wrong said before anything is polled."""

from __future__ import annotations

from importlib import import_module
from math import gcd
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tynys.domain.errors import ConfigurationError
from tynys.field.register_map import ModbusMap, OpcUaMap, load_map
from tynys.field.settings import ModbusRtuSettings, ModbusTcpSettings, OpcUaSettings, ReplaySettings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tynys.domain.instrument import Channel
    from tynys.field.driver import Driver
    from tynys.field.register_map import NodePoint, Point
    from tynys.field.settings import DeviceSettings

MAKERS = {
    ModbusTcpSettings: "tynys.field.modbus_tcp:modbus_tcp_driver",
    ModbusRtuSettings: "tynys.field.modbus_rtu:modbus_rtu_driver",
    OpcUaSettings: "tynys.field.opcua:opcua_driver",
    ReplaySettings: "tynys.field.replay:replay_driver",
}
"""Where each driver is made; imported only when a plant has such a device."""


def build_driver(settings: DeviceSettings, channels: Mapping[str, Channel], *, folder: Path | None = None) -> Driver:
    """The driver of one device; `ConfigurationError` says what does not fit.

    Parameters
    ----------
    settings : DeviceSettings
        One entry of `[[devices]]`.
    channels : Mapping[str, Channel]
        The facility's channels by name.
    folder : Path or None
        What relative paths in the settings start from; the folder of plant.toml.
    """
    where = f'device "{settings.id}"'
    filled = _channels_filled(settings, channels, where)
    interval_ms = gcd(*(_interval_ms(channel, where) for channel in filled.values()))
    module, _, name = MAKERS[type(settings)].partition(":")
    make: Any = getattr(import_module(module), name)
    if isinstance(settings, ReplaySettings):
        driver: Driver = make(settings, filled, folder=folder or Path())
        return driver
    register_map = load_map(settings.map, folder=folder)
    expected = OpcUaMap if isinstance(settings, OpcUaSettings) else ModbusMap
    if not isinstance(register_map, expected):
        raise ConfigurationError(
            f'map "{settings.map}" is not for driver "{settings.__struct_config__.tag}"',
            where=f"{where}, key map",
            hint="Choose a map of the driver's protocol.",
        )
    _check_points(register_map, filled, where)
    if isinstance(settings, OpcUaSettings):
        driver = make(settings, register_map, interval_ms=interval_ms, folder=folder or Path())
    else:
        driver = make(settings, register_map, interval_ms=interval_ms)
    return driver


def point_of(register_map: ModbusMap | OpcUaMap, name: str) -> Point | NodePoint | None:
    """The point a name in the settings speaks of; for OPC UA the part after its last dot."""
    wanted = name.rpartition(".")[2] if isinstance(register_map, OpcUaMap) else name
    points: tuple[Point, ...] | tuple[NodePoint, ...] = register_map.points
    return next((point for point in points if point.name == wanted), None)


def _channels_filled(settings: DeviceSettings, channels: Mapping[str, Channel], where: str) -> dict[str, Channel]:
    unknown = sorted(name for name in settings.channels.values() if name not in channels)
    if unknown:
        raise ConfigurationError(
            f"the facility's configuration has no channel {', '.join(unknown)}",
            where=f"{where}, key channels",
            hint="Mend the name, or add the channel to the configuration document.",
        )
    return {point: channels[name] for point, name in settings.channels.items()}


def _interval_ms(channel: Channel, where: str) -> int:
    if not channel.acquisition:
        raise ConfigurationError(
            f'channel "{channel.name}" declares no interval',
            where=where,
            hint="Give it an acquisition with interval_ms in the configuration document.",
        )
    return max(channel.acquisition, key=lambda acquisition: acquisition.valid_from).interval_ms


def _check_points(register_map: ModbusMap | OpcUaMap, filled: Mapping[str, Channel], where: str) -> None:
    for name, channel in filled.items():
        point = point_of(register_map, name)
        if point is None:
            known = ", ".join(point.name for point in register_map.points)
            raise ConfigurationError(
                f'map "{register_map.id}" has no point "{name}"; it has {known}',
                where=f"{where}, key channels",
                hint="Mend the point's name.",
            )
        if point.unit is not None and point.unit != channel.unit:
            raise ConfigurationError(
                f'channel "{channel.name}" has unit "{channel.unit}", point "{name}" of map "{register_map.id}" gives "{point.unit}"',
                where=f"{where}, key channels",
                hint="Readings are never converted on the way: give the channel the instrument's unit, or write a map of your own.",
            )
