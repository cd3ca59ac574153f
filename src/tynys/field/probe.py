"""Read every point of a device once and tell what is wrong with it: the hands of `tynys plant check`."""

from __future__ import annotations

import asyncio
import math
from collections import Counter
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
from tynys.field.remark import Remark, remark
from tynys.field.settings import ModbusTcpSettings, ReplaySettings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from tynys.domain.instrument import Channel
    from tynys.domain.reading import Sample
    from tynys.field.driver import Driver
    from tynys.field.register_map import Point, WordOrder
    from tynys.field.settings import DeviceSettings


@dataclass(frozen=True, slots=True)
class PointReport:
    """One point as it was read; ``problem`` and ``hint`` are None when nothing is wrong."""

    point: str
    channel: str
    raw: str
    value: float | None
    unit: str
    status: InstrumentStatus
    cause: GapCause
    problem: Remark | None = None
    hint: Remark | None = None


@dataclass(frozen=True, slots=True)
class ProbeReport:
    """What a probe of one device found; ``error`` is None when it answered."""

    device: str
    error: Remark | None = None
    hint: Remark | None = None
    points: tuple[PointReport, ...] = ()

    @property
    def is_fine(self) -> bool:
        """Whether the device answered and every point reads as it should."""
        return self.error is None and not any(point.problem for point in self.points)


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
        return ProbeReport(settings.id, _silent(cause, message), _hint(settings, cause))
    samples = driver.decoder.decode(answers)
    words = driver.decoder.words(answers)
    refused = next((str(answer) for answer in answers if isinstance(answer, ExceptionAnswer)), "")
    points = _points(settings, folder)
    orders = {name: sane_orders(point, words.get(name, b""), driver.decoder.order_of(name)) for name, _, point in points}
    common = _common(orders.values())
    reports = [
        _report(name, channels[channel], samples[channel], point, words.get(name, b""), _chosen(orders[name], common), refused)
        for name, channel, point in points
    ]
    return ProbeReport(settings.id, points=tuple(reports))


def _silent(cause: GapCause, detail: str) -> Remark:
    """That an instrument gave no answer, and what the line said."""
    return remark("check.device.silent", cause=cause.name.lower(), detail=detail)


def _hint(settings: DeviceSettings, cause: GapCause) -> Remark:
    """What to do about a Modbus instrument that gave no answer."""
    if cause is GapCause.NO_ANSWER and isinstance(settings, ModbusTcpSettings) and settings.pipelined:
        return remark("check.hint.pipelined")
    return remark("check.hint.cable")


async def _probe_files(driver: Driver, settings: ReplaySettings, channels: Mapping[str, Channel]) -> ProbeReport:
    """Whether the files read, and the first row of each column."""
    await driver.connect()
    if driver.health.last_error:
        return ProbeReport(settings.id, remark("check.files.broken", detail=driver.health.last_error), remark("check.hint.files"))
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
    samples = await driver.poll(0)
    if not driver.health.connected:
        cause = next((sample.cause for sample in samples.values()), GapCause.NO_ANSWER)
        return ProbeReport(settings.id, _silent(cause, driver.health.last_error), remark("check.hint.server"))
    return ProbeReport(
        settings.id,
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
    right_order: tuple[WordOrder, float] | None,
    refused: str,
) -> PointReport:
    problem, hint = _judge(sample, point, right_order, refused)
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


def _judge(
    sample: Sample, point: Point | NodePoint, right_order: tuple[WordOrder, float] | None, refused: str
) -> tuple[Remark | None, Remark | None]:
    """What is wrong with a sample, and what to do about it."""
    if sample.cause is GapCause.EXCEPTION_ANSWER:
        return remark("check.point.refused", detail=refused or "no such value"), remark("check.hint.address")
    if sample.cause is GapCause.NOT_MEASURING:
        return remark("check.point.not_measuring", status=sample.status.name.lower()), remark("check.hint.read_again")
    if right_order is not None:
        other, value = right_order
        return _impossible(sample, point), remark("check.hint.word_order", order=other, value=value, unit=point.unit or "")
    if sample.cause:
        return remark("check.point.no_value", cause=sample.cause.name.lower()), remark("check.hint.wiring")
    if point.plausible and sample.value is not None and not _fits(sample.value, point.plausible):
        return _with_range("check.point.implausible", sample.value, point.plausible, point.unit), remark("check.hint.scale")
    return None, None


def _impossible(sample: Sample, point: Point | NodePoint) -> Remark:
    """That no instrument could mean what came."""
    if sample.value is None or point.plausible is None:
        return remark("check.point.nonsense")
    return _with_range("check.point.impossible", sample.value, point.plausible, point.unit)


def _with_range(key: str, value: float, plausible: tuple[float, float], unit: str | None) -> Remark:
    return remark(key, value=value, low=plausible[0], high=plausible[1], unit=unit or "")


def sane_orders(point: Point | NodePoint, words: bytes, order: WordOrder) -> dict[WordOrder, float]:
    """The other word orders that make the bytes a plausible number when ``order`` does not, with the number."""
    if isinstance(point, NodePoint) or point.width == 1 or len(words) != 2 * point.width:
        return {}
    values = {other: scaled(point, raw_number(words, point.type, other)) for other in WORD_ORDERS}
    if _sane(values[order], point):
        return {}
    return {other: value for other, value in values.items() if _sane(value, point)}


def _common(found: Iterable[dict[WordOrder, float]]) -> WordOrder | None:
    """The order that most points of an instrument agree on, where theirs is the only one."""
    votes = Counter(next(iter(orders)) for orders in found if len(orders) == 1)
    return votes.most_common(1)[0][0] if votes else None


def _chosen(orders: dict[WordOrder, float], common: WordOrder | None) -> tuple[WordOrder, float] | None:
    """The one order a point leaves open, or the instrument's where it leaves several."""
    if common in orders:
        return common, orders[common]
    return next(iter(orders.items())) if len(orders) == 1 else None


def _sane(value: float, point: Point) -> bool:
    """Whether a number could be a reading: in the plausible range, and no denormal that wrong orders make."""
    if not math.isfinite(value) or (value != 0 and abs(value) < 1e-6):  # noqa: PLR2004  no instrument resolves less
        return False
    return point.plausible is None or _fits(value, point.plausible)


def _fits(value: float | None, plausible: tuple[float, float]) -> bool:
    return value is not None and plausible[0] <= value <= plausible[1]
