"""The shared clock and the wall clock."""

from __future__ import annotations

import asyncio
import contextlib
import time

import pytest

from tynys.domain.errors import ConfigurationError, MalformedError, WireError
from tynys.wire.clock import SharedClock, WallClock, open_clock
from tynys.wire.clock_frames import Done, FrameDecoder, Join, encode_frame
from tynys.wire.clock_server import ClockServer

START = 1_767_225_600_000


@contextlib.asynccontextmanager
async def served(**settings):
    server = ClockServer(START, settings.pop("speed", 1e6), **settings)
    url = await server.listen()
    try:
        yield server, url
    finally:
        await server.stop()


async def walk_to(clock, last_ms):
    async for t in clock.ticks(1000):
        if t >= last_ms:
            break


async def test_rank_one_sees_an_instant_only_after_rank_zero_is_done_with_it():
    seen: list[tuple[str, int]] = []

    async def walk(clock, name, pause_s):
        async for t in clock.ticks(1000):
            await asyncio.sleep(pause_s)
            seen.append((name, t - START))
            if t >= START + 3000:
                break

    async with served(expected=["plant", "gateway"]) as (server, url):
        plant = await open_clock(url, name="plant", rank=0)
        gateway = await open_clock(url, name="gateway", rank=1)
        listener = await open_clock(url, name="centre")
        await server.ready()
        server.start()
        await asyncio.gather(walk(plant, "plant", 0.005), walk(gateway, "gateway", 0))
        await listener.sleep_until(START + 3000)
        assert listener.now_ms() >= START + 3000
    assert seen == [(name, t) for t in (0, 1000, 2000, 3000) for name in ("plant", "gateway")]


async def test_an_instant_announced_before_the_loop_began_is_not_lost():
    async with served(expected=["plant"]) as (server, url):
        plant = await open_clock(url, name="plant", rank=0)
        await server.ready()
        server.start()
        await asyncio.sleep(0.05)
        async for t in plant.ticks(1000):
            assert t == START
            break


async def test_two_loops_of_one_participant_both_finish_before_time_moves():
    order: list[str] = []

    async with served(expected=["gateway"]) as (server, url):
        gateway = await open_clock(url, name="gateway", rank=1)
        await server.ready()

        async def poll():
            async for t in gateway.ticks(1000):
                order.append(f"poll {t - START}")
                if t == START + 4000:
                    break

        async def seal():
            async for t in gateway.ticks(2000):
                await asyncio.sleep(0.01)
                order.append(f"seal {t - START}")
                if t == START + 4000:
                    break

        tasks = asyncio.gather(poll(), seal())
        await asyncio.sleep(0)
        server.start()
        await tasks
    assert order == ["poll 0", "seal 0", "poll 1000", "poll 2000", "seal 2000", "poll 3000", "poll 4000", "seal 4000"]


async def test_a_participant_that_leaves_or_breaks_off_is_no_longer_waited_for():
    async with served(expected=["a", "b", "c"]) as (server, url):
        a, b, c = [await open_clock(url, name=name, rank=0) for name in "abc"]
        await server.ready()
        server.start()
        async for _ in b.ticks(1000):
            break
        assert isinstance(c, SharedClock)
        await c.close()
        count = 0
        async for _ in a.ticks(1000):
            count += 1
            if count == 5:
                break
        assert "c" not in server.participants


async def test_a_stuck_participant_is_dropped_and_told():
    async with served(expected=["good", "stuck"], warn_after_s=0.05, drop_after_s=0.1) as (server, url):
        good = await open_clock(url, name="good", rank=0)
        stuck = await open_clock(url, name="stuck", rank=0)
        await server.ready()
        server.start()
        await walk_to(good, START + 2000)
        with pytest.raises(WireError, match="clock server closed the line"):
            await walk_to(stuck, START + 9_000)


async def test_loops_end_quietly_when_the_run_is_over():
    async with served(expected=["plant"]) as (server, url):
        plant = await open_clock(url, name="plant", rank=0)
        await server.ready()
        server.start()
        asyncio.get_running_loop().call_later(0.05, lambda: asyncio.ensure_future(server.stop()))
        count = 0
        async for _ in plant.ticks(1000):
            count += 1
        assert count > 1


async def test_speed_is_a_ceiling():
    async with served(speed=100.0) as (server, url):
        plant = await open_clock(url, name="plant", rank=0)
        began = time.monotonic()
        server.start()
        async for t in plant.ticks(1000):
            if t == START + 20_000:
                break
        assert time.monotonic() - began >= 0.19


async def test_ten_participants_keep_more_than_two_hundred_instants_a_second():
    async with served(expected=[str(i) for i in range(10)]) as (server, url):
        clocks = [await open_clock(url, name=str(i), rank=i % 2) for i in range(10)]
        await server.ready()
        server.start()
        await asyncio.wait_for(asyncio.gather(*(walk_to(clock, START + 400_000) for clock in clocks)), 30)
        assert server.speed_reached > 1


async def test_the_wall_clock_yields_missed_instants_in_order():
    clock = WallClock()
    seen = []
    async for t in clock.ticks(20):
        seen.append(t)
        if len(seen) == 1:
            await asyncio.sleep(0.09)
        if len(seen) == 6:
            break
    assert seen == list(range(seen[0], seen[0] + 120, 20))
    assert all(t % 20 == 0 for t in seen)


async def test_after_a_step_of_a_year_the_wall_clock_does_not_go_through_every_second_of_it():
    wall = [1000.0]
    clock = WallClock(wall=lambda: wall[0], monotonic=lambda: wall[0])
    seen, late = [], []
    async for t in clock.ticks(1000):
        seen.append(t)
        late.append(clock.late_ms)
        wall[0] += 366 * 86_400 if len(seen) == 1 else 1
        if len(seen) == 4:
            break
    year_ms = 366 * 86_400_000
    assert seen == [1_000_000, 1_001_000, 1_000_000 + year_ms, 1_001_000 + year_ms]
    assert late[1] > 3_600_000 > max(late[2:]), "one late instant tells the gateway that it missed some"


def test_the_wall_clock_never_runs_backwards_and_takes_a_step_forward():
    wall, mono = [1000.0], [0.0]
    clock = WallClock(wall=lambda: wall[0], monotonic=lambda: mono[0])
    before = clock.now_ms()
    wall[0], mono[0] = 1000.0 - 3600, 1.0
    after = clock.now_ms()
    assert before < after <= before + 1000
    assert clock.disagreement_ms < -3_600_000
    wall[0] = 1000.0 + 7200
    assert clock.now_ms() == 8_200_000


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "tcp://127.0.0.1", "nonsense"])
async def test_a_wrong_clock_url_is_named(url):
    with pytest.raises(ConfigurationError, match="expected tcp://host:port"):
        await open_clock(url, name="x")


async def test_an_absent_clock_server_is_named():
    with pytest.raises(WireError, match="no clock server answers"):
        await open_clock("tcp://127.0.0.1:9", name="x")


def test_frames_arrive_in_any_pieces_and_nonsense_is_refused():
    data = encode_frame(Join("plant", 0)) + encode_frame(Done(5))
    decoder = FrameDecoder()
    frames = [frame for byte in data for frame in decoder.feed(bytes([byte]))]
    assert frames == [Join("plant", 0), Done(5)]
    with pytest.raises(MalformedError):
        FrameDecoder().feed(b'{"is":"join"}\n')
    with pytest.raises(MalformedError):
        FrameDecoder().feed(b"x" * 5000)
