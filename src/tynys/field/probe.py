"""Read every point of a device once and say in words what is wrong with it: the hands of `tynys plant check`."""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tynys.domain.base import to_ms
from tynys.domain.status import GapCause, InstrumentStatus
from tynys.field.build import build_driver, point_of
from tynys.field.driver import explain
from tynys.field.modbus import scaled
from tynys.field.modbus_driver import ModbusDriver
from tynys.field.modbus_numbers import raw_number
from tynys.field.modbus_reads import ExceptionAnswer
from tynys.field.register_map import WORD_ORDERS, NodePoint, load_map
from tynys.field.settings import ModbusTcpSettings, ReplaySettings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tynys.domain.instrument import Channel
    from tynys.domain.reading import Sample
    from tynys.field.driver import Driver
    from tynys.field.register_map import Point, WordOrder
    from tynys.field.settings import DeviceSettings


@dataclass(frozen=True, slots=True)
class PointReport:
    """One point as it was read; ``problem`` and ``hint`` are empty when nothing is wrong."""

    point: str
    channel: str
    raw: str
    value: float | None
    unit: str
    status: InstrumentStatus
    cause: GapCause
    problem: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class ProbeReport:
    """What a probe of one device found; ``error`` is empty when it answered."""

    device: str
    error: str = ""
    hint: str = ""
    points: tuple[PointReport, ...] = ()

    @property
    def is_fine(self) -> bool:
        """Whether the device answered and every point reads as it should."""
        return not self.error and not any(point.problem for point in self.points)


async def probe(settings: DeviceSettings, channels: Mapping[str, Channel], *, folder: Path | None = None) -> ProbeReport:
    """Connect, read every mapped point once, judge what came, and leave. Raises only `ConfigurationError`."""
    driver = build_driver(settings, channels, folder=folder)
    try:
        if isinstance(settings, ReplaySettings):
            return await _probe_files(driver, settings, channels)
        if isinstance(driver, ModbusDriver):
            return await _probe_modbus(driver, settings, channels, folder)
        return await _probe_any(driver, settings, channels, folder)
    finally:
        await driver.close()


async def _probe_modbus(
    driver: ModbusDriver, settings: DeviceSettings, channels: Mapping[str, Channel], folder: Path | None
) -> ProbeReport:
    """One exchange over the driver's own line, its bytes kept to show."""
    timeout_s = driver.timeout_s
    try:
        async with asyncio.timeout(timeout_s):
            await driver.line.open()
            answers = await driver.line.exchange(driver.decoder.reads, unit=driver.unit)
    except Exception as error:  # noqa: BLE001  whatever the device does is the finding
        cause, message = explain(error, driver.where, timeout_s)
        return ProbeReport(settings.id, message, _hint(settings, cause))
    samples = driver.decoder.decode(answers)
    words = driver.decoder.words(answers)
    refused = next((str(answer) for answer in answers if isinstance(answer, ExceptionAnswer)), "")
    reports = [
        _report(name, channels[channel], samples[channel], point, words.get(name, b""), driver.decoder.order_of(name), refused)
        for name, channel, point in _points(settings, folder)
    ]
    return ProbeReport(settings.id, points=tuple(reports))


def _hint(settings: DeviceSettings, cause: GapCause) -> str:
    """What to do about a Modbus instrument that gave no answer."""
    if cause is GapCause.NO_ANSWER and isinstance(settings, ModbusTcpSettings) and settings.pipelined:
        return "It may not take two requests at once: set pipelined = false on the device, or check its device id."
    return "Check power, cable, address, port and device id, then run the check again."


async def _probe_files(driver: Driver, settings: ReplaySettings, channels: Mapping[str, Channel]) -> ProbeReport:
    """Whether the files read, and the first row of each column."""
    await driver.connect()
    if driver.health.last_error:
        return ProbeReport(settings.id, driver.health.last_error, "Mend the file or the key files.")
    samples = await driver.poll(to_ms(settings.start))
    return ProbeReport(
        settings.id,
        points=tuple(
            PointReport(column, name, "", samples[name].value, str(channels[name].unit), samples[name].status, samples[name].cause)
            for column, name in settings.channels.items()
        ),
    )


