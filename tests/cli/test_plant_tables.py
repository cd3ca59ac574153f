"""What `tynys plant check` and `tynys plant status` print: whole at 80 columns, in three languages, nothing left in another."""

from __future__ import annotations

import re
from dataclasses import replace
from uuid import UUID

import pytest
from rich.cells import cell_len

from tynys.cli.plant_check import figure, show_check
from tynys.cli.plant_tables import show_new, show_status
from tynys.domain.component import Certainty
from tynys.domain.facility import Names
from tynys.domain.status import GapCause, InstrumentStatus
from tynys.field import remark
from tynys.field.settings import ModbusTcpSettings
from tynys.plant.check import Line, Verdict
from tynys.plant.enrol import NewPlant
from tynys.plant.views import (
    AlarmView,
    LineState,
    LineView,
    LocalChannelView,
    LocalComponentView,
    LocalSourceView,
    LocalStanding,
    PlantView,
    ReceiptView,
)
from tynys.present.voice import voice

NOW_MS = 1_795_510_740_000
WORDS = {
    "en": (
        "exceeding",
        "no limit set",
        "an instrument does not answer",
        "valid",
        "the line to the instrument is cut",
        "on",
        "stored",
        "unbroken",
    ),
    "ru": ("превышение", "норматив не задан", "прибор не отвечает", "достоверно", "линия", "включено", "сохранён", "непрерывна"),
    "kk": ("асып", "норматив белгіленбеген", "аспап жауап бермейді", "жарамды", "желі үзілген", "қосулы", "сақталды", "үзіліссіз"),
}
LANGUAGES = tuple(WORDS)


def component(name: str, standing: LocalStanding, mean: float | None, limit: float | None) -> LocalComponentView:
    return LocalComponentView(
        component=name,
        unit="mg/Nm3",
        standing=standing,
        period="PT20M",
        mean_so_far=mean,
        window_start_ms=NOW_MS - 540_000,
        window_end_ms=NOW_MS + 660_000,
        elapsed_share=0.45,
        forecast=None if mean is None else mean * 1.01,
        permissible_remaining=None,
        limit=limit,
        limit_certainty=None if limit is None else Certainty.SIMULATED,
        limit_document="",
        closed=(),
    )


def channel(name: str, device: str, value: float | None, unit: str = "mg/Nm3", cause: GapCause = GapCause.NONE) -> LocalChannelView:
    status = InstrumentStatus.COMMUNICATION_LOST if cause else InstrumentStatus.VALID
    return LocalChannelView(name, name, "so2", unit, device, value, status, cause, NOW_MS - 1000, 4000.0)


@pytest.fixture
def view() -> PlantView:
    """One stack over its limit, one instrument lost, the line cut."""
    receipt = ReceiptView("e", 7, "stored", "linked", 41, "", plan_known=True, received_ms=NOW_MS - 90_000)
    return PlantView(
        revision=1,
        now_ms=NOW_MS,
        facility="trial",
        names=Names(kk="Сынақ станциясы (имитация)", ru="Пробная станция (имитация)", en="Trial station (simulated)"),
        operator=Names(kk="", ru="", en=""),
        gateway="g",
        role="live",
        simulated=True,
        speed=1.0,
        running=True,
        channels=(
            channel("stack-1.so2", "gas", 2612.4),
            channel("stack-1.dust", "dust", None, "mg/m3", GapCause.LINE_CUT),
            channel("unit-1.flame_on", "dcs", 1.0, "bool"),
        ),
        sources=(
            LocalSourceView(
                "trial.stack-1",
                Names(kk="№1 мұржа (имитация)", ru="Труба №1 (имитация)", en="Stack 1 (simulated)"),
                "operating",
                (
                    component("so2", LocalStanding.EXCEEDING, 2612.4, 2600.0),
                    component("nox", LocalStanding.NEAR, 680.0, 700.0),
                    component("dust", LocalStanding.SILENT, None, 450.0),
                    component("co", LocalStanding.NO_LIMIT, 12.0, None),
                ),
            ),
        ),
        line=LineView(
            url="https://127.0.0.1:8443",
            state=LineState.CUT,
            batches_stored=12,
            batches_unsent=3,
            batches_refused=1,
            rows_unsealed=2,
            spool_bytes=1_234_567,
            oldest_unsent_ms=NOW_MS - 60_000,
            last_sealed_ms=NOW_MS - 2_000,
            last_receipt=receipt,
            clock_offset_ms=-18,
        ),
        alarms=(AlarmView("device.lost:dust", NOW_MS - 60_000, "127.0.0.1:502, device 1: connection refused"),),
    )


