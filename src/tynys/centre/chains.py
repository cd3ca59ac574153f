"""The chains of gateways: the verdict on each batch, what is missing, and what to ask for again."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from uuid import UUID

from tynys.wire.chain import ChainVerdict, Link, judge
from tynys.wire.receipts import Wanted

if TYPE_CHECKING:
    from tynys.centre.checks import Findings
    from tynys.centre.gateways import Gateway
    from tynys.domain.batch import Batch
    from tynys.storage.journal import ChainFacts, Journal

WANTED_AFTER_S = 10.0
"""A gap this old is asked for: batches that merely overtook each other have arrived by then. [s]"""
MOST_WANTED = 16
"""Ranges asked for in one reply."""
FAR = 2**53
"""Later than any number of an epoch."""
_OTHER_EPOCH = UUID(int=0)


class Chains:
    """Judges batches after they are stored; a verdict is given again when a predecessor arrives."""

    def __init__(self, journal: Journal, findings: Findings) -> None:
        self._journal, self._findings = journal, findings

    def judge(self, gateway: Gateway, batch: Batch, digest: bytes) -> ChainVerdict:
        """The verdict on a stored batch; the gateway's standing moves with it."""
        facts = self._journal.chain_facts(gateway.id, batch.epoch, batch.seq, batch.previous_hash, digest)
        verdict = _verdict(batch, digest, facts)
        gateway.unlinked.pop(digest, None)
        if verdict is ChainVerdict.FORK:
            gateway.forked = True
            self._findings.report("LINE-FORK", gateway.facility, batch.sealed_ms, once=str(batch.epoch), gateway=str(gateway.id))
        if verdict is ChainVerdict.GAP_BEFORE:
            gateway.gap_since_s = gateway.gap_since_s or time.monotonic()
            if batch.seq == 1:
                gateway.unlinked[batch.previous_hash] = batch.epoch
        elif gateway.gap_since_s is not None and not gateway.unlinked and not self._journal.missing(gateway.id):
            gateway.gap_since_s = None
        standing = ChainVerdict.GAP_BEFORE if gateway.gap_since_s is not None else verdict
        gateway.chain = (ChainVerdict.FORK if gateway.forked else standing).value
        return verdict

    def missing(self, gateway: Gateway) -> int:
        """How many batches are known to be missing."""
        return sum(each.to_seq - each.from_seq + 1 for each in self._journal.missing(gateway.id)) + len(gateway.unlinked)

    def wanted(self, gateway: Gateway) -> list[Wanted]:
        """Batches to ask for again, once the gap is no mere overtaking."""
        if gateway.gap_since_s is None or time.monotonic() - gateway.gap_since_s < WANTED_AFTER_S:
            return []
        ranges = [Wanted(each.epoch, each.from_seq, each.to_seq) for each in self._journal.missing(gateway.id)]
        for epoch in gateway.unlinked.values():
            earlier = [head for head in self._journal.heads(gateway.id) if head.epoch.bytes < epoch.bytes]
            if earlier:
                newest = max(earlier, key=lambda head: head.epoch.bytes)
                ranges.append(Wanted(newest.epoch, newest.seq + 1, FAR))
        return ranges[:MOST_WANTED]


def _verdict(batch: Batch, digest: bytes, facts: ChainFacts) -> ChainVerdict:
    predecessor = None
    if facts.predecessor_hash is not None and facts.predecessor_hash == batch.previous_hash:
        predecessor = Link(batch.epoch, batch.seq - 1, batch.previous_hash, b"")
    elif facts.previous_position is not None:
        predecessor = Link(_OTHER_EPOCH, 0, batch.previous_hash, b"")
    siblings = [Link(_OTHER_EPOCH, 0, b"", batch.previous_hash)] if facts.siblings else []
    return judge(Link(batch.epoch, batch.seq, digest, batch.previous_hash), predecessor=predecessor, siblings=siblings)
