"""The national data bank's CSV, read and written so that every byte comes back; no meaning is given to a cell here.

Regular lines are read as columns; a line whose quoting differs from its file's keeps its text beside its cells; a line that
cannot be read at all is kept as a `BrokenLine` that says what was expected, and costs only itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from tynys.domain.errors import MalformedError
from tynys.wire.databank_lines import MAX_JOINED, BrokenRecordError, Lines, split_record, survey

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

IDENTITY: Final = ("registered_date", "region", "organization_name", "source_name", "emission_type")
AIR: Final = ("air_excess_ratio", "emission", "pollutant_concentration")
WATER: Final = ("waste_water_temperature", "waste_water_flow", "hydrogen_index", "electrical_conductivity", "turbidity")
FLARE: Final = ("volumetric_gas_consumption", "gas_density", "gas_composition")
LOADED: Final = "sdu_load_date"
KNOWN: Final = (*IDENTITY, *AIR, *WATER, *FLARE, LOADED)
REQUIRED: Final = ("registered_date", "organization_name", "source_name")
QUOTES: Final = ('"', "`")
_BOM: Final = b"\xef\xbb\xbf"
LINE: Final = "line"
RAW: Final = "raw"


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one file is written: its quote, which columns wear it in the header and in the rows, line ends."""

    quote: str = '"'
    header_quoted: tuple[bool, ...] = ()
    quoted: tuple[bool, ...] = ()
    newline: str = "\n"
    bom: bool = False
    final_newline: bool = True


@dataclass(frozen=True, slots=True)
class BrokenLine:
    """A line that is not a row: where, what was expected, what came, its bytes; ``key`` and ``values`` word it in any language.

    ``column`` is the one in which it breaks, empty where it is the line as a whole.
    """

    line: int
    expected: str
    came: str
    raw: bytes
    key: str
    values: Mapping[str, str | int] = field(default_factory=dict)
    column: str = ""


@dataclass(frozen=True, slots=True)
class FeedFile:
    """A data bank file: its column names, its rows as verbatim text (with ``line`` and ``raw``), its broken lines."""

    columns: tuple[str, ...]
    rows: pl.DataFrame
    dialect: Dialect
    broken: tuple[BrokenLine, ...] = ()


def decode_feed(data: bytes, where: str = "feed") -> FeedFile:
    """Read a whole file.

    Raises
    ------
    MalformedError
        If the header is not the data bank's; a broken line further down is not an error but a `BrokenLine`.
    """
    bom = data.startswith(_BOM)
    first = data.find(b"\n") + 1 or len(data)
    newline = "\r\n" if data[:first].endswith(b"\r\n") else "\n"
    header = data[len(_BOM) * bom : first].rstrip(b"\r\n")
    columns, quote, header_quoted = _read_header(header, where)
    lines = survey(data, first, len(columns), ord(quote), newline)
    plain = _columns_of(data, lines, columns, newline)
    dialect = Dialect(quote, header_quoted, (), newline, bom, data.endswith(b"\n"))
    regular, quoted, odd = _unquote(plain, columns, quote)
    look = np.sort(np.concatenate([np.flatnonzero(~lines.plain), odd])) if len(odd) else np.flatnonzero(~lines.plain)
    irregular, broken = _closer_look(data, lines, look, columns, dialect)
    rows = regular.with_columns(pl.lit(None, pl.String).alias(RAW))
    if len(irregular):
        rows = pl.concat([rows, irregular], how="vertical").sort(LINE)
    dialect = Dialect(quote, header_quoted, quoted, newline, bom, dialect.final_newline)
    return FeedFile(columns, rows, dialect, tuple(broken))


