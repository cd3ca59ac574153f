"""From a request's bytes to a signed reply: bounded, verified, decoded once, durable, and only then acknowledged."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from tynys.domain.errors import SignatureError, StorageError, TynysError, WireError
from tynys.storage.journal_records import JournalEntry
from tynys.wire.chain import ChainVerdict
from tynys.wire.compression import LIMIT, decompress_bounded
from tynys.wire.envelope import open_envelope, unpack_request
from tynys.wire.payload import payload_hash
from tynys.wire.receipts import Outcome, Receipt, Reply, seal_reply

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tynys.centre.chains import Chains
    from tynys.centre.committer import Committer
    from tynys.centre.gateways import Gateway, Gateways
    from tynys.centre.state import State
    from tynys.domain.batch import Batch
    from tynys.storage.journal import Appended, Journal
    from tynys.wire.clock import Clock
    from tynys.wire.envelope import Envelope
    from tynys.wire.keys import SigningKey

NOBODY = UUID(int=0)
CELLS_AT_ONCE = 500_000
"""Readings decoded before they are stored and the next batches of a request are opened."""
CELLS_PER_RECORD = 16
"""A decoded average or small record takes about the memory of this many readings."""
MOST_IN_MEMORY = 6_000_000
"""Readings not in the lake yet, above which senders of recorded data are made to wait."""
MOST_REPORTED = 20_000
"""Averages of plants not taken yet, above which every sender is made to wait."""
PAUSE_S, MOST_PAUSES = 0.05, 200


@dataclass(frozen=True, slots=True)
class Opened:
    """A batch whose signature held, or the reason it is refused."""

    envelope: Envelope
    hash: bytes
    batch: Batch | None
    gateway: Gateway | None
    reason: str = ""


class Intake:
    """Takes requests of gateways; decoding runs in one thread, so that neither loop nor memory suffers."""

    def __init__(
        self, *, gateways: Gateways, state: State, chains: Chains, journal: Journal, committer: Committer, key: SigningKey, clock: Clock
    ) -> None:
        self._gateways, self._state, self._chains, self._journal, self._committer = gateways, state, chains, journal, committer
        self._key, self._clock = key, clock
        self._decoding = ThreadPoolExecutor(1, thread_name_prefix="decode")
        self.requests = 0
        self.refused = 0
        self.latency_s: deque[float] = deque(maxlen=1024)

    async def take(self, body: bytes) -> bytes:
        """Handle one request's compressed body; the signed reply. Raises `WireError` if the body as a whole is malformed."""
        began = time.perf_counter()
        loop = asyncio.get_running_loop()
        envelopes = await loop.run_in_executor(self._decoding, lambda: unpack_request(decompress_bounded(body, LIMIT)))
        receipts: list[Receipt] = []
        senders: dict[UUID, Gateway] = {}
        while len(receipts) < len(envelopes):
            opened = await loop.run_in_executor(self._decoding, self._open_some, envelopes, len(receipts))
            receipts.extend(await asyncio.shield(self._store(opened)))
            senders.update((each.gateway.id, each.gateway) for each in opened if each.batch is not None and each.gateway is not None)
            await self._room(senders.values())
        wanted = [each for gateway in senders.values() for each in self._chains.wanted(gateway)]
        reply = Reply(self._clock.now_ms(), self._journal.incarnation, tuple(receipts), tuple(wanted))
        self.requests += 1
        self.latency_s.append(time.perf_counter() - began)
        return seal_reply(reply, self._key)

    async def _store(self, opened: Sequence[Opened]) -> list[Receipt]:
        """Commit what was opened and work it in; whoever asked may be gone by then, what is durable must be known all the same."""
        good = [each for each in opened if each.batch is not None]
        received_ms = self._clock.now_ms()
        appended = await self._committer.commit([_entry(each, received_ms) for each in good])
        return self._receipts(opened, dict(zip(map(id, good), appended, strict=True)), received_ms)

    async def _room(self, senders: Iterable[Gateway]) -> None:
        """Let the recorded past wait while much of it is still on its way to the lake, and everybody while averages pile up."""
        live = any(gateway.live for gateway in senders)
        for _ in range(MOST_PAUSES):
            if len(self._state.reported) <= MOST_REPORTED and (live or self._state.tail.rows <= MOST_IN_MEMORY):
                return
            await asyncio.sleep(PAUSE_S)

    def close(self) -> None:
        """End the decoding thread."""
        self._decoding.shutdown(wait=True, cancel_futures=True)

    def _open_some(self, envelopes: Sequence[Envelope], start: int) -> list[Opened]:
        """Open envelopes from ``start`` on until enough readings are decoded: a request's batches are never all in memory at once."""
        opened: list[Opened] = []
        cells = 0
        for envelope in envelopes[start:]:
            opened.append(self._open_one(envelope))
            batch = opened[-1].batch
            cells += _weight(batch) if batch is not None else 0
            if cells >= CELLS_AT_ONCE:
                break
        return opened

    def _open_one(self, envelope: Envelope) -> Opened:
        """Verify and decode one envelope; what is wrong with it costs only itself."""
        digest = payload_hash(envelope.payload)
        gateway = None
        try:
            header = envelope.header()
            gateway = self._gateways.find(header.gateway)
            if gateway is None:
                raise SignatureError(f"gateway {header.gateway} is not enrolled", code="gateway.unknown")
            key = gateway.keys.get(envelope.key_id)
            if key is None:
                raise SignatureError(f"key {envelope.key_id} is not a key of gateway {gateway.id}", code="key.unknown")
            if key.revoked and not self._journal.followed(gateway.id, digest):
                raise SignatureError(f"key {envelope.key_id} of gateway {gateway.id} is revoked", code="key.revoked")
            batch = open_envelope(envelope, key.verify)
            self._state.check_owner(gateway, batch)
        except TynysError as problem:
            self._state.refused(gateway, problem, self._clock.now_ms())
            return Opened(envelope, digest, None, gateway, f"{problem.error_code}: {problem.message}")
        return Opened(envelope, digest, batch, gateway)

    def _receipts(self, opened: Sequence[Opened], stored: dict[int, Appended], received_ms: int) -> list[Receipt]:
        """A receipt per envelope, in order; stored batches are worked into the state on the way."""
        receipts = []
        for each in opened:
            where = stored.get(id(each))
            if where is None or each.batch is None or each.gateway is None:
                self.refused += 1
                receipts.append(self._refusal(each))
                continue
            batch, verdict = each.batch, None
            if where.conflict:
                self._state.equivocation(each.gateway, batch, where.position, received_ms)
            elif not where.duplicate:
                self._state.work_in(each.gateway, batch, where.position, received_ms)
            if not where.conflict:
                verdict = self._chains.judge(each.gateway, batch, each.hash)
            outcome = Outcome.REFUSED if where.conflict else Outcome.DUPLICATE if where.duplicate else Outcome.STORED
            receipts.append(
                Receipt(
                    batch.gateway,
                    batch.epoch,
                    batch.seq,
                    each.hash,
                    outcome,
                    ChainVerdict.FORK if where.conflict else verdict,
                    where.position,
                    "chain.conflict: another batch holds this number; both are kept" if where.conflict else "",
                    self._state.plan_known(each.gateway),
                )
            )
        return receipts

    @staticmethod
    def _refusal(each: Opened) -> Receipt:
        try:
            header = each.envelope.header()
        except WireError:
            return Receipt(NOBODY, NOBODY, 0, each.hash, Outcome.REFUSED, None, 0, each.reason, plan_known=False)
        return Receipt(header.gateway, header.epoch, header.seq, each.hash, Outcome.REFUSED, None, 0, each.reason, plan_known=False)


def _weight(batch: Batch) -> int:
    """How much memory a decoded batch takes, in readings."""
    records = (batch.averages, batch.events, batch.zero_span_checks, batch.parameters, batch.losses, batch.unknown)
    return sum(len(block) for block in batch.readings) + CELLS_PER_RECORD * sum(map(len, records))


def _entry(opened: Opened, received_ms: int) -> JournalEntry:
    batch = opened.batch
    if batch is None:
        raise StorageError("only opened batches are stored")
    return JournalEntry(
        gateway=batch.gateway,
        epoch=batch.epoch,
        seq=batch.seq,
        hash=opened.hash,
        previous_hash=batch.previous_hash,
        key_id=opened.envelope.key_id,
        signature=opened.envelope.signature,
        payload=opened.envelope.payload,
        received_ms=received_ms,
        span_start_ms=batch.span_start_ms,
        span_end_ms=batch.span_end_ms,
        readings_from_ms=min((block.start_ms for block in batch.readings), default=0),
        readings_to_ms=max((block.start_ms + block.interval_ms * (len(block) - 1) for block in batch.readings), default=0),
    )
