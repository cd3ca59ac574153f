"""Living pages: the zones a page asks for again are the zones it has, and those who ask together share one answer."""

import asyncio
import re

import pytest
from html_tree import by_id, read, text
from starlette.responses import Response

from tynys.web.shared import Shared

LIVING = {
    "/": ["state", "loading", "ranking", "tiles", "points"],
    "/facilities": ["list"],
    "/facility/gres-1": ["state", "matrix"],
    "/source/gres-1.stack-2?component=dust": ["state", "now", "made"],
    "/transmission": ["state", "gateways", "recomputed", "gaps"],
}


@pytest.mark.parametrize(("path", "zones"), LIVING.items())
async def test_a_part_is_the_page_s_own_zones_and_says_the_same(full, path, zones) -> None:
    page = read((await full.get(path)).text)
    answer = await full.get(path, params={**dict(pair.split("=") for pair in re.findall(r"\w+=\w+", path)), "part": "live"})
    assert "<html" not in answer.text
    assert "content-security-policy" in answer.headers
    partials = read(answer.text).findall("hx-partial")
    assert [partial.get("hx-target") for partial in partials] == [f"#zone-{zone}" for zone in zones]
    for partial in partials:
        target = by_id(page, partial.get("hx-target")[1:])
        assert text(target) == text(partial)
        assert partial.get("hx-swap") == "innerMorph"


@pytest.mark.parametrize("path", LIVING)
async def test_a_living_page_listens_to_the_stream_and_says_when_the_line_is_lost(full, path) -> None:
    root = read((await full.get(f"{path}{'&' if '?' in path else '?'}lang=en")).text)
    live = next(root.iter("t-live"))
    assert live.get("data-stream").startswith("/api/v1/stream")
    assert live.get("data-events")
    assert live.get("data-lost")
    assert live.get("role") == "status"


@pytest.mark.parametrize("path", ["/methods", "/design", "/nowhere"])
async def test_a_page_that_does_not_change_does_not_listen(full, path) -> None:
    assert not list(read((await full.get(path)).text).iter("t-live"))


@pytest.mark.parametrize(("path", "inside"), [("/facility/gres-1/day", "figure"), ("/source/gres-1.stack-2/table?component=so2", "table")])
async def test_a_fragment_is_a_piece_for_the_page_and_a_page_for_everyone_else(full, path, inside) -> None:
    piece = read((await full.get(path, headers={"hx-request": "true"})).text)
    page = read((await full.get(path)).text)
    assert (piece.tag, page.tag) == ("div", "html")
    assert len(list(piece.iter(inside))) == len(list(page.iter(inside))) > 0


async def test_those_who_ask_together_share_one_answer_and_the_next_second_is_new() -> None:
    now, made = [100.0], []

    async def make():
        made.append(now[0])
        await asyncio.sleep(0)
        return Response(str(len(made)))

    shared = Shared(clock=lambda: now[0])
    bodies = {bytes(answer.body) for answer in await asyncio.gather(*(shared.get("kk /", make) for _ in range(50)))}
    assert (bodies, len(made)) == ({b"1"}, 1)
    assert (await shared.get("ru /", make)).body == b"2"
    now[0] += 1.0
    assert (await shared.get("kk /", make)).body == b"3"


async def test_one_who_leaves_does_not_take_the_answer_from_the_others() -> None:
    go = asyncio.Event()

    async def make():
        await go.wait()
        return Response("done")

    shared = Shared()
    leaves, stays = asyncio.ensure_future(shared.get("a", make)), asyncio.ensure_future(shared.get("a", make))
    await asyncio.sleep(0)
    leaves.cancel()
    go.set()
    assert (await stays).body == b"done"


async def test_a_failure_is_told_to_all_and_not_kept() -> None:
    now = [0.0]

    async def fail():
        raise LookupError

    async def well():
        return Response("well")

    shared = Shared(clock=lambda: now[0])
    found = await asyncio.gather(shared.get("a", fail), shared.get("a", fail), return_exceptions=True)
    assert [type(error) for error in found] == [LookupError, LookupError]
    now[0] += 1.0
    assert (await shared.get("a", well)).body == b"well"
