"""The pool that computes averages outlives its processes."""

import asyncio
import os
import signal
from importlib.resources import files

from centre_support import make_configuration

from tynys.centre.kernel_job import Job, Product
from tynys.centre.recompute import Recompute


async def test_two_pieces_of_work_that_lose_their_process_share_one_new_pool():
    recompute = Recompute(workers=1, jobs=None, averages=None, outbox=None, made=None, failed=None)
    configuration = make_configuration()
    pack = files("tynys.law").joinpath("packs", "kz.toml").read_text("utf-8")
    job = Job(configuration.digest().hex(), configuration.encode(), (), {}, (), 0, simulated=True, pack=("kz", pack))
    made, new_pool = [], recompute._new_pool

    def counted():
        made.append(new_pool())
        return made[-1]

    recompute._new_pool = counted
    first = recompute._pool
    pid = await asyncio.wrap_future(first.submit(os.getpid))
    both = [asyncio.create_task(recompute._in_pool(job)) for _ in range(2)]
    os.kill(pid, signal.SIGKILL)
    assert await asyncio.gather(*both) == [Product(b"", b"")] * 2
    assert len(made) <= 1
    await recompute.close()
    first.shutdown()
