"""Group commit."""

import asyncio
import threading

import pytest

from tynys.centre.committer import Committer
from tynys.domain.errors import StorageError
from tynys.storage.journal_records import Appended


class SlowJournal:
    """Counts transactions; waits in the first, so that others gather."""

    def __init__(self):
        self.groups = []
        self.gate = threading.Event()
        self.refuse = None

    def append(self, entries):
        self.gate.wait(5)
        if self.refuse in entries:
            raise StorageError("this one cannot be kept")
        self.groups.append(list(entries))
        return [Appended(entry, duplicate=False, conflict=False) for entry in entries]


async def test_many_waiting_requests_share_one_transaction_and_each_gets_its_own_answers():
    journal = SlowJournal()
    committer = Committer(journal)
    waiting = [asyncio.create_task(committer.commit([i * 2, i * 2 + 1])) for i in range(20)]
    await asyncio.sleep(0.05)
    journal.gate.set()
    answers = await asyncio.gather(*waiting)
    assert [[a.position for a in answer] for answer in answers] == [[i * 2, i * 2 + 1] for i in range(20)]
    assert len(journal.groups) <= 2
    await committer.close()


async def test_an_entry_the_store_refuses_costs_only_its_own_request():
    journal = SlowJournal()
    journal.refuse = 3
    committer = Committer(journal)
    waiting = [asyncio.create_task(committer.commit([i])) for i in range(6)]
    await asyncio.sleep(0.05)
    journal.gate.set()
    answers = await asyncio.gather(*waiting, return_exceptions=True)
    assert [isinstance(answer, StorageError) for answer in answers] == [False, False, False, True, False, False]
    await committer.close()


async def test_a_closing_journal_takes_nothing_more_but_finishes_what_waits():
    journal = SlowJournal()
    committer = Committer(journal)
    waiting = asyncio.create_task(committer.commit([1]))
    await asyncio.sleep(0.01)
    journal.gate.set()
    await committer.close()
    assert (await waiting)[0].position == 1
    with pytest.raises(StorageError):
        await committer.commit([2])
