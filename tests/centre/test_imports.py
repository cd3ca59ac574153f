"""An imported file of the national data bank as the public API shows it, taken in while the centre runs."""

from __future__ import annotations

import asyncio
import csv
import math

import pytest
from centre_support import Running
from typer.testing import CliRunner

from tynys.cli import app

pytestmark = pytest.mark.asyncio(loop_scope="session")
STACK = "nbd-too-imitatsiya-gres-a.dymovaya-truba-n1"
OUTLET = "nbd-too-imitatsiya-gres-a.vodovypusk-n1"
DAY = {"start": "2026-05-31T19:00:00Z", "end": "2026-06-01T19:00:00Z"}


def said(*arguments) -> str:
    done = CliRunner().invoke(app, ["databank", *map(str, arguments)], env={"COLUMNS": "120"})
    assert done.exit_code == 0, done.output
    return done.output


async def imported(shared: Running, tmp_path, *, fault: str) -> dict[str, list[list[str]]]:
    """A day of invented plants with a fault, taken in; the cells of the file by organisation, source and pollutant."""
    file = tmp_path / "june.csv"
    await asyncio.to_thread(said, "sample", file, "--days", 1, "--fault", fault)
    await asyncio.to_thread(said, "import", file, shared.centre.folder.root, "--profile", file.with_suffix(".toml"))
    cells: dict[str, list[list[str]]] = {}
    with file.open(encoding="utf-8", newline="") as lines:
        for row in list(csv.reader(lines, delimiter=";"))[1:]:
            cells.setdefault(" ".join(row[2:5]), []).append(row)
    return cells


async def averages(shared: Running, source: str, component: str, arrived) -> dict:
    """The averages of the day, once what was imported has arrived."""
    for _ in range(200):
        page = await shared.public.get("/api/v1/averages", params={"source": source, "component": component, **DAY})
        if page.status_code == 200 and len(page.json()["items"]) == 72 and any(map(arrived, page.json()["items"])):
            return page.json()
        await asyncio.sleep(0.1)
    raise AssertionError(f"the averages of {source} have not arrived: {page.text[:400]}")


async def test_an_imported_row_is_an_average_of_its_own_origin_with_oxygen_instead_of_alpha(shared, tmp_path):
    cells = await imported(shared, tmp_path, fault="F1")
    page = await averages(shared, STACK, "so2", lambda item: item["chain"] == "alpha_overflow")
    assert page["simulated"] is True
    rows = cells["ТОО «Имитация ГРЭС-А» Дымовая труба №1 Сера диоксид"]
    for item, row in zip(page["items"], rows, strict=True):
        alpha, emission, concentration = map(float, row[5:8])
        assert (item["origin"], item["status"], item["unit"], item["rule_pack"]) == ("imported", "valid", "mg/m3", "generated")
        assert (item["value"], item["mass_g_s"]) == (concentration, emission)
        if 1.0 <= alpha < 2100.0:
            assert math.isclose(item["o2_dry_pct"], 21.0 * (1.0 - 1.0 / alpha), rel_tol=1e-12)
            assert item["chain"] == ""
        else:
            assert item["o2_dry_pct"] is None
            assert item["chain"] in {"alpha_impossible", "alpha_overflow"}
    assert {"alpha_impossible", "alpha_overflow"} <= {item["chain"] for item in page["items"]}


async def test_what_nobody_has_confirmed_stands_beside_imported_averages(shared, tmp_path):
    await imported(shared, tmp_path, fault="F1")
    (profile,) = (await averages(shared, STACK, "so2", lambda item: item["chain"] == "alpha_overflow"))["read_with"]
    assert profile["profile"] == "generated"
    assert profile["to_confirm"]["time_label"] == "start"
    assert profile["to_confirm"]["zone"] == "Asia/Almaty"
    assert profile["to_confirm"]["units.pollutant_concentration"] == "mg/m3"
    assert profile == await shared.get("/imports/profiles/generated")


