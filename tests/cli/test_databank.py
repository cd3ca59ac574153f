"""`tynys databank` from a person's side."""

from __future__ import annotations

import contextlib
from pathlib import Path
from uuid import uuid4

import pyarrow as pa
import pytest
from typer.testing import CliRunner

from tynys.centre.foundation import make_centre
from tynys.centre.outbox import Outbox
from tynys.centre.settings import CentreFolder, load_settings
from tynys.cli import app
from tynys.domain.configuration import FacilityConfiguration
from tynys.domain.document import load_toml
from tynys.domain.regions import REGIONS
from tynys.present.catalogue import LANGUAGES
from tynys.storage.journal import Journal
from tynys.storage.journal_read import JournalReader
from tynys.storage.journal_records import JournalEntry
from tynys.storage.lake_reader import LakeReader
from tynys.storage.lake_schema import AVERAGES
from tynys.storage.lake_writer import LakeWriter
from tynys.storage.registry import Registry
from tynys.watch.feed_faults import FAULTS

run = CliRunner().invoke
EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"


@pytest.fixture
def feed(tmp_path):
    file = tmp_path / "june.csv"
    assert run(app, ["databank", "sample", str(file), "--days", "1", "--fault", "F9"]).exit_code == 0
    return file


@pytest.fixture
def centre(tmp_path):
    folder = make_centre(tmp_path / "centre", name="test", simulated=True, hosts=(), intake_port=0, public_port=0)
    batch = JournalEntry(uuid4(), uuid4(), 1, bytes(32), b"", "00" * 8, bytes(64), b"payload", 1_780_000_000_000, 0, 0)
    with contextlib.closing(Journal.open(folder.journal)) as journal:
        journal.append([batch])
    return folder


def with_names(feed):
    """The profile beside the file, its sources named as an export needs them."""
    return ["--profile", str(feed.with_suffix(".toml"))]


@pytest.mark.parametrize(("lang", "words"), [("en", "value is below zero"), ("ru", "значение отрицательное"), ("kk", "теріс мәні бар")])
def test_check_tells_in_three_languages_and_fails(feed, lang, words):
    done = run(app, ["databank", "check", str(feed), *with_names(feed), "--lang", lang], env={"COLUMNS": "120"})
    assert done.exit_code == 1
    assert "NBD-NEGATIVE" in done.output
    assert words in done.output
    assert "АО «Имитация ТЭЦ-Б», Дымовая труба №2" in done.output


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("fault", FAULTS)
def test_check_words_every_fault_and_cuts_no_name_off(fault, lang, tmp_path):
    file = tmp_path / "faulty.csv"
    run(app, ["databank", "sample", str(file), "--fault", fault])
    done = run(app, ["databank", "check", str(file), *with_names(file), "--lang", lang], env={"COLUMNS": "100"})
    assert done.exit_code == 1, done.output
    assert FAULTS[fault].check in done.output
    assert "…" not in done.output
    assert max(map(len, done.output.splitlines())) <= 100


def test_check_of_a_clean_file_succeeds(tmp_path):
    file = tmp_path / "clean.csv"
    run(app, ["databank", "sample", str(file), "--days", "1", "--backtick"])
    done = run(app, ["databank", "check", str(file), *with_names(file)])
    assert done.exit_code == 0
    assert "No check found anything" in done.output
    assert "time_label = start" in done.output
    assert file.read_bytes().startswith(b"`registered_date`")


@pytest.mark.parametrize(
    ("line", "lang", "words"),
    [
        (b"only;three;fields", "en", "expected 17 fields separated by ;, got 3"),
        (b"only;three;fields", "ru", "ожидалось полей через ;: 17, получено: 3"),
        (b"only;three;fields", "kk", "17 өріс күтілген, 3 келді"),
        (b"", "en", "got an empty line"),
        (b'"a";"b', "en", 'column region: expected 17 fields separated by ; and quoted with "; got a quote that is never closed'),
        (b'"a"b;', "en", 'column registered_date: expected 17 fields separated by ; and quoted with "; got “b” after a closing quote'),
        (b'"a";"\xff"', "en", "column region: expected UTF-8 text, got other bytes from position 6 on"),
        (b'"soon"' + b";" * 16, "en", "column registered_date: expected a date, or date and time, such as 2026-06-01 00:20:00; got “soon”"),
        (b'"2026-06-01";a;b;c;;;many' + b";" * 10, "en", "column emission: expected a number or nothing, got “many”"),
    ],
)
def test_check_names_file_line_and_column_of_what_cannot_be_read(feed, line, lang, words):
    feed.write_bytes(feed.read_bytes() + line + b"\n")
    done = run(app, ["databank", "check", str(feed), *with_names(feed), "--lang", lang], env={"COLUMNS": "100"})
    assert done.exit_code == 1
    number = feed.read_bytes().count(b"\n")
    where = f"june.csv, {number}-жол" if lang == "kk" else f"june.csv, {'строка' if lang == 'ru' else 'line'} {number}"
    said = " ".join(done.output.split())
    assert where in said
    assert words in said


