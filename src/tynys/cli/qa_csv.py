"""Tables of quality assurance as files: comma or semicolon separated, read strictly, every fault told with its line."""

from __future__ import annotations

import csv
import io
import math
import re
from datetime import datetime
from typing import TYPE_CHECKING, Final

from tynys.domain.base import to_ms
from tynys.domain.errors import ConfigurationError
from tynys.present.times import ZONE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

SHOWN: Final = 12
"""So many faults are told one by one."""
_MOST: Final = 10_000_000
"""Longest file that is read: a QAL3 of decades has a hundredth of it. [bytes]"""
_LARGEST: Final = 1e12
"""No reading of a plant is larger; beyond it squares would leave the numbers a machine has."""
_YEARS: Final = range(1970, 2200)
"""Years a moment may lie in: others are a slip, or beyond the calendar."""
_SEPARATOR_LINE: Final = re.compile(r"sep=[,;\t]\r?\n", re.IGNORECASE)
"""First line of some spreadsheets, which names the separator."""
_FORMS: Final = ("%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S")
"""How a spreadsheet here writes a moment."""
Row = tuple[int, dict[str, str]]
"""A row with the line it ends in."""


class Faults:
    """Everything wrong with a file, told at once."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.told: list[tuple[int, str]] = []

    def add(self, line: int, words: str) -> None:
        """One more, with its line."""
        self.told.append((line, words))

    def stop(self, hint: str) -> None:
        """Refuse the file if anything was wrong."""
        if not self.told:
            return
        lines = [f"line {line}: {words}" for line, words in sorted(self.told)]
        more = f"\n  and {len(lines) - SHOWN} more" if len(lines) > SHOWN else ""
        raise ConfigurationError("\n  ".join(lines[:SHOWN]) + more, where=self.file, hint=hint, code="qa.file")


def read_rows(path: Path, known: Sequence[str], needed: Sequence[str], faults: Faults) -> list[Row]:
    """Rows of a table by their lines; one without the needed columns, or with others than the known, is refused at once."""
    hint = f"Its first line names the columns: {', '.join(needed)}; known are {', '.join(known)}; leave out any other."
    text = _text(path)
    named = _SEPARATOR_LINE.match(text)
    text = text[named.end() :] if named else text
    first = text.split("\n", 1)[0]
    delimiter = next((each for each in ";\t" if each in first), ",")
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    above = 1 if named else 0
    try:
        head = [name.strip().lower() for name in next(lines, [])]
        while len(head) > 1 and not head[-1]:
            head.pop()
        if not any(head):
            raise ConfigurationError("expected a table of columns, got an empty file", where=str(path), hint=hint, code="qa.file")
        _check_head(head, known, needed, faults)
        faults.stop(hint)
        rows = []
        for cells in lines:
            if not any(cell.strip() for cell in cells):
                continue
            while len(cells) > len(head) and not cells[-1].strip():
                cells.pop()
            if len(cells) != len(head):
                faults.add(lines.line_num + above, f"expected {len(head)} cells, got {len(cells)}")
                continue
            rows.append((lines.line_num + above, dict(zip(head, cells, strict=True))))
    except csv.Error as error:
        where = f"{path}, line {lines.line_num + above}"
        raise ConfigurationError(f"expected cells that are closed, got {error}", where=where, hint=hint, code="qa.file") from None
    if not rows and not faults.told:
        faults.add(2, "expected at least one row, got none")
    return rows


def _check_head(head: Sequence[str], known: Sequence[str], needed: Sequence[str], faults: Faults) -> None:
    for name in dict.fromkeys(head):
        if name not in known:
            faults.add(1, f'expected columns of this table, got "{name}"')
        elif head.count(name) > 1:
            faults.add(1, f'expected every column once, got "{name}" {head.count(name)} times')
    for name in needed:
        if name not in head:
            faults.add(1, f'expected the column "{name}", and it is not there')


def _text(path: Path) -> str:
    """The file as text."""
    try:
        size = path.stat().st_size
        if size > _MOST:
            raise ConfigurationError(
                f"expected at most {_MOST} bytes, got {size}", where=str(path), hint="Is it the right file?", code="qa.file"
            )
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ConfigurationError(
            f"expected text in UTF-8, got byte {error.object[error.start]:#04x}",
            where=f"{path}, line {line}",
            hint="Save it as CSV in UTF-8.",
            code="qa.file",
        ) from None
    except OSError as error:
        raise ConfigurationError(f"the file cannot be read: {error.strerror}", where=str(path), code="qa.file") from None


def number(cell: str, line: int, name: str, faults: Faults, *, needed: bool) -> float:
    """A finite number, its comma a decimal one; NaN where none is needed and none is there."""
    cell = cell.strip()
    if not cell:
        if needed:
            faults.add(line, f"{name}: expected a number, got nothing")
        return math.nan
    try:
        value = float(cell.replace(",", "."))
    except ValueError:
        value = math.nan
    if math.isfinite(value) and abs(value) > _LARGEST:
        faults.add(line, f'{name}: expected a number of at most {_LARGEST:g} in size, got "{cell[:40]}"')
        return math.nan
    if not math.isfinite(value) or "_" in cell:
        faults.add(line, f'{name}: expected a number, got "{cell[:40]}"')
        return math.nan
    return value


def moment(cell: str, line: int, faults: Faults) -> int | None:
    """An ISO moment or one as 10.03.2025 12:00, with seconds or not; without an offset it is local civil time. [ms since 1970 UTC]."""
    cell = cell.strip()
    if not cell:
        return None
    for read in (datetime.fromisoformat, *map(_written_as, _FORMS)):
        try:
            told = read(cell)
            if told.year in _YEARS:
                return to_ms(told if told.tzinfo else told.replace(tzinfo=ZONE))
        except (ValueError, OverflowError):
            continue
    faults.add(line, f'time: expected a moment such as 2025-03-10T12:00:00+05:00, got "{cell[:40]}"')
    return None


def _written_as(form: str) -> Callable[[str], datetime]:
    return lambda text: datetime.strptime(text, form).replace(tzinfo=ZONE)
