"""The live stream."""

import asyncio
import contextlib

import pytest

from tynys.centre.stream import QUEUE, RING, Interest, Stream

EVERYTHING = Interest()


async def frames(stream, count, interest=EVERYTHING, **arguments):
    found = b""
    async with contextlib.aclosing(stream.listen(interest, **arguments)) as listening:
        async for part in listening:
            found += part
            if found.count(b"\n\n") >= count:
                return found
    return found


async def test_a_listener_gets_a_greeting_and_then_what_happens():
    stream = Stream()
    waiting = asyncio.create_task(frames(stream, 3, hello=b"{}"))
    await asyncio.sleep(0)
    stream.publish("source", b'{"a":1}', facility="f", source="f.s")
    assert await asyncio.wait_for(waiting, 1) == b'retry: 2000\n\nevent: hello\ndata: {}\n\nid: 1\nevent: source\ndata: {"a":1}\n\n'
    assert stream.listeners == 0


async def test_a_listener_that_comes_back_gets_what_it_missed():
    stream = Stream()
    for number in range(5):
        stream.publish("x", b"%d" % number)
    heard = await asyncio.wait_for(frames(stream, 4, after=2), 1)
    assert [line for line in heard.split(b"\n") if line.startswith(b"id")] == [b"id: 3", b"id: 4", b"id: 5"]


@pytest.mark.parametrize("last", [99_999, 3, 0])
async def test_an_id_of_another_life_of_the_centre_replays_all_there_is(last):
    stream = Stream(first=500)
    stream.publish("x", b"0")
    heard = await asyncio.wait_for(frames(stream, 2, after=last), 1)
    assert b"id: 500\n" in heard


async def test_more_than_a_queue_was_missed_and_all_of_it_comes_before_what_is_new():
    stream = Stream()
    for number in range(3 * QUEUE):
        stream.publish("x", b"%d" % number)
    waiting = asyncio.create_task(frames(stream, 3 * QUEUE + 2, after=0))
    await asyncio.sleep(0)
    stream.publish("x", b"new")
    heard = await asyncio.wait_for(waiting, 5)
    assert [int(line[4:]) for line in heard.split(b"\n") if line.startswith(b"id: ")] == list(range(1, 3 * QUEUE + 2))
    assert stream.dropped == 0


async def test_the_ring_is_bounded():
    stream = Stream()
    for _ in range(RING + 10):
        stream.publish("x", b"0")
    assert next(iter(stream.replay(0, Interest()))).id == 11


async def test_a_slow_listener_loses_the_oldest_and_nobody_waits_for_it():
    stream = Stream()
    async with contextlib.aclosing(stream.listen(Interest())) as listening:
        await anext(listening)
        for _ in range(QUEUE + 5):
            stream.publish("x", b"0")
        heard = await anext(listening)
    assert heard.startswith(b"id: 6\n")
    assert stream.dropped == 5


@pytest.mark.parametrize(
    ("interest", "heard"),
    [(Interest(), [1, 2, 3, 4]), (Interest(facility="a"), [1, 2, 4]), (Interest(source="a.1"), [1, 4]), (Interest(facility="z"), [4])],
)
async def test_listeners_get_what_concerns_them(interest, heard):
    stream = Stream()
    stream.publish("x", b"", facility="a", source="a.1")
    stream.publish("x", b"", facility="a", source="a.2")
    stream.publish("x", b"", facility="b", source="b.1")
    stream.publish("x", b"")
    assert [event.id for event in stream.replay(0, interest)] == heard


async def test_silence_is_filled_with_heartbeats():
    stream = Stream()
    async with contextlib.aclosing(stream.listen(Interest(), heartbeat_s=0.01)) as listening:
        await anext(listening)
        assert (await anext(listening)).startswith(b":")


async def test_closing_lets_everybody_go():
    stream = Stream()
    waiting = asyncio.create_task(frames(stream, 10))
    await asyncio.sleep(0.01)
    stream.close()
    await asyncio.wait_for(waiting, 1)
