"""The `[[devices]]` of a plant.toml: which instrument, on which line, fills which channels."""

from typing import Annotated, Literal

import msgspec

from tynys.domain.base import Instant, Record
from tynys.field.register_map import WordOrder

Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]
DeviceId = Annotated[int, msgspec.Meta(ge=0, le=255)]
TimeoutMs = Annotated[int, msgspec.Meta(ge=10, le=60_000)]


class _Device(Record, frozen=True, kw_only=True, tag_field="driver"):
    """What all devices share: a name, and the channels it fills by point (or column)."""

    id: Annotated[str, msgspec.Meta(min_length=1)]
    channels: Annotated[dict[str, str], msgspec.Meta(min_length=1)]

    def __post_init__(self) -> None:
        names = list(self.channels.values())
        doubled = sorted({name for name in names if names.count(name) > 1})
        if doubled:
            raise ValueError(f'device "{self.id}" fills a channel from two points: {", ".join(doubled)}')


class _Modbus(_Device, frozen=True, kw_only=True):
    """What both Modbus lines share.

    ``timeout_ms`` bounds one poll in real time; ``max_gap`` is how many unused registers (or, times sixteen, bits) are
    read along so that one request does for two.
    """

    map: str
    device_id: DeviceId = 1
    timeout_ms: TimeoutMs = 1000
    word_order: WordOrder | None = None
    device_clock: bool = True
    max_gap: Annotated[int, msgspec.Meta(ge=0, le=120)] = 32


class ModbusTcpSettings(_Modbus, frozen=True, kw_only=True, tag="modbus-tcp"):
    """An instrument behind Modbus TCP; ``pipelined`` sends all requests of a poll in one packet."""

    host: str
    port: Port = 502
    pipelined: bool = False


class ModbusRtuSettings(_Modbus, frozen=True, kw_only=True, tag="modbus-rtu"):
    """An instrument on a serial line; several may share a ``port``, each with its own ``device_id``.

    ``answer_ms`` is how long it may take to answer one request: on a shared line the others wait for it that long.
    """

    port: str
    baudrate: Annotated[int, msgspec.Meta(ge=300, le=921_600)] = 19_200
    parity: Literal["N", "E", "O"] = "N"
    stop_bits: Literal[1, 2] = 1
    byte_size: Literal[7, 8] = 8
    answer_ms: Annotated[int, msgspec.Meta(ge=10, le=10_000)] = 250


class OpcUaSettings(_Device, frozen=True, kw_only=True, tag="opcua"):
    """An OPC UA server.

    ``stale_after_ms`` is how long a subscription may stay silent before its values are no longer proven; ``max_age_ms``
    additionally refuses values whose source timestamp is older than that at the instant of the poll.
    """

    url: Annotated[str, msgspec.Meta(pattern=r"^opc\.tcp://")]
    map: str
    mode: Literal["poll", "subscription"] = "poll"
    publishing_ms: Annotated[int, msgspec.Meta(ge=20, le=60_000)] = 500
    security: Literal["none", "Basic256Sha256"] = "none"
    certificate: str = "opcua-client.der"
    private_key: str = "opcua-client.pem"
    server_certificate: str | None = None
    user: str | None = None
    password_file: str | None = None
    timeout_ms: TimeoutMs = 2000
    stale_after_ms: Annotated[int, msgspec.Meta(ge=100)] = 5000
    max_age_ms: Annotated[int, msgspec.Meta(ge=1)] | None = None


class ReplaySettings(_Device, frozen=True, kw_only=True, tag="replay"):
    """Recorded files, row after row from ``start`` on; ``channels`` maps columns to channels."""

    files: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    start: Instant
    interval_ms: Annotated[int, msgspec.Meta(ge=1)]


DeviceSettings = ModbusTcpSettings | ModbusRtuSettings | OpcUaSettings | ReplaySettings
"""One entry of `[[devices]]`; the key ``driver`` tells which."""
