"""`tynys plant check`: looks at everything once and tells what is wrong and how to mend it, as remarks for the command to word."""

from __future__ import annotations

import asyncio
import base64
import time
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from tynys.domain.batch import Event
from tynys.domain.errors import StorageError, TynysError
from tynys.domain.instrument import AcquisitionMode
from tynys.domain.status import GapCause, InstrumentStatus
from tynys.field import Remark, probe, remark
from tynys.field.settings import OpcUaSettings
from tynys.plant import spool_reader
from tynys.plant.epoch import new_epoch
from tynys.plant.line import CentreLine
from tynys.plant.polling import acquisition_at
from tynys.plant.sealer import Sealer
from tynys.plant.sender import DIGEST_SHOWN, Sender
from tynys.plant.settings import load_configuration, load_rule_pack
from tynys.plant.spool import Spool
from tynys.plant.spool_tables import FILE_NAME, connect
from tynys.plant.spool_thread import Alarms, SpoolThread
from tynys.plant.watch import OFFSET_ALARM_MS
from tynys.wire.clock import WallClock
from tynys.wire.enrolment import clock_offset
from tynys.wire.keys import SigningKey, VerifyKey

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tynys.domain.configuration import FacilityConfiguration
    from tynys.domain.instrument import Channel
    from tynys.field import DeviceSettings, PointReport
    from tynys.plant.settings import PlantSettings

T = TypeVar("T")

HOUR_MS = 3_600_000
_NEAR_HOUR_MS = 120_000
_OVER_SPAN = 1.2
_ANSWER_S = 20.0
_NAMES_SHOWN = 8
_REFUSALS = frozenset({"gateway.unknown", "key.unknown", "key.revoked", "wire.signature"})
"""Codes in a receipt's reason that have words of their own."""
_LINE_HINTS = frozenset({"line.cut", "line.certificate", "line.forged_reply"})