async def _probe_any(driver: Driver, settings: DeviceSettings, channels: Mapping[str, Channel], folder: Path | None) -> ProbeReport:
    await driver.connect()
    if not driver.health.connected:
        return ProbeReport(settings.id, driver.health.last_error, "Check the address, that the server runs, and its security settings.")
    samples = await driver.poll(0)
    return ProbeReport(
        settings.id,
        driver.health.last_error,
        points=tuple(
            _report(name, channels[channel], samples[channel], point, b"", None, "") for name, channel, point in _points(settings, folder)
        ),
    )


def _points(settings: DeviceSettings, folder: Path | None) -> list[tuple[str, str, Point | NodePoint]]:
    """Point name in the settings, channel name and point of the map."""
    if isinstance(settings, ReplaySettings):
        return []
    register_map = load_map(settings.map, folder=folder)
    found = ((name, channel, point_of(register_map, name)) for name, channel in settings.channels.items())
    return [(name, channel, point) for name, channel, point in found if point is not None]


def _report(
    name: str,
    channel: Channel,
    sample: Sample,
    point: Point | NodePoint,
    words: bytes,
    order: WordOrder | None,
    refused: str,
) -> PointReport:
    problem, hint = _judge(sample, point, words, order, refused)
    return PointReport(
        point=name,
        channel=channel.name,
        raw=words.hex(" ", 2).upper() if len(words) > 1 else words.hex(),
        value=sample.value,
        unit=str(channel.unit),
        status=sample.status,
        cause=sample.cause,
        problem=problem,
        hint=hint,
    )


def _judge(sample: Sample, point: Point | NodePoint, words: bytes, order: WordOrder | None, refused: str) -> tuple[str, str]:
    """What is wrong with a sample, and what to do about it."""
    if sample.cause is GapCause.EXCEPTION_ANSWER:
        return f"the instrument refused the request: {refused or 'no such value'}", "Check the map's table and address, or set max_gap = 0."
    if sample.cause is GapCause.NOT_MEASURING:
        return f"the instrument is not measuring (status {sample.status.name.lower()})", "Read again when it measures."
    wrong_order = suggest_order(point, words, order) if order else None
    if wrong_order:
        other, value = wrong_order
        return (
            f"{_shown(sample)} cannot be true" + (f": expected {_range(point)}" if point.plausible else ""),
            f'In word order "{other}" it would be {value:g}: set word_order = "{other}" on the device.',
        )
    if sample.cause:
        return f"no value: {sample.cause.name.lower().replace('_', ' ')}", "Check the wiring and the map's type for this point."
    if point.plausible and not _fits(sample.value, point.plausible):
        return f"{_shown(sample)} lies outside what is plausible, {_range(point)}", "Check the map's address, type, scale and unit."
    return "", ""


def suggest_order(point: Point | NodePoint, words: bytes, order: WordOrder) -> tuple[WordOrder, float] | None:
    """The one other word order that makes the bytes a plausible number when ``order`` does not; None if there is no such."""
    if isinstance(point, NodePoint) or point.width == 1:
        return None
    values = {other: scaled(point, raw_number(words, point.type, other)) for other in WORD_ORDERS}
    if _sane(values[order], point):
        return None
    sane = [(other, value) for other, value in values.items() if _sane(value, point)]
    return sane[0] if len(sane) == 1 else None


def _sane(value: float, point: Point) -> bool:
    """Whether a number could be a reading: in the plausible range, and no denormal that wrong orders make."""
    if not math.isfinite(value) or (value != 0 and abs(value) < 1e-6):  # noqa: PLR2004  no instrument resolves less
        return False
    return point.plausible is None or _fits(value, point.plausible)


def _fits(value: float | None, plausible: tuple[float, float]) -> bool:
    return value is not None and plausible[0] <= value <= plausible[1]


def _shown(sample: Sample) -> str:
    return "what came" if sample.value is None else f"{sample.value:g}"


def _range(point: Point | NodePoint) -> str:
    low, high = point.plausible or (-math.inf, math.inf)
    return f"{low:g} to {high:g} {point.unit or ''}".strip()
