"""What is durable is worked in, whatever becomes of the one who sent it."""

import asyncio

import pytest
from centre_support import TinyGateway, make_configuration

from tynys.wire.compression import compress
from tynys.wire.envelope import pack_request


async def test_a_batch_whose_sender_went_away_before_the_answer_is_worked_in_all_the_same(centre, monkeypatch):
    gateway, committer = TinyGateway(), centre.centre.committer
    await centre.enrol(gateway)
    commit, durable, go_on = committer.commit, asyncio.Event(), asyncio.Event()

    async def slow(entries):
        appended = await commit(entries)
        durable.set()
        await go_on.wait()
        return appended

    monkeypatch.setattr(committer, "commit", slow)
    body = compress(pack_request([gateway.seal(configuration=make_configuration())]))
    asked = asyncio.create_task(centre.centre.intake.take(body))
    await durable.wait()
    asked.cancel()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await asked
    await centre.until(lambda: centre.centre.state.position == centre.centre.journal.last_position == 1)
