"""A QAL2, an AST and a QAL3 as a workbook: the page on the first sheet, numbers that stay numbers on the second."""

from __future__ import annotations

import io
import math
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tynys.present.qa_report import CHECK_HEAD, PAIR_HEAD, alarms_at
from tynys.present.times import local

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tynys.calc.qa.pairs import Pairs
    from tynys.calc.qa.qal2 import Qal2
    from tynys.calc.qa.surveillance import Ast
    from tynys.present.qa_report import PointCharts
    from tynys.present.voice import Voice

_EPOCH = datetime(2000, 1, 1)  # noqa: DTZ001 - a workbook knows no zones; fixed, so that the same result gives the same bytes
_WIDTHS = (34, 18, 18, 18)


def pairs_workbook(voice: Voice, page: dict[str, Any], pairs: Pairs, got: Qal2 | Ast) -> bytes:
    """The workbook of a QAL2 or an AST."""
    lines = [
        [
            i + 1,
            float(pairs.x[i]),
            float(pairs.y[i]),
            float(pairs.o2_dry_pct[i]),
            float(pairs.h2o_pct[i]),
            float(got.srm_standard[i]),
            float(got.ams_standard[i]),
            float(got.difference[i]),
            pairs.excluded[i] or (voice.t("qa.material") if pairs.reference[i] else ""),
        ]
        for i in range(len(pairs.x))
    ]
    head = [voice.t(f"qa.column.{name}") for name in PAIR_HEAD]
    return _workbook(page, [(voice.t("qa.pairs"), head, lines)])


def checks_workbook(voice: Voice, page: dict[str, Any], charts: Sequence[PointCharts]) -> bytes:
    """The workbook of a QAL3: a sheet a point, every check."""
    head = [voice.t(f"qa.column.{name}") for name in CHECK_HEAD]
    sheets = []
    for each in charts:
        columns = (each.sums.difference, each.sums.s_plus, each.sums.s_minus, each.sums.s_precision, each.average.z, each.sums.adjust)
        lines: list[list[Any]] = [
            [
                local(int(each.time_ms[i])).replace(tzinfo=None),
                each.reading[i],
                each.reference[i],
                *(float(column[i]) for column in columns),
                ", ".join(alarms_at(voice, each, i)),
            ]
            for i in range(len(each.time_ms))
        ]
        sheets.append((voice.t(f"qa.point.{each.point}"), head, lines))
    return _workbook(page, sheets)


def _workbook(page: dict[str, Any], tables: Sequence[tuple[str, Sequence[str], Sequence[Sequence[Any]]]]) -> bytes:
    import xlsxwriter  # noqa: PLC0415 - only a workbook needs it

    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": page["title"], "author": "Tynys", "created": _EPOCH})
    bold, dim = book.add_format({"bold": True, "font_size": 14}), book.add_format({"font_color": "#56625d"})
    head, moment = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    sheet = book.add_worksheet(_name(page["title"].split(":")[0]))
    for place, width in enumerate(_WIDTHS):
        sheet.set_column(place, place, width)
    sheet.write_string(0, 0, page["title"], bold)
    sheet.write_string(1, 0, " · ".join(each for each in (page["subtitle"], page["mark"]) if each), dim)
    sheet.write_string(2, 0, page["verdict"]["words"], head)
    line = 4
    for part in page["parts"]:
        for cells in _cells(part):
            for place, cell in enumerate(cells):
                sheet.write_string(line, place, cell)
            line += 1
    for name, columns, rows in tables:
        table = book.add_worksheet(_name(name))
        table.freeze_panes(1, 0)
        table.set_column(0, len(columns) - 1, 14)
        table.set_column(len(columns) - 1, len(columns) - 1, 40)
        table.write_row(0, 0, columns, head)
        for row, values in enumerate(rows, 1):
            for place, value in enumerate(values):
                _write(table, row, place, value, moment)
    book.close()
    return made.getvalue()


def _write(table: Any, row: int, place: int, value: object, moment: Any) -> None:
    """A moment, a text or a number; what is no number stays an empty cell."""
    if isinstance(value, datetime):
        table.write_datetime(row, place, value, moment)
    elif isinstance(value, str):
        table.write_string(row, place, value)
    elif isinstance(value, int | float) and math.isfinite(value):
        table.write_number(row, place, value)


def _cells(part: dict[str, Any]) -> list[list[str]]:
    """A part of the page as rows of cells; pictures and rows that have a sheet of their own give none."""
    if part["kind"] == "facts":
        return [list(pair) for pair in part["pairs"]]
    if part["kind"] == "tests":
        return [part["head"], *(line[:4] for line in part["lines"])]
    return [[words] for words in part["lines"]] if part["kind"] == "notes" else []


def _name(words: str) -> str:
    """A sheet's name: 31 letters at most, none that a workbook forbids."""
    return "".join(" " if letter in "[]:*?/\\'" else letter for letter in words)[:31].strip()
