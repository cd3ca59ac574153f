"""Gaps of one place at once are one row, in the words of the page's language."""

import pytest
from sample import NOW, Sample

from tynys.centre.views import GapView, TransmissionView
from tynys.present.voice import voice
from tynys.web.gaps import MOST_NAMED, gap_rows

GATEWAY = "g-gres-1-live"


async def rows(lang, *gaps):
    sample = Sample()
    seen = await sample.transmission()
    view = TransmissionView(NOW, seen.gateways, gaps, 0, 0, 0.0, 0.0)
    return gap_rows(voice(lang), view, await sample.nation())


def gap(channel, start_s=0, cause="no_answer", gateway=GATEWAY):
    return GapView(gateway, channel, NOW - 60_000 + start_s * 1000, NOW - 30_000 + start_s * 1000, 30, cause)


async def test_channels_of_one_stack_are_one_row_with_their_names():
    (row,) = await rows("en", gap("stack-1.so2"), gap("stack-1.o2"))
    assert row["where"] == "Ekibastuz GRES-1, Stack 1"
    assert row["what"] == "sulphur dioxide, oxygen"
    assert row["count"] == "60"


@pytest.mark.parametrize(("lang", "words"), [("en", "5 channels"), ("ru", "5 каналов"), ("kk", "5 арна")])
async def test_more_channels_than_can_be_read_are_counted(lang, words):
    names = ("so2", "no", "no2", "co", "o2")
    assert len(names) > MOST_NAMED
    (row,) = await rows(lang, *(gap(f"stack-1.{name}") for name in names))
    assert row["what"] == words


async def test_another_stack_span_or_cause_is_another_row():
    first = gap("stack-1.so2")
    found = await rows("en", first, gap("stack-2.so2"), gap("stack-1.so2", start_s=40), gap("stack-1.so2", cause="stale"))
    assert len(found) == 4


async def test_a_boilers_signal_is_told_by_its_boiler():
    (row,) = await rows("en", gap("unit-3.load_mw"))
    assert (row["where"], row["what"]) == ("Ekibastuz GRES-1, Boiler 3", "load")


async def test_a_whole_gateway_and_an_unknown_channel_are_told_as_they_are():
    whole, unknown = await rows("en", gap(None), gap("nobody-knows", start_s=1))
    assert (whole["where"], whole["what"]) == ("Ekibastuz GRES-1", "the whole gateway")
    assert (unknown["where"], unknown["what"]) == ("Ekibastuz GRES-1", "nobody-knows")
