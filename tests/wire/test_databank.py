"""The data bank's CSV: every byte comes back, and a broken line costs only itself."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tynys.domain.errors import MalformedError
from tynys.wire.databank import Dialect, FeedFile, decode_feed, encode_feed
from tynys.wire.databank_lines import BrokenRecordError, split_record

JUNE = (
    '"registered_date";"region";"organization_name";"source_name";"emission_type";"air_excess_ratio";"emission";"pollutant_concentration";"sdu_load_date"\n'
    '"2026-06-01 00:00:00";"Область";"ТОО ""Имитация""";"Труба №1\t";"Сера диоксид";"1.4";"10,5";"1600.25";"2026-07-01"\n'
    '"2026-06-01 00:20:00";"Область";"ТОО ""Имитация""";"Труба №1";"Сера диоксид";"";"";"";"2026-07-01"\n'
)
HEADER = "registered_date;organization_name;source_name;emission_type;pollutant_concentration\n"


def rows(feed):
    return feed.rows.drop("line", "raw").rows()


def test_a_quoted_file_is_read_verbatim_and_written_back():
    feed = decode_feed(JUNE.encode())
    assert rows(feed)[0][2:7] == ('ТОО "Имитация"', "Труба №1\t", "Сера диоксид", "1.4", "10,5")
    assert feed.rows["line"].to_list() == [2, 3]
    assert encode_feed(feed) == JUNE.encode()


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace('"', "`"),
        lambda text: text.replace("\n", "\r\n"),
        lambda text: "\ufeff" + text,
        lambda text: text.removesuffix("\n"),
        lambda text: text.replace("\n", "\r\n").removesuffix("\r\n"),
        lambda text: text.splitlines(keepends=True)[0],
        lambda text: text.splitlines()[0],
        lambda text: text.replace('"1600.25"', "1600.25"),
        lambda text: text.replace('"Труба №1\t"', '"Труба\n№1\t\n"'),
        lambda text: text + "\n\nrubbish\n",
    ],
)
def test_every_way_of_writing_comes_back_byte_for_byte(change):
    data = change(JUNE).encode()
    assert encode_feed(decode_feed(data)) == data


def test_the_backtick_variant_means_the_same():
    july = JUNE.replace('""', "``").replace('"', "`")
    assert [r[3:] for r in rows(decode_feed(july.encode()))] == [r[3:] for r in rows(decode_feed(JUNE.encode()))]
    assert decode_feed(july.encode()).dialect.quote == "`"


def test_a_line_break_inside_quotes_belongs_to_the_name():
    feed = decode_feed(JUNE.replace('"Труба №1\t"', '"Труба №1\n"').encode())
    assert [row[3] for row in rows(feed)] == ["Труба №1\n", "Труба №1"]
    assert feed.rows["line"].to_list() == [2, 4]
    assert not feed.broken


@pytest.mark.parametrize(
    ("line", "expected", "came", "column"),
    [
        (b"2026-06-01;org;src;SO2", "5 fields separated by ;", "4 fields", ""),
        (b"2026-06-01;org;src;SO2;1;2", "5 fields separated by ;", "6 fields", ""),
        (b"", "5 fields separated by ;", "an empty line", ""),
        (b'2026-06-01;"org;src;SO2;1', "quoted with", "never closed", "organization_name"),
        (b'2026-06-01;"org"x;src;SO2;1', "quoted with", "after a closing quote", "organization_name"),
        (b"2026-06-01;org;\xce\xf0\xe3;SO2;1", "UTF-8 text", "other bytes", "source_name"),
    ],
)
def test_a_broken_line_is_named_and_the_rest_is_read(line, expected, came, column):
    good = b"2026-06-01;org;src;SO2;1\n"
    data = HEADER.encode() + good + line + b"\n" + good
    feed = decode_feed(data)
    assert len(feed.rows) == 2
    assert feed.rows["line"].to_list() == [2, 4]
    (broken,) = feed.broken
    assert (broken.line, broken.column) == (3, column)
    assert expected in broken.expected
    assert came in broken.came
    assert encode_feed(feed) == data


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (b"", "without registered_date"),
        (b"a;b;c\n", "without registered_date, organization_name, source_name"),
        (b"registered_date;organization_name;source_name;source_name\n", "a column twice"),
        ("registered_date;организация\n".encode("cp1251"), "UTF-8"),
    ],
)
def test_a_header_that_is_not_the_data_banks_is_refused(header, message):
    with pytest.raises(MalformedError, match=message) as caught:
        decode_feed(header, "june.csv")
    assert caught.value.where == "june.csv, line 1"


_soup = st.text(st.sampled_from('a;;;;"`\n\r\tЖ1,'), max_size=120).map(str.encode) | st.binary(max_size=60)


@given(_soup, st.booleans(), st.sampled_from([b"\n", b"\r\n"]))
@settings(max_examples=300, deadline=None)
def test_any_text_under_a_good_header_comes_back_byte_for_byte(body, quoted, newline):
    header = HEADER.strip().encode()
    if quoted:
        header = b'"' + header.replace(b";", b'";"') + b'"'
    data = header + newline + body
    feed = decode_feed(data)
    assert encode_feed(feed) == data
    assert len(set(feed.rows["line"].to_list()) | {b.line for b in feed.broken}) == len(feed.rows) + len(feed.broken)


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ('"a;b";"c"', ["a;b", "c"]),
        ('"";""', ["", ""]),
        ('""', [""]),
        ('"a""b";"c"', ['a"b', "c"]),
        ('"a;""b";c', ['a;"b', "c"]),
        ('"a"";""b"', ['a";"b']),
        ('a;"b"', ["a", "b"]),
        ("", [""]),
    ],
)
def test_a_record_is_split_at_the_separators_outside_its_quotes(text, fields):
    assert split_record(text, '"') == fields


@pytest.mark.parametrize("text", ['"', '"a', '"a";"b', '"a"b";"c"', '"a";"b"c'])
def test_a_record_whose_quotes_do_not_fit_is_refused(text):
    with pytest.raises(BrokenRecordError):
        split_record(text, '"')


def test_rows_made_here_are_written_in_the_dialect_asked_for():
    made = decode_feed((HEADER + "2026-06-01;a`b;c;d;1\n").encode())
    july = FeedFile(made.columns, made.rows, Dialect("`", (True,) * 5, (True,) * 5))
    assert encode_feed(july).decode().splitlines()[1] == "`2026-06-01`;`a``b`;`c`;`d`;`1`"
