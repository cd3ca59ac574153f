"""Recorded files as if they were measured: consecutive rows of CSV or Parquet laid on a grid from a start time on."""

from __future__ import annotations

import asyncio
import csv
import math
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.parquet as pq

from tynys.domain.base import to_ms
from tynys.domain.errors import ConfigurationError
from tynys.domain.instrument import AcquisitionMode
from tynys.domain.reading import ReadingBlock, Sample
from tynys.domain.status import GapCause, InstrumentStatus
from tynys.field.driver import DriverHealth, gap

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path
    from uuid import UUID

    import numpy.typing as npt

    from tynys.domain.instrument import Channel
    from tynys.field.settings import ReplaySettings

ABSENT = frozenset({"", "na", "nan", "null"})
"""Cells (lower case) that say a value is absent."""

DELIMITERS = (",", ";", "\t")


def read_recorded(
    paths: Sequence[Path],
    *,
    columns: Mapping[str, str],
    channels: Mapping[str, Channel],
    start_ms: int,
    interval_ms: int,
) -> list[ReadingBlock]:
    """One block for each column, all rows of all files one after the other.

    Parameters
    ----------
    paths : Sequence[Path]
        CSV files (with a header; comma, semicolon or tab) or Parquet files, in the order of time.
    columns : Mapping[str, str]
        Column to channel name.
    channels : Mapping[str, Channel]
        The facility's channels by name.
    start_ms, interval_ms : int
        Instant of the first row, and the step from row to row. [ms since 1970 UTC, ms]

    Returns
    -------
    list[ReadingBlock]
        In the order of ``columns``; an empty cell is a gap with cause `NOT_REPORTED`.
    """
    values = read_columns(paths, tuple(columns))
    return [_block(channels[name].id, values[column], start_ms, interval_ms) for column, name in columns.items()]


def read_columns(paths: Sequence[Path], columns: Sequence[str]) -> dict[str, npt.NDArray[np.float64]]:
    """The named columns over all files, NaN where a cell is empty; `ConfigurationError` names file, line and column."""
    parts = [_read_parquet(path, columns) if path.suffix == ".parquet" else _read_csv(path, columns) for path in paths]
    return {column: np.concatenate([part[column] for part in parts]) for column in columns}


def _read_csv(path: Path, columns: Sequence[str]) -> dict[str, npt.NDArray[np.float64]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            header = file.readline()
            delimiter = max(DELIMITERS, key=header.count)
            names = [name.strip() for name in next(csv.reader([header], delimiter=delimiter), [])]
            places = [_place(column, names, path) for column in columns]
            rows = _rows(csv.reader(file, delimiter=delimiter, strict=True), places, names, path)
            table = np.array(list(rows), dtype=np.float64).reshape(-1, len(columns))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"cannot read the recorded file: {error}", where=str(path)) from error
    return {column: np.ascontiguousarray(table[:, place]) for place, column in enumerate(columns)}


def _rows(reader: Iterable[list[str]], places: Sequence[int], names: Sequence[str], path: Path) -> Iterable[list[float]]:
    line = 1
    try:
        for line, row in enumerate(reader, start=2):
            if len(row) != len(names):
                raise ConfigurationError(
                    f"expected {len(names)} cells ({', '.join(names)}), came {len(row)}",
                    where=f"{path}, line {line}",
                    hint="Mend or remove the line; nothing of the file was used.",
                )
            yield [_number(row[place], names[place], line, path) for place in places]
    except csv.Error as error:
        raise ConfigurationError(f"this line is not CSV: {error}", where=f"{path}, line {line + 1}") from error


def _read_parquet(path: Path, columns: Sequence[str]) -> dict[str, npt.NDArray[np.float64]]:
    try:
        names = pq.read_schema(path).names
        for column in columns:
            _place(column, names, path)
        table = pq.read_table(path, columns=list(columns))
        return {column: table[column].cast("double").to_numpy().astype(np.float64) for column in columns}
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"cannot read the recorded file: {error}", where=str(path)) from error