def test_a_broken_line_harms_nothing_already_stored_and_costs_only_itself(feed, centre):
    assert run(app, ["databank", "import", str(feed), str(centre.root), *with_names(feed)]).exit_code == 0
    before = LakeReader(centre.lake).averages(None, None, "PT20M", 0, 1 << 45)
    feed.write_bytes(feed.read_bytes() + b"only;three;fields\n\xff\n")
    done = run(app, ["databank", "import", str(feed), str(centre.root), *with_names(feed)])
    assert done.exit_code == 0, done.output
    assert "Averages: new 0, revised 0, unchanged 1,944." in done.output
    after = LakeReader(centre.lake).averages(None, None, "PT20M", 0, 1 << 45)
    assert after.equals(before)


def test_an_import_into_a_resting_centre_is_in_its_lake_and_comes_out_again(feed, centre, tmp_path):
    done = run(app, ["databank", "import", str(feed), str(centre.root), *with_names(feed)])
    assert done.exit_code == 0, done.output
    assert "Averages: new 1,944," in done.output
    table = LakeReader(centre.lake).averages(None, None, "PT20M", 0, 1 << 45)
    assert set(table["origin"].to_pylist()) == {"imported"}
    assert set(table["simulated"].to_pylist()) == {True}
    sha256 = done.output.split("SHA-256 ")[1].strip()
    out = tmp_path / "again.csv"
    assert run(app, ["databank", "export", str(centre.root), str(out), "--kept", sha256[:10]]).exit_code == 0
    assert out.read_bytes() == feed.read_bytes()


def test_an_import_into_a_running_centre_is_handed_over(feed, centre):
    reader = Journal.open(centre.journal)
    writer = LakeWriter(centre.lake, reader.incarnation)
    try:
        done = run(app, ["databank", "import", str(feed), str(centre.root), *with_names(feed)])
    finally:
        writer.close()
        reader.close()
    assert done.exit_code == 0, done.output
    assert "Averages handed over: 1,944;" in done.output
    outbox = Outbox(CentreFolder(centre.root).derived)
    assert sum(table.num_rows for _, kind, _, mark, table in outbox.waiting() if kind == "averages" and mark) == 1944
    outbox.close()


def test_averages_of_a_span_are_exported_under_the_profiles_names(feed, centre, tmp_path):
    run(app, ["databank", "import", str(feed), str(centre.root), *with_names(feed)])
    profile = feed.with_suffix(".toml")
    text = profile.read_text(encoding="utf-8")
    for number, plant in (("1", "gres-a"), ("2", "gres-a"), ("1", "tets-b"), ("2", "tets-b")):
        organization = {"gres-a": "ТОО «Имитация ГРЭС-А»", "tets-b": "АО «Имитация ТЭЦ-Б»"}[plant]
        head = "too-imitatsiya" if plant == "gres-a" else "ao-imitatsiya"
        entry = f'organization = "{organization}"\nsource = "Дымовая труба №{number}"\n'
        text = text.replace(entry, entry + f'id = "nbd-{head}-{plant}.dymovaya-truba-n{number}"\nregion = "Область"\n', 1)
    profile.write_text(text, encoding="utf-8")
    out = tmp_path / "out.csv"
    span = ["--from", "2026-06-01", "--to", "2026-06-02", "--origin", "imported"]
    done = run(app, ["databank", "export", str(centre.root), str(out), *span, *with_names(feed)])
    assert done.exit_code == 0, done.output
    lines = out.read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith('"registered_date";"region"')
    assert len(lines) == 1 + 72 * 22, "a whole day by the feed's own calendar"
    assert '"Область";"АО «Имитация ТЭЦ-Б»"' in lines[1] + lines[10]


