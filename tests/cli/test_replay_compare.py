"""Recorded and answered numbers are compared as decimals, digit by digit."""

from __future__ import annotations

from decimal import Decimal

import httpx
import pytest

from tynys.cli.replay_compare import HOUR_MS, answered, compare, decimals
from tynys.cli.replay_table import show_result
from tynys.present.voice import voice

START = 1_293_840_000_000


def test_numbers_are_read_as_they_are_written(tmp_path) -> None:
    (tmp_path / "a.csv").write_text("CO,NOX\n0.10,1e2\n,83.776\n")
    assert decimals([tmp_path / "a.csv"], "CO") == [Decimal("0.10"), None]
    assert decimals([tmp_path / "a.csv"], "NOX") == [Decimal(100), Decimal("83.776")]


def test_equal_numbers_are_equal_however_many_zeros_they_carry() -> None:
    result = compare({"nox": [Decimal("83.10"), Decimal(5)]}, {"nox": {START: Decimal("83.1"), START + HOUR_MS: Decimal("5.0")}}, START)
    assert result.is_equal


def test_another_digit_a_missing_hour_and_an_absent_value_are_differences() -> None:
    recorded = {"nox": [Decimal("83.1"), Decimal(5), Decimal(6), None]}
    result = compare(recorded, {"nox": {START: Decimal("83.10000000000001"), START + 2 * HOUR_MS: None, START + 3 * HOUR_MS: None}}, START)
    assert not result.is_equal
    assert result.equal == {"nox": 1}
    assert [(difference.start_ms - START) // HOUR_MS for difference in result.differences] == [0, 1, 2]


def test_nothing_recorded_is_not_a_success() -> None:
    assert not compare({}, {}, START).is_equal


async def test_every_page_of_the_answer_is_read_and_no_number_becomes_a_float() -> None:
    pages = {
        None: b'{"items": [{"start": "2011-01-01T00:00:00Z", "value": 81.95200000000000001}], "next": "abc"}',
        "abc": b'{"items": [{"start": "2011-01-01T01:00:00Z", "value": null}], "next": null}',
    }

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=pages[request.url.params.get("after")])

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://centre") as client:
        found = await answered(client, "s", "nox", START, 2)
    assert found == {START: Decimal("81.95200000000000001"), START + HOUR_MS: None}


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("hours recorded", "recorded 0.10, the API says —", "further differences: 1", "not every number is the same")),
        ("ru", ("записано часов", "записано 0.10, API отвечает —", "и ещё отличий: 1", "не все числа совпадают")),
        ("kk", ("жазылған сағат", "жазылғаны 0.10, API жауабы —", "тағы айырма: 1", "сандардың бәрі бірдей емес")),
    ],
)
def test_what_differs_is_told_digit_by_digit_in_three_languages(language, words, capsys):
    result = compare({"co": [Decimal("0.10"), Decimal(2), Decimal(3)]}, {"co": {HOUR_MS: Decimal("2.0"), 2 * HOUR_MS: Decimal(4)}}, 0)
    show_result(result, 1, voice(language))
    said = capsys.readouterr().out
    assert all(each in said for each in words)
    assert "CO 1970-01-01T00:00Z" in said