@pytest.fixture
def narrow(monkeypatch):
    """A terminal of 80 columns without colour."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")


def latin_words(text: str) -> set[str]:
    return {
        word for word in re.findall(r"(?<![\w.-])[A-Za-z]{4,}(?![\w.-])", text) if word not in {"device", "connection", "refused", "https"}
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_status_fits_and_speaks_the_language(view, narrow, capsys, language):
    show_status(view, language)
    said = capsys.readouterr().out
    flat = " ".join(said.split())
    for word in WORDS[language]:
        assert word in flat.lower(), word
    assert all(cell_len(line) <= 80 for line in said.splitlines())
    if language != "en":
        assert latin_words(said) <= {"dust"}, said


def test_a_limit_just_exceeded_is_not_shown_as_equal_to_the_mean(view, narrow, capsys):
    (source,) = view.sources
    close = component("so2", LocalStanding.EXCEEDING, 2600.3, 2600.0)
    show_status(replace(view, sources=(replace(source, components=(close,)),)), "en")
    assert "2,600.3" in capsys.readouterr().out


def test_every_abnormal_standing_has_a_shape_of_its_own(view, narrow, capsys):
    show_status(view, "en")
    rows = capsys.readouterr().out
    assert re.search(r"◆ SO₂.*exceeding", rows)
    assert re.search(r"▲ NOx.*close to the limit", rows)
    assert re.search(r"▨ Dust.*silent", rows)


def test_with_the_line_cut_the_spool_still_says_what_waits_and_since_when(view, narrow, capsys):
    show_status(view, "en")
    said = " ".join(capsys.readouterr().out.split())
    assert "line to the centre cut https://127.0.0.1:8443" in said
    assert "not yet acknowledged 3" in said
    assert re.search(r"oldest unsent batch \d\d:\d\d:\d\d \(1 min ago\)", said)
    assert re.search(r"last receipt \d\d:\d\d:\d\d \(1 min ago\) · stored · unbroken · № 41", said)


LINES = [
    Line("key", Verdict.FINE, remark("check.key", key="9f2a41c07be3d815")),
    Line("channels", Verdict.WARNING, remark("check.unfilled", count="2", names="stack-1.o2, stack-1.h2o"), remark("check.hint.unfilled")),
    Line(
        "gas",
        Verdict.WRONG,
        remark("check.point.impossible", value=1.2e-38, low=0.0, high=20_000.0, unit="mg/Nm3"),
        remark("check.hint.word_order", order="CDAB", value=1843.2, unit="mg/Nm3"),
        "so2",
        "stack-1.so2",
    ),
    Line("gas", Verdict.FINE, remark("check.point.value", value=1.0, unit="bool"), None, "flame", "unit-1.flame_on"),
    Line("clock", Verdict.WRONG, remark("check.clock.hours_behind", count=1), remark("check.hint.zone")),
    Line("gateway", Verdict.WARNING, remark("check.gateway.plan_waits"), remark("check.hint.plan_waits")),
]
GAS = ModbusTcpSettings(id="gas", host="192.0.2.10", map="marsic300", channels={"so2": "stack-1.so2"})


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_check_fits_and_speaks_the_language(narrow, capsys, language):
    show_check(LINES, [GAS], language)
    said = capsys.readouterr().out
    assert all(cell_len(line) <= 80 for line in said.splitlines())
    if language != "en":
        foreign = latin_words(re.sub(r"`[^`]*`", "", " ".join(said.split()).replace("modbus-tcp", "").replace("[[devices]]", "")))
        assert foreign <= {"CDAB", "flame"}, said


def test_the_check_says_what_is_wrong_where_and_what_to_do(narrow, capsys):
    show_check(LINES, [GAS], "en")
    said = " ".join(capsys.readouterr().out.split())
    assert "gas modbus-tcp · 192.0.2.10:502 · marsic300" in said
    assert "✗ stack-1.so2 1.2e-38 cannot be true: expected 0 to 20,000 mg/Nm³" in said
    assert 'In word order "CDAB" it would be 1,843.2 mg/Nm³: set `word_order = "CDAB"` on the device.' in said
    assert "this computer's clock is an hour behind the centre's" in said
    assert "flame → unit-1.flame_on on" in said
    assert said.endswith("2 fine, 2 to look at, 2 wrong")


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.0, "0"), (2032.75, "2,032.8"), (4_614_440.0, "4,614,440"), (0.5, "0.5"), (-3.25, "−3.25"), (1.2e-38, "1.2e-38"), (100.0, "100")],
)
def test_a_checked_number_has_five_digits_and_no_more(value, shown):
    assert figure(value, voice("en")) == shown


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("has_document", [True, False])
def test_after_init_the_next_step_is_named_in_the_language(tmp_path, capsys, language, has_document):
    made = NewPlant(tmp_path, tmp_path / "plant.toml", UUID(int=7), "9f2a", None, has_document=has_document)
    show_new(made, language)
    said = capsys.readouterr().out
    assert "`[centre]`" in said
    assert f"tynys plant check {tmp_path / 'plant.toml'}" in said
    assert (str(tmp_path) + " ") in said.replace(",", " ") or has_document
    assert len(said.splitlines()) == 5
    if language != "en":
        plain = re.sub(r"`[^`]*`", "", said).replace(str(tmp_path), "").replace("tynys plant check", "")
        assert latin_words(plain) == set()
