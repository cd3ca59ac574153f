"""The examples of the page about the API, typed into a shell beside a running centre."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import sys

import pytest
from docs_support import ROOT

sys.path.insert(0, str(ROOT / "tests" / "centre"))

from centre_support import SHORT_MS, START_MS, TinyGateway, make_configuration, running, stamp

from tynys.centre.foundation import make_centre
from tynys.centre.windows import CLOSE_AFTER_MS

PAGE = ROOT / "docs" / "how-to" / "use-the-api.md"
LISTEN_S = "2"
TIMED_OUT = 28
"""How curl ends when `--max-time` has passed; the stream itself never ends."""

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")


def example(heading, kind="sh"):
    """The fenced block below a heading, about the facility and the average the test has."""
    section = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)[1]
    blocks = re.findall(rf"```{kind}\n(.*?)```", section, re.DOTALL)
    assert blocks
    about = {"gres-2": "trial", "2026-06-01T12:00:00Z": stamp(START_MS + 10 * SHORT_MS), "2026-06-01T06:00:00Z": stamp(START_MS)}
    return ["".join(re.sub("|".join(about), lambda found: about[found[0]], block)) for block in blocks]


@pytest.fixture
async def shell(tmp_path):
    """Runs lines in a shell that knows the centre's address; gives what each printed."""
    gateway = TinyGateway()
    folder = make_centre(tmp_path / "centre", simulated=True, intake_port=0, public_port=0)
    async with running(folder) as centre:
        await centre.enrol(gateway)
        await centre.send(gateway, gateway.seal(configuration=make_configuration()))
        await centre.send(gateway, gateway.steady(START_MS, START_MS + SHORT_MS))
        centre.clock.at_ms = START_MS + SHORT_MS + CLOSE_AFTER_MS
        assert await centre.averages(period="PT20M", where=lambda item: item["value"] is not None)

        async def run(script, *, expect=0):
            api = f"{str(centre.public.base_url).rstrip('/')}/api/v1"
            lines = f"set -e\nAPI={api}\ncurl() {{ command curl --noproxy '*' --fail-with-body \"$@\"; }}\n{script}"
            pipe = asyncio.subprocess.PIPE
            process = await asyncio.create_subprocess_exec("sh", "-c", lines, cwd=tmp_path, stdout=pipe, stderr=pipe)
            out, error = await process.communicate()
            assert process.returncode == expect, out.decode() + error.decode()
            return out.decode()

        yield run


async def test_every_example_of_the_page_about_the_api_answers(shell, tmp_path, monkeypatch):
    (lists,) = example("What is there")
    answers = [json.loads(await shell(line)) for line in lists.splitlines()]
    assert [answer["simulated"] for answer in answers] == [True, True, True]
    assert answers[1]["items"][0]["source"] == "trial.stack-1"

    (csv,) = example("Readings as CSV")
    (shown,) = example("Readings as CSV", "text")
    told = await shell(csv)
    assert told.splitlines()[0] == shown.splitlines()[0]
    assert len(told.splitlines()) == 4
    assert '"stack-1.so2",1000,"mg/Nm3","valid",,true' in told

    (arrow,), (python,) = example("Readings as Arrow"), example("Readings as Arrow", "python")
    await shell(arrow)
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    exec(python, names)  # noqa: S102 - our own page
    assert sorted(names["readings"]["name"].unique()) == ["stack-1.o2", "stack-1.so2"]

    (paging,) = example("Page by page")
    rows = (await shell(paging.replace("limit=1000", "limit=100"))).splitlines()
    times = [row.partition(",")[0] for row in rows]
    assert times.count('"time"') == 2, "two pages, each with its header"
    assert len({row for row in rows if row.startswith('"20')}) == 200, "the second goes on where the first ended"


async def test_the_examples_of_averages_give_values_and_their_revisions(shell):
    now, then, revisions = [json.loads(await shell(line)) for line in example(r"Averages, and what they were")[0].splitlines()]
    for answer in (now, then, revisions):
        assert [(item["start"], item["value"]) for item in answer["items"]] == [(stamp(START_MS), pytest.approx(1000.0))]
    assert revisions["items"][0]["superseded"] is None


async def test_the_examples_of_the_stream_greet_and_replay(shell):
    first, again = example("Live")
    live = await shell(first.replace("curl -sN", f"curl -sN --max-time {LISTEN_S}"), expect=TIMED_OUT)
    assert "event: hello" in live
    replayed = await shell(re.sub(r"\d{13}", "0", again).replace("curl -sN", f"curl -sN --max-time {LISTEN_S}"), expect=TIMED_OUT)
    ids = [int(number) for number in re.findall(r"^id: (\d+)$", replayed, re.MULTILINE)]
    assert ids
    assert ids == sorted(set(ids))
    later = re.sub(r"\d{13}", str(ids[-1]), again).replace("curl -sN", f"curl -sN --max-time {LISTEN_S}")
    assert not set(re.findall(r"^id: (\d+)$", await shell(later, expect=TIMED_OUT), re.MULTILINE)) & set(map(str, ids))
