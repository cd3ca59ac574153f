"""`tynys plant check`: looks at everything once and says in words what is wrong and how to mend it."""

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
from tynys.field import probe
from tynys.plant import spool_reader
from tynys.plant.epoch import new_epoch
from tynys.plant.line import CentreLine
from tynys.plant.polling import acquisition_at
from tynys.plant.sealer import Sealer
from tynys.plant.sender import Sender
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


class Verdict(StrEnum):
    """How a line of the check came out."""

    FINE = "fine"
    WARNING = "warning"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing looked at: what it was, what came, and what to do (both empty when there is nothing to say)."""

    subject: str
    verdict: Verdict
    text: str
    hint: str = ""


async def check_plant(settings: PlantSettings, *, send: bool = True) -> list[Line]:
    """Look at key, configuration, every channel, and the centre; reads each instrument once.

    With ``send`` an empty signed batch with the event ``gateway.check`` goes to the centre (unless a gateway runs on
    this spool): only so is it known whether the centre knows gateway, key and plan.
    """
    lines: list[Line] = []
    key = _tried(lines, "key", lambda: SigningKey.load(settings.key_file), lambda found: f"key {found.key_id}")
    configuration = _tried(
        lines,
        "configuration",
        lambda: load_configuration(settings),
        lambda found: f"{len(found.channels)} channels, {len(found.sources)} sources",
    )
    if configuration is not None:
        _tried(lines, "rule pack", lambda: load_rule_pack(settings, configuration), lambda found: found.id)
        lines += _unfilled(settings, configuration)
        channels = {channel.name: channel for channel in configuration.channels}
        for found in await asyncio.gather(*(_device(device, channels, settings) for device in settings.devices)):
            lines += found
    lines += await _centre(settings, key, configuration, send=send)
    return lines


def wrong(lines: list[Line]) -> bool:
    """Whether anything is wrong (warnings are not)."""
    return any(line.verdict is Verdict.WRONG for line in lines)


def _tried(lines: list[Line], subject: str, look: Callable[[], T], words: Callable[[T], str]) -> T | None:
    """What a look gives, or None with the failure as a line."""
    try:
        found = look()
    except TynysError as error:
        lines.append(_failed(subject, error))
        return None
    lines.append(Line(subject, Verdict.FINE, words(found)))
    return found


def _failed(subject: str, error: TynysError) -> Line:
    return Line(subject, Verdict.WRONG, f"{error.where}: {error.message}" if error.where else error.message, error.hint)


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
    shown = ", ".join(missing[:8]) + (f" and {len(missing) - 8} more" if len(missing) > 8 else "")  # noqa: PLR2004 - a line's worth
    hint = "map them under a [[devices]] entry, or end their acquisition in the configuration"
    return [Line("channels", Verdict.WARNING, f"no device fills {shown}: every reading will be a gap", hint)]


async def _device(device: DeviceSettings, channels: Mapping[str, Channel], settings: PlantSettings) -> list[Line]:
    """Every point of one device, read once."""
    try:
        report = await probe(device, channels, folder=settings.folder)
    except TynysError as error:
        return [_failed(device.id, error)]
    if report.error:
        return [Line(device.id, Verdict.WRONG, report.error, report.hint)]
    return [_point(device.id, point, channels[point.channel]) for point in report.points]


def _point(device: str, point: PointReport, channel: Channel) -> Line:
    subject = f"{device} {point.point} → {point.channel}"
    if point.problem:
        verdict = Verdict.WARNING if point.cause is GapCause.NOT_MEASURING else Verdict.WRONG
        return Line(subject, verdict, point.problem, point.hint)
    value = "no value" if point.value is None else f"{point.value:g} {point.unit}"
    if channel.span and point.value is not None and abs(point.value) > _OVER_SPAN * channel.span:
        text = f"{value} is far outside the channel's range of 0 to {channel.span:g} {point.unit}"
        return Line(subject, Verdict.WRONG, text, "is it the right register, word order, scale and unit?")
    if point.status is not InstrumentStatus.VALID:
        return Line(subject, Verdict.WARNING, f"{value}, the instrument says {point.status.name.lower().replace('_', ' ')}")
    return Line(subject, Verdict.FINE, value)


# --- the centre ------------------------------------------------------------------------------------------------


async def _centre(
    settings: PlantSettings, key: SigningKey | None, configuration: FacilityConfiguration | None, *, send: bool
) -> list[Line]:
    """Address, certificate, clock; then, with a signed batch, whether gateway, key and plan are known."""
    if settings.centre is None or settings.ca_file is None:
        return [Line("centre", Verdict.WARNING, "no section [centre]: nothing will be sent", "`tynys plant init` with --centre writes it")]
    lines: list[Line] = []
    try:
        line = CentreLine(settings.centre.url, settings.ca_file)
    except TynysError as error:
        return [_failed("centre", error)]
    try:
        clock = WallClock()
        before_ms = clock.now_ms()
        exchange = await line.time()
        lines.append(Line("centre", Verdict.FINE, f"{line.url} answers in {exchange.round_trip_ms:.0f} ms"))
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
    """The gateway's clock against the centre's, in words."""
    behind = "behind" if offset_ms < 0 else "ahead of"
    text = f"this computer's clock is {abs(offset_ms) / 1000:.1f} s {behind} the centre's"
    if abs(offset_ms) <= OFFSET_ALARM_MS:
        return Line("clock", Verdict.FINE, text)
    hours = round(offset_ms / HOUR_MS)
    if hours and abs(offset_ms - hours * HOUR_MS) < _NEAR_HOUR_MS:
        whole = "an hour" if abs(hours) == 1 else f"{abs(hours)} hours"
        hint = "a whole number of hours means a wrong time zone: set the zone to Asia/Almaty (UTC+5 since 2024-03-01), then the time"
        return Line("clock", Verdict.WRONG, f"this computer's clock is {whole} {behind} the centre's", hint)
    return Line("clock", Verdict.WRONG, text, "let the computer follow a time server (chrony or systemd-timesyncd)")


async def _introduce(settings: PlantSettings, key: SigningKey, configuration: FacilityConfiguration, line: CentreLine) -> Line:
    """Send an empty signed batch, and word the receipt."""
    if settings.centre is None:
        raise AssertionError("asked only with a centre")
    subject = "gateway at the centre"
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
            return Line(subject, Verdict.WRONG, sender.state.last_error, sender.state.last_hint)
        receipt = await thread.call(lambda spool: spool_reader.receipt_of(spool.connection, batch_id))
        if receipt is None:
            return Line(
                subject, Verdict.WRONG, f"no receipt within {time.monotonic() - until + _ANSWER_S:.0f} s", "is the centre overloaded?"
            )
        return _receipt_line(subject, receipt.outcome, receipt.reason, plan_known=receipt.plan_known)
    finally:
        thread.close()


def _receipt_line(subject: str, outcome: str, reason: str, *, plan_known: bool) -> Line:
    if outcome == "refused":
        hint = "enrol this gateway and this key: ask the centre for a one-time code, then `tynys plant init` with --code"
        return Line(subject, Verdict.WRONG, f"the centre refuses its batches: {reason}", hint)
    if not plan_known:
        hint = "readings are stored and receipted, but not averaged until the centre approves the plan"
        return Line(subject, Verdict.WARNING, "known; its monitoring plan waits for approval", hint)
    return Line(subject, Verdict.FINE, "known, batch stored, receipt verified")


def _from_daemon(settings: PlantSettings, subject: str) -> Line:
    """A gateway runs on this spool: its last receipt tells."""
    connection = connect(settings.spool_folder / FILE_NAME, read_only=True)
    try:
        receipt = spool_reader.last_receipt(connection)
        alarms = {alarm.code: alarm.detail for alarm in spool_reader.alarms(connection)}
    finally:
        connection.close()
    for code, detail in alarms.items():
        if code.startswith("line."):
            return Line(subject, Verdict.WRONG, f"the running gateway says: {detail}", "see `tynys plant status`")
    if receipt is None:
        return Line(subject, Verdict.WARNING, "a gateway runs here and has no receipt yet")
    return _receipt_line(subject, receipt.outcome, receipt.reason, plan_known=receipt.plan_known)