class Verdict(StrEnum):
    """How a line of the check came out."""

    FINE = "fine"
    WARNING = "warning"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing looked at: what it was, what came, and what to do.

    ``subject`` is one of `SUBJECTS` or, with ``point`` and ``channel``, the id of a device.
    """

    subject: str
    verdict: Verdict
    text: Remark
    hint: Remark | None = None
    point: str = ""
    channel: str = ""


SUBJECTS = ("key", "configuration", "rule_pack", "channels", "centre", "clock", "gateway")
"""What is looked at beside the devices."""


async def check_plant(settings: PlantSettings, *, send: bool = True) -> list[Line]:
    """Look at key, configuration, every channel, and the centre; reads each instrument once.

    With ``send`` an empty signed batch with the event ``gateway.check`` goes to the centre (unless a gateway runs on
    this spool): only so is it known whether the centre knows gateway, key and plan.
    """
    lines: list[Line] = []
    key = _tried(lines, "key", lambda: SigningKey.load(settings.key_file), lambda found: remark("check.key", key=found.key_id))
    configuration = _tried(
        lines,
        "configuration",
        lambda: load_configuration(settings),
        _described,
    )
    if configuration is not None:
        _tried(lines, "rule_pack", lambda: load_rule_pack(settings, configuration), lambda found: remark("check.plain", text=found.id))
        lines += _unfilled(settings, configuration)
        channels = {channel.name: channel for channel in configuration.channels}
        lines += await _devices(channels, settings)
    lines += await _centre(settings, key, configuration, send=send)
    return lines


def wrong(lines: list[Line]) -> bool:
    """Whether anything is wrong (warnings are not)."""
    return any(line.verdict is Verdict.WRONG for line in lines)


def _tried(lines: list[Line], subject: str, look: Callable[[], T], words: Callable[[T], Remark]) -> T | None:
    """What a look gives, or None with the failure as a line."""
    try:
        found = look()
    except TynysError as error:
        lines.append(_failed(subject, error))
        return None
    lines.append(Line(subject, Verdict.FINE, words(found)))
    return found


def _described(configuration: FacilityConfiguration) -> Remark:
    """What a document holds, and the digest by which the centre approves its plan."""
    counts = {"channels": str(len(configuration.channels)), "sources": str(len(configuration.sources))}
    return remark("check.configuration", digest=configuration.digest().hex()[:DIGEST_SHOWN], **counts)


def _failed(subject: str, error: TynysError) -> Line:
    detail = f"{error.where}: {error.message}" if error.where else error.message
    if error.error_code.startswith("line."):
        text = remark("check.line", alarm=error.error_code, detail=detail)
        return Line(subject, Verdict.WRONG, text, _line_hint(error.error_code, error.hint))
    return Line(subject, Verdict.WRONG, remark("check.cannot_be_used", detail=detail), _plain(error.hint))


def _plain(text: str) -> Remark | None:
    """A technical text as it is."""
    return remark("check.plain", text=text) if text else None


def _line_hint(code: str, hint: str) -> Remark | None:
    """What to do about a line that does not carry."""
    return remark(f"check.hint.{code}") if code in _LINE_HINTS else _plain(hint)


# --- instruments -----------------------------------------------------------------------------------------------


def _unfilled(settings: PlantSettings, configuration: FacilityConfiguration) -> list[Line]:
    """Channels declared measured that no device fills: they would be gaps for ever."""
    filled = {name for device in settings.devices for name in device.channels.values()}
    now_ms = WallClock().now_ms()
    missing = []
    for channel in configuration.channels:
        acquisition = acquisition_at(channel, now_ms)
        measured = acquisition is not None and acquisition.mode is AcquisitionMode.MEASURED
        if measured and channel.name not in filled and settings.gateway.role == "live":
            missing.append(channel.name)
    if not missing:
        return []
    shown = ", ".join(missing[:_NAMES_SHOWN]) + (" …" if len(missing) > _NAMES_SHOWN else "")
    text = remark("check.unfilled", count=str(len(missing)), names=shown)
    return [Line("channels", Verdict.WARNING, text, remark("check.hint.unfilled"))]


async def _devices(channels: Mapping[str, Channel], settings: PlantSettings) -> list[Line]:
    """Every device, side by side; OPC UA after the others: its making of keys and sessions would eat into their time-outs."""
    found: dict[str, list[Line]] = {}
    for late in (False, True):
        group = [device for device in settings.devices if isinstance(device, OpcUaSettings) is late]
        answers = await asyncio.gather(*(_device(device, channels, settings) for device in group))
        found |= {device.id: lines for device, lines in zip(group, answers, strict=True)}
    return [line for device in settings.devices for line in found[device.id]]


async def _device(device: DeviceSettings, channels: Mapping[str, Channel], settings: PlantSettings) -> list[Line]:
    """Every point of one device, read once."""
    try:
        report = await probe(device, channels, folder=settings.folder)
    except TynysError as error:
        return [_failed(device.id, error)]
    if report.error is not None:
        return [Line(device.id, Verdict.WRONG, report.error, report.hint)]
    return [_point(device.id, point, channels[point.channel]) for point in report.points]


def _point(device: str, point: PointReport, channel: Channel) -> Line:
    def line(verdict: Verdict, text: Remark, hint: Remark | None = None) -> Line:
        return Line(device, verdict, text, hint, point.point, point.channel)

    if point.problem is not None:
        return line(Verdict.WARNING if point.cause is GapCause.NOT_MEASURING else Verdict.WRONG, point.problem, point.hint)
    if point.value is None:
        return line(Verdict.FINE, remark("check.point.no_value", cause=point.cause.name.lower()))
    if channel.span and abs(point.value) > _OVER_SPAN * channel.span:
        text = remark("check.point.over_span", value=point.value, high=channel.span, unit=point.unit)
        return line(Verdict.WRONG, text, remark("check.hint.scale"))
    if point.status is not InstrumentStatus.VALID:
        return line(Verdict.WARNING, remark("check.point.status", value=point.value, unit=point.unit, status=point.status.name.lower()))
    return line(Verdict.FINE, remark("check.point.value", value=point.value, unit=point.unit))


# --- the centre ------------------------------------------------------------------------------------------------


async def _centre(
    settings: PlantSettings, key: SigningKey | None, configuration: FacilityConfiguration | None, *, send: bool
) -> list[Line]:
    """Address, certificate, clock; then, with a signed batch, whether gateway, key and plan are known."""
    if settings.centre is None or settings.ca_file is None:
        return [Line("centre", Verdict.WARNING, remark("check.no_centre"), remark("check.hint.no_centre"))]
    lines: list[Line] = []
    try:
        line = CentreLine(settings.centre.url, settings.ca_file)
    except TynysError as error:
        return [_failed("centre", error)]
    try:
        clock = WallClock()
        before_ms = clock.now_ms()
        exchange = await line.time()
        lines.append(Line("centre", Verdict.FINE, remark("check.centre.answers", url=line.url, ms=f"{exchange.round_trip_ms:.0f}")))
        if settings.clock_url is None:
            lines.append(_clock_line(clock_offset(before_ms, exchange.server_time_ms, clock.now_ms()).offset_ms))
        if send and key is not None and configuration is not None:
            lines.append(await _introduce(settings, key, configuration, line))
    except TynysError as error:
        lines.append(_failed("centre", error))
    finally:
        await line.close()
    return lines


def _clock_line(offset_ms: int) -> Line:
    """The gateway's clock against the centre's."""
    side = "behind" if offset_ms < 0 else "ahead"
    if abs(offset_ms) <= OFFSET_ALARM_MS:
        return Line("clock", Verdict.FINE, remark("check.clock.right", seconds=abs(offset_ms) / 1000))
    hours = round(offset_ms / HOUR_MS)
    if hours and abs(offset_ms - hours * HOUR_MS) < _NEAR_HOUR_MS:
        return Line("clock", Verdict.WRONG, remark(f"check.clock.hours_{side}", count=abs(hours)), remark("check.hint.zone"))
    text = remark(f"check.clock.{side}", seconds=abs(offset_ms) / 1000)
    return Line("clock", Verdict.WRONG, text, remark("check.hint.time_server"))


async def _introduce(settings: PlantSettings, key: SigningKey, configuration: FacilityConfiguration, line: CentreLine) -> Line:
    """Send an empty signed batch, and word the receipt."""
    if settings.centre is None:
        raise AssertionError("asked only with a centre")
    subject = "gateway"
    try:
        thread = SpoolThread(Spool.open(settings.spool_folder, settings.gateway.id))
    except StorageError as error:
        if error.error_code != "spool.locked":
            raise
        return _from_daemon(settings, subject)
    try:
        clock = WallClock()
        now_ms = clock.now_ms()

        def seal(spool: Spool) -> int:
            sealer = Sealer(spool, key, settings.gateway.id, new_epoch(now_ms), configuration, started_ms=None)
            spool.add_notes([("event", Event(now_ms, "gateway.check"))])
            sealer.seal([], now_ms, now_ms, now_ms)
            head = spool_reader.head(spool.connection)
            return head.id if head else 0

        batch_id = await thread.call(seal)
        centre_key = VerifyKey(base64.b64decode(settings.centre.public_key))
        sender = Sender(thread, line, centre_key, settings.gateway.id, clock=clock, alarms=Alarms(thread))
        until = time.monotonic() + _ANSWER_S
        await sender.drain(_ANSWER_S)
        if sender.state.last_error:
            state = sender.state
            text = remark("check.line", alarm=state.last_error_code, detail=state.last_error)
            return Line(subject, Verdict.WRONG, text, _line_hint(state.last_error_code, state.last_hint))
        receipt = await thread.call(lambda spool: spool_reader.receipt_of(spool.connection, batch_id))
        if receipt is None:
            text = remark("check.gateway.no_receipt", seconds=f"{time.monotonic() - until + _ANSWER_S:.0f}")
            return Line(subject, Verdict.WRONG, text, remark("check.hint.overloaded"))
        return _receipt_line(subject, receipt.outcome, receipt.reason, plan_known=receipt.plan_known)
    finally:
        thread.close()


def _receipt_line(subject: str, outcome: str, reason: str, *, plan_known: bool) -> Line:
    if outcome == "refused":
        code, _, words = reason.partition(": ")
        known = code in _REFUSALS
        text = remark(f"check.refused.{code}", reason=words) if known else remark("check.gateway.refused", reason=reason)
        return Line(subject, Verdict.WRONG, text, remark("check.hint.enrol") if known else None)
    if not plan_known:
        return Line(subject, Verdict.WARNING, remark("check.gateway.plan_waits"), remark("check.hint.plan_waits"))
    return Line(subject, Verdict.FINE, remark("check.gateway.known"))


def _from_daemon(settings: PlantSettings, subject: str) -> Line:
    """A gateway runs on this spool: its last receipt tells."""
    connection = connect(settings.spool_folder / FILE_NAME, read_only=True)
    try:
        receipt = spool_reader.last_receipt(connection)
        alarms = {alarm.code: alarm.detail for alarm in spool_reader.alarms(connection)}
    finally:
        connection.close()
    for code, detail in alarms.items():
        if code.startswith("line.") and code != "line.plan_unknown":
            text = remark("check.gateway.running_alarm", alarm=code, detail=detail)
            return Line(subject, Verdict.WRONG, text, remark("check.hint.status"))
    if receipt is None:
        return Line(subject, Verdict.WARNING, remark("check.gateway.running"))
    return _receipt_line(subject, receipt.outcome, receipt.reason, plan_known=receipt.plan_known)
