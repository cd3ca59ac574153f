"""The sentence of state, word for word, in the grammar of three languages."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tynys.present import sentences
from tynys.present.catalogue import LANGUAGES
from tynys.present.voice import voice

NOW = 1_795_512_725_000
"""24 November 2026, 14:32:05 (UTC+5)."""
WINDOW_END = 1_795_513_200_000
"""14:40."""


@dataclass
class State:
    standing: str
    component: str = "dust"
    unit: str = "mg/Nm3"
    window_end_ms: int = WINDOW_END
    permissible_remaining: float | None = 694.0
    limit: float | None = 450.0
    forecast: float | None = 440.0
    exceedance_probability: float | None = None


def said(segments):
    return sentences.plain(segments).replace("\u2060", "").replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("counts", "en", "ru", "kk"),
    [
        ({}, "No source is connected yet.", "Пока не подключён ни один источник.", "Әзірге бірде-бір көз қосылмаған."),
        (
            {"within": 1},
            "One source is within its limits.",
            "Один источник в пределах нормативов.",
            "Бір көз нормативтен аспайды.",
        ),
        (
            {"within": 11},
            "All eleven sources are within their limits.",
            "Все одиннадцать источников в пределах нормативов.",
            "Барлық он бір көз нормативтен аспайды.",
        ),
        (
            {"within": 3},
            "All three sources are within their limits.",
            "Все три источника в пределах нормативов.",
            "Барлық үш көз нормативтен аспайды.",
        ),
        (
            {"within": 8, "exceeding": 1, "near": 1, "silent": 1},
            "Eight of eleven sources are within their limits. One exceeds, one is close to its limit, one is silent.",
            "Восемь из одиннадцати источников в пределах нормативов. Один превышает, один близок к нормативу, один молчит.",
            "Он бір көздің сегізі нормативтен аспайды. Біреуі нормативтен асып тұр, біреуі нормативке жақын, біреуі дерек бермей тұр.",
        ),
        (
            {"silent": 2, "within": 1},
            "One of three sources is within its limits. Two are silent.",
            "Один из трёх источников в пределах нормативов. Два молчат.",
            "Үш көздің біреуі нормативтен аспайды. Екеуі дерек бермей тұр.",
        ),
        (
            {"within": 20, "exceeding": 1},
            "20 of 21 sources are within their limits. One exceeds.",
            "20 из 21 источника в пределах нормативов. Один превышает.",
            "21 көздің 20-сы нормативтен аспайды. Біреуі нормативтен асып тұр.",
        ),
        (
            {"within": 30, "exceeding": 21, "silent": 13},
            "30 of 64 sources are within their limits. 21 exceed, 13 are silent.",
            "30 из 64 источников в пределах нормативов. 21 превышает, 13 молчат.",
            "64 көздің 30-ы нормативтен аспайды. 21-і нормативтен асып тұр, 13-і дерек бермей тұр.",
        ),
        (
            {"exceeding": 2, "calibration": 1},
            "Three sources: two exceed, one is being calibrated.",
            "Три источника: два превышают, один на калибровке.",
            "Үш көз: екеуі нормативтен асып тұр, біреуі калибрленуде.",
        ),
        ({"exceeding": 1}, "The only source exceeds.", "Единственный источник превышает.", "Жалғыз көз нормативтен асып тұр."),
        ({"silent": 21}, "21 sources: all are silent.", "21 источник: все молчат.", "21 көз: бәрі дерек бермей тұр."),
    ],
)
def test_the_country_in_one_sentence(counts, en, ru, kk) -> None:
    assert [said(sentences.nation(voice(language), counts)) for language in ("en", "ru", "kk")] == [en, ru, kk]


def test_inside_another_sentence_it_begins_small_and_says_no_total() -> None:
    assert said(sentences.nation(voice("en"), {"exceeding": 1, "silent": 1}, lead=False)) == "one exceeds, one is silent."
    assert said(sentences.nation(voice("ru"), {"silent": 2}, lead=False)) == "все молчат."


COUNTS = st.dictionaries(st.sampled_from([*sentences.ABNORMAL, "within"]), st.integers(0, 40))


@given(COUNTS, st.sampled_from(LANGUAGES))
def test_any_mix_is_one_paragraph_that_colours_each_abnormal_state_once_and_worst_first(counts, language) -> None:
    segments = sentences.nation(voice(language), counts)
    text = said(segments)
    assert text == text.strip()
    assert text[0].isupper() or text[0].isdigit()
    assert text.endswith(".")
    assert not any(mark in text for mark in ("{", "}", "|", "  ", ",.", ".."))
    named = [segment.standing for segment in segments if segment.standing]
    assert named == [standing for standing in sentences.ABNORMAL if counts.get(standing)]


@pytest.mark.parametrize(
    ("form", "count", "language", "shown"),
    [
        ("part", 12, "en", "twelve"),
        ("part", 13, "en", "13"),
        ("part", 1300, "en", "1,300"),
        ("of", 12, "ru", "двенадцати"),
        ("part", 6, "kk", "алтауы"),
        ("part", 26, "kk", "26-сы"),
        ("some", 50, "kk", "50-і"),
        ("of", 26, "kk", "26"),
    ],
)
def test_counts_to_twelve_are_words(form, count, language, shown) -> None:
    assert sentences.words(voice(language), form, count).replace("\u2060", "") == shown


@pytest.mark.parametrize(
    ("standing", "since", "en"),
    [
        ("exceeding", WINDOW_END - 2_400_000, "Stack 2 exceeds its dust limit since 14:00"),
        ("exceeding", None, "Stack 2 exceeds its dust limit"),
        ("near", WINDOW_END - 2_400_000, "Stack 2 is close to its dust limit"),
        ("silent", WINDOW_END - 2_400_000, "Stack 2 has sent nothing since 14:00"),
        ("silent", None, "Stack 2 has sent nothing yet"),
        ("within", None, "Stack 2 is within its limits"),
        ("not_operating", None, "Stack 2 is not operating"),
        ("not_connected", None, "Stack 2 is not connected yet"),
    ],
)
def test_a_source_in_one_sentence(standing, since, en) -> None:
    assert said(sentences.source(voice("en"), "Stack 2", standing, State(standing), since, NOW)) == en


def test_a_source_in_russian_and_kazakh() -> None:
    begin = WINDOW_END - 2_400_000
    russian = sentences.source(voice("ru"), "Труба № 2", "exceeding", State("exceeding"), begin, NOW)
    assert said(russian) == "Труба № 2: превышен норматив по пыли с 14:00"
    kazakh = sentences.source(voice("kk"), "№2 түтін мұржасы", "exceeding", State("exceeding"), begin, NOW)
    assert said(kazakh) == "№2 түтін мұржасы: 14:00-ден бері шаң бойынша нормативтен асып тұр"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("standing", [*sentences.ABNORMAL, "within"])
@pytest.mark.parametrize("since", [None, NOW - 60_000])
@pytest.mark.parametrize("worst", [None, State("near")])
def test_every_standing_has_its_sentence_and_only_the_abnormal_part_is_coloured(language, standing, since, worst) -> None:
    segments = sentences.source(voice(language), "Х-1", standing, worst, since, NOW)
    coloured = {segment.standing for segment in segments if segment.standing}
    assert coloured <= {standing}
    assert "[[" not in said(segments)
    assert "Х-1" in said(segments)
    if standing in {"exceeding", "near", "silent", "invalid"}:
        assert coloured == {standing}


@pytest.mark.parametrize(
    ("state", "now", "en"),
    [
        (State("within"), NOW, "may average up to 694 for 7 min"),
        (State("near", forecast=460.0, permissible_remaining=430.0), NOW, "will exceed at 14:40 unless it averages at most 430 for 7 min"),
        (State("exceeding", forecast=460.0, permissible_remaining=430.0), NOW, "must average at most 430 for 7 min"),
        (State("exceeding", permissible_remaining=0.0), NOW, "the limit can no longer be kept in the window that ends at 14:40"),
        (State("exceeding", permissible_remaining=-12.0), NOW, "the limit can no longer be kept in the window that ends at 14:40"),
        (State("no_limit", limit=None), NOW, "no limit is set"),
        (State("cannot_be_judged", forecast=900.0), NOW, "the limit is not confirmed, or not meant for every average"),
        (State("within", permissible_remaining=None), NOW, "too early to say"),
        (State("within"), WINDOW_END, "too early to say"),
        (State("within"), WINDOW_END + 5_000, "too early to say"),
    ],
)
def test_what_the_rest_of_the_window_may_still_bring(state, now, en) -> None:
    assert said([sentences.Segment(sentences.budget(voice("en"), state, now))]) == en


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("standing", [*sentences.ABNORMAL, "within"])
@pytest.mark.parametrize("since", [None, NOW - 480_000])
def test_every_standing_has_its_reason(language, standing, since) -> None:
    text = sentences.reason(voice(language), State(standing), NOW, since_ms=since)
    assert text
    assert "{" not in text


def test_a_reason_names_the_period_and_the_beginning() -> None:
    reason = sentences.reason(voice("en"), State("exceeding"), NOW, since_ms=NOW - 725_000, period="PT1H")
    assert reason == "exceeds its hourly limit since 14:20"
    assert sentences.reason(voice("en"), State("silent"), NOW, since_ms=NOW - 480_000).replace("\u00a0", " ") == "no readings for 8 min"


@pytest.mark.parametrize(
    ("probability", "en", "ru", "kk"),
    [
        (None, "", "", ""),
        (
            1.0,
            "almost certain to exceed: over 99%",
            "превышение почти неизбежно: больше 99 %",
            "нормативтен асуы дерлік анық: 99 %-дан көп",
        ),
        (0.9, "almost certain to exceed: 90%", "превышение почти неизбежно: 90 %", "нормативтен асуы дерлік анық: 90 %"),
        (0.83, "likely to exceed: 83%", "скорее всего превысит: 83 %", "нормативтен асуы ықтимал: 83 %"),
        (0.4999, "may exceed: 50%", "может превысить: 50 %", "нормативтен асуы мүмкін: 50 %"),
        (0.02, "unlikely to exceed: 2%", "вряд ли превысит: 2 %", "нормативтен аса қоймас: 2 %"),
        (1e-300, "unlikely to exceed: under 1%", "вряд ли превысит: меньше 1 %", "нормативтен аса қоймас: 1 %-дан аз"),
        (0.0, "unlikely to exceed: under 1%", "вряд ли превысит: меньше 1 %", "нормативтен аса қоймас: 1 %-дан аз"),
    ],
)
def test_how_likely_the_window_is_to_exceed_in_words(probability, en, ru, kk) -> None:
    state = State("within", exceedance_probability=probability)
    told = [sentences.likelihood(voice(language), state).replace("\u00a0", " ") for language in ("en", "ru", "kk")]
    assert told == [en, ru, kk]
