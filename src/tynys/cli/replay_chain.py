"""Composes a replay: recorded files, a centre, a gateway between them, and the question to the API at the end."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import httpx

from tynys.centre.offline import approve, make_code
from tynys.centre.settings import load_settings as load_centre_settings
from tynys.cli.replay_centre import own_centre, running_centre
from tynys.cli.replay_compare import HOUR_MS, Result, answered, compare, decimals
from tynys.domain.errors import ConfigurationError, NotFoundError, RefusedError, TynysError
from tynys.field.replay import read_recorded
from tynys.plant.enrol import init_plant
from tynys.plant.recorded import day_spans, send_recorded
from tynys.plant.recorded_plant import channel_name, recorded_configuration, source_id
from tynys.plant.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from decimal import Decimal

    from tynys.cli.replay_centre import RunningCentre
    from tynys.domain.configuration import FacilityConfiguration
    from tynys.domain.reading import ReadingBlock

LOOK_S = 0.5
STILL_S = 120.0
"""Give up when no further average has appeared for so long. [s]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What to replay, and where to; ``columns`` maps a file's column to a component."""

    folder: Path
    columns: Mapping[str, str]
    start_ms: int
    facility: str = "recorded"
    centre: Path | None = None
    approve: bool = False
    keep: Path | None = None


class Watcher(Protocol):
    """Is told how the replay goes."""

    def sending(self, done: int, total: int) -> None:
        """Batches the centre has acknowledged."""

    def averaging(self, done: int, total: int) -> None:
        """Averages the API gives."""


async def carry(order: Order, watcher: Watcher) -> Result:
    """Send everything, wait for the averages, compare."""
    files = sorted(order.folder.glob("*.csv"))
    if not files:
        raise NotFoundError("there is no CSV file here", where=str(order.folder), hint="name the folder that holds them")
    configuration = recorded_configuration(order.facility, order.columns, start_ms=order.start_ms, interval_ms=HOUR_MS)
    channels = {channel.name: channel for channel in configuration.channels}
    columns = {column: channel_name(component) for column, component in order.columns.items()}
    blocks = read_recorded(files, columns=columns, channels=channels, start_ms=order.start_ms, interval_ms=HOUR_MS)
    recorded = {component: decimals(files, column) for column, component in order.columns.items()}
    async with contextlib.AsyncExitStack() as stack:
        place = stack.enter_context(_workplace(order.keep))
        if order.centre is None:
            centre = await stack.enter_async_context(own_centre(place / "centre"))
        else:
            centre = running_centre(order.centre)
        started = time.monotonic()
        batches = await _send(order, place, centre, configuration, blocks, watcher)
        sent = time.monotonic()
        averages = await _wait(order, centre, recorded, watcher)
        result = compare(recorded, averages, order.start_ms)
        result.batches, result.sent_s, result.averaged_s = batches, sent - started, time.monotonic() - sent
        return result


async def _send(
    order: Order,
    place: Path,
    centre: RunningCentre,
    configuration: FacilityConfiguration,
    blocks: Sequence[ReadingBlock],
    watcher: Watcher,
) -> int:
    """Enrol a gateway of the role history and let it carry every day; how many batches that took."""
    document = place / "facility.json"
    document.write_bytes(configuration.encode())
    marked = load_centre_settings(centre.folder).centre.simulated
    made = await init_plant(
        place / "gateway",
        facility=order.facility,
        role="history",
        centre_url=centre.intake_url,
        ca_file=centre.folder.ca,
        code=make_code(centre.folder.root, facility=order.facility, role="history", simulated=marked),
        configuration=document,
        page_port=None,
        devices="# Recorded data has no devices.\n",
    )
    spans = list(day_spans(blocks))
    settings = load_settings(made.settings_file)
    result = await send_recorded(settings, spans, progress=lambda progress: watcher.sending(progress.acknowledged, len(spans)))
    if result.refused:
        raise RefusedError(f"the centre refused {result.refused} of {result.batches} batches: {result.reason}", where=centre.intake_url)
    if centre.own or order.approve:
        await asyncio.to_thread(approve, centre.folder.root, configuration.digest().hex(), all_simulated=False)
    return result.acknowledged


async def _wait(
    order: Order, centre: RunningCentre, recorded: Mapping[str, Sequence[Decimal | None]], watcher: Watcher
) -> dict[str, dict[int, Decimal | None]]:
    """Ask the API until every hour has its average, or nothing more comes; then read all of them once."""
    source = source_id(order.facility)
    counts = {component: len(values) for component, values in recorded.items()}
    have: dict[str, set[int]] = {component: set() for component in counts}
    before, still_since = -1, time.monotonic()
    async with httpx.AsyncClient(base_url=centre.public_url, timeout=60, trust_env=False) as client:
        while (there := sum(map(len, have.values()))) < sum(counts.values()):
            watcher.averaging(there, sum(counts.values()))
            if there != before:
                before, still_since = there, time.monotonic()
            if time.monotonic() - still_since > STILL_S:
                hint = "is its plan approved? See tynys centre approve-plan, or give --approve" if not there else "see the centre's log"
                message = f"{there} of {sum(counts.values())} averages have appeared, and no more come"
                raise NotFoundError(message, where=centre.public_url, hint=hint)
            await asyncio.sleep(LOOK_S)
            for component, count in counts.items():
                hours = range(order.start_ms, order.start_ms + count * HOUR_MS, HOUR_MS)
                first = next((hour for hour in hours if hour not in have[component]), None)
                if first is not None:
                    rest = (hours.stop - first) // HOUR_MS
                    have[component].update(await _asked(client, source, component, first, rest))
        watcher.averaging(there, there)
        return {component: await _asked(client, source, component, order.start_ms, count) for component, count in counts.items()}


async def _asked(client: httpx.AsyncClient, source: str, component: str, start_ms: int, count: int) -> dict[int, Decimal | None]:
    """Averages of one component; none while the source is not known yet."""
    try:
        return await answered(client, source, component, start_ms, count)
    except httpx.HTTPStatusError as error:
        if error.response.status_code == httpx.codes.NOT_FOUND:
            return {}
        raise TynysError(
            f"the API answered {error.response.status_code}: {error.response.text[:200]}", where=str(error.request.url), code="replay.api"
        ) from error
    except httpx.TransportError as error:
        raise TynysError(
            f"the API does not answer: {error or type(error).__name__}", where=str(client.base_url), code="replay.api"
        ) from error


@contextlib.contextmanager
def _workplace(keep: Path | None) -> Iterator[Path]:
    """A new folder that stays, or a temporary one."""
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="tynys-replay-") as folder:
            yield Path(folder)
        return
    if keep.exists() and any(keep.iterdir()):
        raise ConfigurationError("expected a new or empty folder", where=str(keep), hint="name another one with --keep")
    keep.mkdir(parents=True, exist_ok=True)
    yield keep