def _read_header(header: bytes, where: str) -> tuple[tuple[str, ...], str, tuple[bool, ...]]:
    expected = f"a header with {', '.join(REQUIRED)} and further columns of the data bank, separated by semicolons"
    try:
        text = header.decode()
    except UnicodeDecodeError:
        raise MalformedError(
            f"expected {expected}, in UTF-8; got other bytes", where=f"{where}, line 1", hint="save the file as UTF-8"
        ) from None
    cells = text.split(";")
    quote = next((q for q in QUOTES if any(cell.startswith(q) for cell in cells)), QUOTES[0])
    quoted = tuple(len(cell) > 1 and cell[0] == quote == cell[-1] for cell in cells)
    names = tuple(cell[1:-1] if is_quoted else cell for cell, is_quoted in zip(cells, quoted, strict=True))
    missing = [name for name in REQUIRED if name not in names]
    if missing or len(set(names)) != len(names) or {LINE, RAW} & set(names):
        came = f"without {', '.join(missing)}" if missing else "with a column twice"
        raise MalformedError(f"expected {expected}; got one {came}: {text[:200]}", where=f"{where}, line 1")
    return names, quote, quoted


def _columns_of(data: bytes, lines: Lines, columns: tuple[str, ...], newline: str) -> pl.DataFrame:
    """Cells of the plain lines, quotes still on, with their line numbers."""
    number = np.flatnonzero(lines.plain)
    if lines.plain.all():
        body = data[lines.starts[0] :] if len(number) else b""
    else:
        body = b"".join(data[lines.starts[a] : lines.ends[b - 1]] for a, b in _spans(lines.plain))
    schema = dict.fromkeys(columns, pl.String)
    if not body:
        return pl.DataFrame(schema=schema | {LINE: pl.UInt32})
    body = body if body.endswith(b"\n") else body + newline.encode()
    try:
        frame = pl.read_csv(BytesIO(body), has_header=False, separator=";", quote_char=None, schema=schema, encoding="utf8").fill_null("")
    except pl.exceptions.PolarsError:
        return _without_other_encodings(data, lines, columns, newline)
    if newline == "\r\n":
        frame = frame.with_columns(pl.col(columns[-1]).str.strip_suffix("\r"))
    return frame.with_columns(pl.Series(LINE, number + 2, pl.UInt32))


def _without_other_encodings(data: bytes, lines: Lines, columns: tuple[str, ...], newline: str) -> pl.DataFrame:
    """The same when some lines are not UTF-8: those are left for the closer look."""
    for i in np.flatnonzero(lines.plain):
        try:
            data[lines.starts[i] : lines.ends[i]].decode()
        except UnicodeDecodeError:
            lines.plain[i] = False
    return _columns_of(data, lines, columns, newline)


def _spans(flags: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False])).astype(np.int8)))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def _unquote(frame: pl.DataFrame, columns: tuple[str, ...], quote: str) -> tuple[pl.DataFrame, tuple[bool, ...], npt.NDArray[np.int64]]:
    """Cells without their quotes, which columns wear them, and the lines (from 0) that do it otherwise."""
    quoted, odd = [], pl.Series("odd", np.zeros(len(frame), np.bool_))
    inner = []
    for name in columns:
        cell = frame[name]
        wears = cell.str.starts_with(quote) & cell.str.ends_with(quote) & (cell.str.len_bytes() > 1)
        usual = int(wears.sum()) * 2 > len(frame)
        bare = cell.str.strip_prefix(quote).str.strip_suffix(quote) if usual else cell
        quoted.append(usual)
        inner.append(bare.alias(name))
        if not (wears.all() if usual else not wears.any()):
            odd |= ~wears if usual else wears
        if (holds := bare.str.contains(quote, literal=True)).any():
            odd |= holds
    result = pl.DataFrame([*inner, frame[LINE]])
    if not odd.any():
        return result, tuple(quoted), np.empty(0, np.int64)
    return result.filter(~odd), tuple(quoted), result.filter(odd)[LINE].to_numpy().astype(np.int64) - 2


