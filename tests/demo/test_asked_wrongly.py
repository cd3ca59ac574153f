"""What a person may get wrong in asking for a demo is said in words before anything is started."""

from __future__ import annotations

import socket

import pytest
from typer.testing import CliRunner

from tynys.cli import app
from tynys.cli.demo.country import Country
from tynys.cli.demo.setup import LOOPBACK, USUAL_PORT, free_port, make_centre, page_port
from tynys.domain.errors import TynysError
from tynys.sim.ports import is_free


def said(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["demo", "--no-open", *arguments], env={"COLUMNS": "200", "NO_COLOR": "1"})
    assert result.exit_code == 1
    return result.output


@pytest.fixture
def taken():
    """A port somebody listens on."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_an_unknown_plant_is_named_beside_the_known_ones():
    text = said("--plant", "nowhere")
    assert "'nowhere'" in text
    assert "gres-1, gres-2, tets-1, tets-2, tets-3" in text


def test_an_unknown_fault_is_named_beside_the_known_ones():
    text = said("--fault", "rust:gres-1.stack-1")
    assert '"rust"' in text
    assert "lost_line" in text


def test_a_fault_in_a_plant_that_does_not_run_is_said():
    text = said("--plant", "tets-1", "--fault", "frozen:gres-1.stack-1")
    assert "none of the plants that run" in text
    assert "tets-1" in text


def test_a_folder_of_somebody_else_is_refused_and_left_alone(tmp_path):
    theirs = tmp_path / "thesis.txt"
    theirs.write_text("three years of work")
    assert "an earlier demo" in said("--folder", str(tmp_path))
    assert theirs.read_text() == "three years of work"


def test_a_folder_of_an_earlier_demo_is_begun_anew(tmp_path):
    country = Country(tmp_path / "country")
    country.prepare()
    (country.logs / "centre.log").write_text("old")
    country.prepare()
    assert not list(country.logs.iterdir())


def test_a_taken_port_that_was_asked_for_is_said(tmp_path, taken):
    with pytest.raises(TynysError, match=f"port {taken} .* is taken") as problem:
        make_centre(Country(tmp_path), ["tets-1"], port=taken)
    assert "--port" in problem.value.hint


def test_a_port_nobody_asked_for_is_any_free_one(monkeypatch, taken):
    monkeypatch.setattr("tynys.cli.demo.setup.USUAL_PORT", taken)
    assert page_port(None) not in {taken, 0}
    assert is_free(LOOPBACK, page_port(0))


def test_the_usual_port_is_taken_where_it_is_free(monkeypatch):
    free = free_port()
    monkeypatch.setattr("tynys.cli.demo.setup.USUAL_PORT", free)
    assert page_port(None) == free
    assert USUAL_PORT == 8000