def test_imported_averages_are_exported_under_their_feeds_names_without_any_profile(feed, centre, tmp_path):
    run(app, ["databank", "import", str(feed), str(centre.root), *with_names(feed)])
    out = tmp_path / "out.csv"
    done = run(
        app, ["databank", "export", str(centre.root), str(out), "--from", "2026-06-01", "--to", "2026-06-02", "--origin", "imported"]
    )
    assert done.exit_code == 0, done.output
    assert "rows 1,584" in done.output
    assert '"Павлодарская область";"ТОО «Имитация ГРЭС-А»";"Водовыпуск №1";"Сточные воды"' in out.read_text(encoding="utf-8")


def test_our_own_averages_are_exported_under_the_plans_russian_names_and_marked(feed, centre, tmp_path):
    run(app, ["databank", "import", str(feed), str(centre.root), *with_names(feed)])
    configuration = load_toml((EXAMPLES / "bypass.toml").read_text(encoding="utf-8"), FacilityConfiguration)
    with contextlib.closing(Registry.open(centre.registry_url(load_settings(centre)))) as registry:
        registry.put_configuration(configuration.digest(), configuration.facility.id, configuration.encode(), 0, 1, uuid4(), simulated=True)
    with contextlib.closing(JournalReader(centre.journal)) as reader, LakeWriter(centre.lake, reader.incarnation) as writer:
        table = LakeReader(centre.lake).averages("nbd-too-imitatsiya-gres-a.dymovaya-truba-n1", ["so2"], "PT20M", 0, 1 << 45)
        for name, text in (("source", configuration.sources[0].id), ("origin", "computed")):
            table = table.set_column(table.schema.get_field_index(name), name, pa.array([text] * table.num_rows))
        assert writer.commit_averages(table.cast(AVERAGES)).new == 72
    out = tmp_path / "out.csv"
    done = run(app, ["databank", "export", str(centre.root), str(out), "--from", "2026-05-31", "--to", "2026-06-03"])
    assert done.exit_code == 0, done.output
    assert "rows 72" in done.output
    names = configuration.facility.names.ru, configuration.sources[0].names.ru
    marked = names[0] if "имитац" in names[0].casefold() else f"{names[0]} (имитация)"
    region = REGIONS[configuration.facility.region].names.ru
    assert f'"{region}";"{marked}";"{names[1]}";"Сера диоксид"' in out.read_text(encoding="utf-8").splitlines()[1]


def test_an_export_of_nothing_says_so(centre, tmp_path):
    with contextlib.closing(JournalReader(centre.journal)) as reader:
        LakeWriter(centre.lake, reader.incarnation).close()
    out = tmp_path / "out.csv"
    done = run(app, ["databank", "export", str(centre.root), str(out), "--from", "2026-06-01", "--to", "2026-06-02", "--lang", "ru"])
    assert done.exit_code == 0, done.output
    assert "записан только заголовок" in done.output
    assert out.read_text(encoding="utf-8").count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "words", "code"),
    [
        (["databank", "check", "absent.csv"], "does not exist", 2),
        (["databank", "sample", "x.csv", "--fault", "F17"], "no fault is called", 1),
        (["databank", "sample", "absent/x.csv"], "absent/x.csv: cannot write the file: No such file or directory", 1),
        (["databank", "export", ".", "x.csv"], "expected --kept SHA256", 2),
        (
            ["databank", "export", ".", "x.csv", "--from", "2026-06-02", "--to", "2026-06-01"],
            "expected an instant after --from 2026-06-02",
            2,
        ),
        (["databank", "export", ".", "x.csv", "--from", "2026-06-01", "--to", "2026-06-02"], "expected a folder with centre.toml", 1),
        (["databank", "export", ".", "x.csv", "--from", "soon"], "'--from'", 2),
    ],
)
def test_a_wrong_call_says_what_is_expected(arguments, words, code, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = run(app, arguments, env={"COLUMNS": "300", "TERM": "dumb"})
    assert done.exit_code == code
    assert words in done.output