def _closer_look(
    data: bytes, lines: Lines, look: npt.NDArray[np.int64], columns: tuple[str, ...], dialect: Dialect
) -> tuple[pl.DataFrame, list[BrokenLine]]:
    """Read the lines that are not regular one by one, joining those that a quoted line break has split."""
    cells: list[list[str | int]] = []
    broken: list[BrokenLine] = []
    waiting = {int(i) for i in look}
    done: set[int] = set()
    for i in sorted(waiting):
        if i in done:
            continue
        problem: BrokenLine | None = None
        for last in range(i, i + MAX_JOINED):
            if last not in waiting:
                break
            raw = data[lines.starts[i] : lines.ends[last]]
            record, problem_here = _read_record(raw, i + 2, columns, dialect)
            problem = problem or problem_here
            if record is not None:
                cells.append([*record, i + 2, raw.removesuffix(b"\n").decode()])
                done.update(range(i, last + 1))
                break
        else:
            record = None
        if i not in done and problem is not None:
            broken.append(problem)
    schema = dict.fromkeys(columns, pl.String) | {LINE: pl.UInt32, RAW: pl.String}
    return pl.DataFrame(cells, schema=schema, orient="row"), broken


def _read_record(raw: bytes, line: int, columns: tuple[str, ...], dialect: Dialect) -> tuple[list[str] | None, BrokenLine | None]:
    body = raw.removesuffix(b"\n")
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        position, at = error.start + 1, body[: error.start].count(b";")
        column = columns[at] if at < len(columns) else ""
        came = f"other bytes at position {position}"
        return None, BrokenLine(line, "UTF-8 text", came, body, "databank.broken.encoding", {"position": position}, column)
    count, expected = len(columns), f"{len(columns)} fields separated by ;"
    try:
        fields = split_record(text.removesuffix("\r"), dialect.quote)
    except BrokenRecordError as error:
        column = columns[error.field] if error.field < count else ""
        values: dict[str, str | int] = {"expected": count, "quote": dialect.quote, **error.values}
        return None, BrokenLine(line, f"{expected}, quoted with {dialect.quote}", error.message, body, error.key, values, column)
    if len(fields) == count:
        return fields, None
    if not body.strip():
        return None, BrokenLine(line, expected, "an empty line", body, "databank.broken.empty", {"expected": count})
    came = f"{len(fields)} fields"
    return None, BrokenLine(line, expected, came, body, "databank.broken.fields", {"expected": count, "came": len(fields)})


def encode_feed(feed: FeedFile) -> bytes:
    """The file's bytes: exactly those it was read from, or those its dialect prescribes for rows made here."""
    dialect = feed.dialect
    wears = zip(feed.columns, dialect.header_quoted, strict=True)
    header = ";".join(_dress(name, dialect.quote, quoted=quoted) for name, quoted in wears)
    cells = [_dressed(name, dialect.quote, quoted=quoted) for name, quoted in zip(feed.columns, dialect.quoted, strict=True)]
    ending = dialect.newline.removesuffix("\n")
    regular = pl.concat_str(cells, separator=";") + ending
    text = feed.rows.select(pl.col(LINE), pl.coalesce(pl.col(RAW), regular).alias("text")) if len(feed.rows) else pl.DataFrame()
    body = [*zip(text[LINE].to_list(), text["text"].to_list(), strict=True)] if feed.broken and len(text) else []
    if not feed.broken:
        lines = [text["text"].str.join("\n").item().encode()] if len(text) else []
    else:
        numbered = [(number, line.encode()) for number, line in body] + [(line.line, line.raw) for line in feed.broken]
        lines = [raw for _, raw in sorted(numbered, key=lambda pair: pair[0])]
    out = (_BOM if dialect.bom else b"") + header.encode()
    if not lines and not dialect.final_newline:
        return out
    return out + dialect.newline.encode() + b"\n".join(lines) + (b"\n" if lines and dialect.final_newline else b"")


def _dress(text: str, quote: str, *, quoted: bool) -> str:
    return quote + text.replace(quote, quote * 2) + quote if quoted else text


def _dressed(name: str, quote: str, *, quoted: bool) -> pl.Expr:
    cell = pl.col(name)
    return pl.concat_str(pl.lit(quote), cell.str.replace_all(quote, quote * 2, literal=True), pl.lit(quote)) if quoted else cell