def _place(column: str, names: Sequence[str], path: Path) -> int:
    if column not in names:
        raise ConfigurationError(
            f'the file has no column "{column}"; it has {", ".join(names)}',
            where=str(path),
            hint="Mend the name of the column; upper and lower case differ.",
        )
    return names.index(column)


def _number(cell: str, column: str, line: int, path: Path) -> float:
    text = cell.strip()
    if text.lower() in ABSENT:
        return math.nan
    try:
        value = float(text)
    except ValueError:
        value = math.inf
    if not math.isfinite(value):
        raise ConfigurationError(
            f'expected a number with a decimal point, came "{cell}"',
            where=f'{path}, line {line}, column "{column}"',
            hint="Mend the cell, or leave it empty if the value is absent.",
        )
    return value


def _block(channel: UUID, value: npt.NDArray[np.float64], start_ms: int, interval_ms: int) -> ReadingBlock:
    absent = ~np.isfinite(value)
    return ReadingBlock(
        channel=channel,
        start_ms=start_ms,
        interval_ms=interval_ms,
        value=np.where(absent, np.nan, value),
        status=np.where(absent, InstrumentStatus.COMMUNICATION_LOST, InstrumentStatus.VALID).astype(np.uint8),
        cause=np.where(absent, GapCause.NOT_REPORTED, GapCause.NONE).astype(np.uint8),
    )


class ReplayDriver:
    """Offers the row whose instant is polled; the clock of the polls sets the speed."""

    def __init__(self, settings: ReplaySettings, paths: Sequence[Path]) -> None:
        self.id = settings.id
        self.channels = tuple(settings.channels.values())
        self.interval_ms = settings.interval_ms
        self.health = DriverHealth()
        self._paths = tuple(paths)
        self._columns = tuple(settings.channels)
        self._start_ms = to_ms(settings.start)
        self._rows = np.empty((0, len(self._columns)))
        self._absent = GapCause.NOT_REPORTED

    async def connect(self) -> None:
        """Read the files; a file that cannot be read leaves gaps and says so in ``health``."""
        try:
            values = await asyncio.to_thread(read_columns, self._paths, self._columns)
        except ConfigurationError as error:
            self.health.last_error = str(error)
            self._absent = GapCause.UNDECODABLE
            return
        self._rows = np.column_stack([values[column] for column in self._columns])
        self.health.connected = True

    async def poll(self, t_ms: int) -> dict[str, Sample]:
        """The row recorded for exactly ``t_ms``; gaps where there is none."""
        self.health.polls += 1
        row, rest = divmod(t_ms - self._start_ms, self.interval_ms)
        if rest or not 0 <= row < len(self._rows):
            self.health.failures += 1
            return dict.fromkeys(self.channels, gap(self._absent))
        self.health.last_good_ms = t_ms
        valid, absent = InstrumentStatus.VALID, gap(GapCause.NOT_REPORTED)
        return {
            channel: Sample(value, valid) if math.isfinite(value) else absent
            for channel, value in zip(self.channels, self._rows[row].tolist(), strict=True)
        }

    async def read_parameters(self) -> dict[str, str]:
        """A file has no settings."""
        return {}

    async def close(self) -> None:
        """Let go of the rows."""
        self._rows = self._rows[:0]
        self.health.connected = False


def replay_driver(settings: ReplaySettings, channels: Mapping[str, Channel], *, folder: Path) -> ReplayDriver:
    """The driver of recorded files; `ConfigurationError` if a channel is not declared as they were recorded."""
    for channel in channels.values():
        newest = max(channel.acquisition, key=lambda acquisition: acquisition.valid_from)
        if newest.mode is AcquisitionMode.MEASURED or newest.interval_ms != settings.interval_ms:
            raise ConfigurationError(
                f'channel "{channel.name}" is declared {newest.mode} every {newest.interval_ms} ms; '
                f"expected replayed every {settings.interval_ms} ms",
                where=f'device "{settings.id}"',
                hint="Declare the channel's acquisition as it was recorded, or mend interval_ms.",
            )
    return ReplayDriver(settings, [folder / name for name in settings.files])
