"""The table and the command: figures stand beside their peers, a missed target is a word and no failure."""

import io

import msgspec
import pytest
from rich.console import Console

from benchmarks.__main__ import main
from benchmarks.catalogue import BENCHMARKS
from benchmarks.figures import Benchmark, Figure
from benchmarks.table import figures_table, short

FAST = Figure(benchmark="one", what="an answer", unit="ms", value=20.0, peer=10.0, peer_name="the least", at_most=50.0)
SLOW = Figure(benchmark="two", what="an import", unit="s", value=30.0, peer=3.0, at_most=20.0, note="once")
MANY = Figure(benchmark="two", what="rows", unit="rows/s", value=5000.0, at_least=4000.0)


def printed(figures):
    console = Console(file=io.StringIO(), width=200)
    console.print(figures_table(figures))
    return console.file.getvalue()


def test_a_row_has_value_peer_ratio_and_target():
    text = printed([FAST, SLOW, MANY])
    for part in ("20 ms", "10 ms", "2 x", "<= 50 met", "30 s", "10 x", "<= 20 missed", "(once)", "5,000 rows/s", ">= 4,000 met"):
        assert part in text, part


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (3.0, "3"), (1234.6, "1,235"), (12.345, "12.3"), (0.01234, "0.0123"), (0.000052, "0.000052"), (216.4, "216")],
)
def test_numbers_have_about_three_digits_and_no_exponent(value, text):
    assert short(value) == text


def test_a_figure_without_a_peer_has_no_ratio_and_without_a_target_no_verdict():
    bare = Figure(benchmark="one", what="bytes", unit="bytes", value=7.0)
    assert bare.ratio is None
    assert bare.kept is None
    assert SLOW.kept is False


def run(tmp_path, *arguments, known):
    console = Console(file=io.StringIO(), width=200)
    code = main([*arguments, "--json", str(tmp_path / "figures.json")], known=known, console=console)
    return code, console.file.getvalue(), msgspec.json.decode((tmp_path / "figures.json").read_bytes())


def benchmark(name, *figures):
    return Benchmark(name, f"what {name} measures", lambda _say: figures)


def test_all_are_run_printed_and_written(tmp_path):
    code, text, document = run(tmp_path, known=[benchmark("one", FAST), benchmark("two", SLOW, MANY)])
    assert code == 0
    assert "2/2 two: what two measures" in text
    assert [(each["benchmark"], each["ratio"], each["kept"]) for each in document["figures"]] == [
        ("one", 2.0, True),
        ("two", 10.0, False),
        ("two", None, True),
    ]
    assert document["machine"]["processors"] >= 1


def test_only_the_one_asked_for_runs(tmp_path):
    _, _, document = run(tmp_path, "--only", "two", known=[benchmark("one", FAST), benchmark("two", SLOW)])
    assert [each["benchmark"] for each in document["figures"]] == ["two"]


def test_one_that_breaks_costs_only_itself_and_is_told(tmp_path):
    def breaks(_say):
        raise RuntimeError("no instrument here")

    code, text, document = run(tmp_path, known=[Benchmark("bad", "breaks", breaks), benchmark("one", FAST)])
    assert code == 1
    assert "bad could not be measured: no instrument here" in text
    assert document["failed"] == ["bad"]
    assert len(document["figures"]) == 1


def test_an_unknown_name_is_refused_with_the_known_ones(capsys):
    with pytest.raises(SystemExit):
        main(["--only", "nothing"])
    told = capsys.readouterr().err
    assert all(each.name in told for each in BENCHMARKS)