async def test_a_row_that_cannot_be_true_is_there_with_its_reason_and_no_value(shared, tmp_path):
    await imported(shared, tmp_path, fault="F9")
    page = await averages(shared, "nbd-ao-imitatsiya-tets-b.dymovaya-truba-n2", "so2", lambda item: item["chain"] == "negative")
    odd = [item for item in page["items"] if item["status"] == "cannot_be_true"]
    assert odd
    assert {(item["value"], item["raw"], item["chain"]) for item in odd} == {(None, -0.7, "negative")}
    revisions = await shared.get("/averages/revisions", source=odd[0]["source"], component="so2", start=odd[0]["start"])
    assert revisions["read_with"][0]["profile"] == "generated"


async def test_water_rows_are_averages_of_the_outlet(shared, tmp_path):
    cells = await imported(shared, tmp_path, fault="F9")
    page = await averages(shared, OUTLET, "waste_water_ph", lambda item: item["origin"] == "imported")
    assert [item["value"] for item in page["items"]] == [
        float(row[10]) for row in cells["ТОО «Имитация ГРЭС-А» Водовыпуск №1 Сточные воды"]
    ]


async def test_files_and_sources_are_listed_with_every_spelling(shared, tmp_path):
    await imported(shared, tmp_path, fault="F11")
    listed = await shared.get("/imports")
    assert listed["items"][-1]["file"] == "june.csv"
    assert listed["items"][-1]["profile"] == "generated"
    first = await shared.get("/imports", limit=1)
    second = await shared.get("/imports", limit=1, after=first["next"]) if first["next"] else first
    assert first["items"] == listed["items"][:1]
    assert second["items"][0] in listed["items"]
    found, after = [], None
    while True:
        page = await shared.get("/imports/sources", limit=2, **({"after": after} if after else {}))
        found += page["items"]
        if (after := page["next"]) is None:
            break
    by_id = {item["source"]: item for item in found}
    assert len(by_id) == len(found) == 6
    assert by_id[STACK]["organization"] == "ТОО «Имитация ГРЭС-А»"
    assert {"organization": "ТОО «Имитаця ГРЭС-А»", "name": "Дымовая труба №1"} in by_id[STACK]["written"]
    drifted = by_id["nbd-ao-imitatsiya-tets-b.dymovaya-truba-n1"]
    assert drifted["name"] == "Дымовая труба №1"
    assert "Дымовая труба №1\t" in {spelling["name"] for spelling in drifted["written"]}
    assert all(item["simulated"] for item in found)


async def test_a_source_of_no_plan_and_no_feed_is_a_problem_that_says_where_to_look(shared):
    answer = await shared.public.get("/api/v1/averages", params={"source": "nobody"})
    assert answer.status_code == 404
    assert "/api/v1/imports/sources" in answer.text
    assert (await shared.public.get("/api/v1/imports/profiles/nobody")).status_code == 404


async def test_imported_averages_of_a_planned_source_stand_beside_its_own_and_are_not_drawn_as_measured(trial, tmp_path):
    await trial.gateway()
    file = tmp_path / "june.csv"
    await asyncio.to_thread(said, "sample", file, "--days", 1)
    profile = file.with_suffix(".toml")
    stack = 'organization = "ТОО «Имитация ГРЭС-А»"\nsource = "Дымовая труба №1"\n'
    text = profile.read_text(encoding="utf-8")
    assert text.count(stack) == 2  # in the register, and in the expectation of its sulphur
    profile.write_text(text.replace(stack, f'{stack}id = "{trial.source}"\n', 1), encoding="utf-8")
    await asyncio.to_thread(said, "import", file, trial.at.centre.folder.root, "--profile", profile)
    page = await averages(trial.at, trial.source, "so2", lambda item: item["origin"] == "imported")
    assert {item["origin"] for item in page["items"]} == {"imported"}
    drawn = await trial.at.get("/chart", source=trial.source, component="so2", **DAY)
    assert all(value is None for value in drawn["mean"])
