"""What can be done to a centre from beside it: codes, approvals, revocations, the lake made again, its state asked."""

from __future__ import annotations

import contextlib
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from tynys.centre import proposal as proposing
from tynys.centre.lake_process import Simulated, lake_batches
from tynys.centre.plans import WAITING, PlanBook
from tynys.centre.settings import find_folder, load_settings
from tynys.domain.errors import ConfigurationError, NotFoundError, StorageError
from tynys.storage.journal_read import JournalReader
from tynys.storage.lake_writer import LakeWriter
from tynys.storage.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tynys.storage.lake_writer import LakeBatch
    from tynys.storage.registry_rows import RulePackRow

ROLES = ("live", "history")
BY = "administrator"
DAY_MS = 86_400_000
GROUP = 256


def make_code(path: Path, *, facility: str, role: str, simulated: bool, days: int = 7) -> str:
    """A one-time enrolment code."""
    if role not in ROLES:
        raise ConfigurationError(f"expected the role live or history, got {role!r}", where="--role")
    now_ms = _now_ms()
    with _registry(path) as registry:
        return registry.create_code(facility, role, simulated=simulated, expires_ms=now_ms + days * DAY_MS, made_ms=now_ms, by=BY)


def approve(path: Path, digest: str | None, *, all_simulated: bool, by: str = BY, reason: str = "") -> list[str]:
    """Approve one plan by (the beginning of) its digest, or all waiting simulated ones; a line for each."""
    with _registry(path) as registry:
        book = PlanBook(registry)
        if all_simulated:
            chosen = [plan for plan in book.all() if plan.simulated and plan.state == WAITING]
        elif digest:
            chosen = [plan for plan in book.all() if plan.digest.startswith(digest.lower())]
        else:
            raise ConfigurationError("expected a digest, or --all-simulated", hint="tynys centre status and /api/v1/plans show the digests")
        if not all_simulated and len(chosen) != 1:
            raise NotFoundError(f"{len(chosen)} plans begin with {digest!r}, expected one", where="digest", hint="give more of it")
        for plan in chosen:
            book.decide(plan.digest, approved=True, by=by, at_ms=_now_ms(), reason=reason)
        return [f"approved {plan.facility} {plan.digest}" for plan in chosen] or ["nothing waits"]


def add_pack(path: Path, pack: str, *, replaces: str | None, by: str, reason: str) -> list[str]:
    """Enter a version of a rule pack, from a file or one that waits; a line for what it is and for what is computed again."""
    with _registry(path) as registry:
        book = PlanBook(registry)
        version = proposing.find_pack(book, pack, Path(pack), by=by, at_ms=_now_ms(), reason=reason)
        proposal = proposing.of_pack(book, version, replaces=replaces)
        proposal.accept(registry, book, by=by, at_ms=_now_ms(), reason=reason)
        again = [f"computed again: {', '.join(order.sources)}" for order in proposal.orders]
        return [f"entered {version.id} valid from {version.row.valid_from} {version.digest}", *again]


def pack_versions(path: Path) -> list[RulePackRow]:
    """Every version of every rule pack of a centre."""
    with _registry(path) as registry:
        return [version.row for version in PlanBook(registry).packs.all()]


def revoke(path: Path, key_id: str, reason: str) -> None:
    """Trust a key no longer; a running centre refuses its batches within a second."""
    with _registry(path) as registry:
        registry.revoke_key(key_id, _now_ms(), BY, reason)


def rebuild(path: Path, *, progress: Callable[[int, int], None]) -> int:
    """Make the lake's readings again from the journal; how many rows there are."""
    folder = find_folder(path)
    reader = JournalReader(folder.journal)
    incarnation = reader.incarnation
    if incarnation is None or reader.last_position == 0:
        raise StorageError("the journal is empty", where=str(folder.journal), hint="there is nothing to make a lake of")
    with _registry(path) as registry, LakeWriter(folder.lake, incarnation, adopt=True) as writer:
        rows = writer.rebuild(_all_batches(reader, Simulated(registry), progress))
    reader.close()
    return rows


def ask_status(path: Path) -> dict[str, Any]:
    """Health, gateways and waiting plans of the running centre."""
    folder = find_folder(path)
    try:
        running = json.loads(folder.running.read_text(encoding="utf-8"))
        with httpx.Client(base_url=running["public_url"], timeout=5.0) as client:
            health, gateways, plans = (client.get(f"/api/v1/{what}").raise_for_status().json() for what in ("health", "gateways", "plans"))
            waiting = [plan for plan in plans["items"] if plan["state"] == "waiting"]
            again = client.get("/api/v1/recomputations").raise_for_status().json()["items"]
            open_ = [each for each in again if each["state"] != "done"]
            return {"health": health, "gateways": gateways["items"], "plans_waiting": waiting, "recomputations": open_, **running}
    except (OSError, KeyError, ValueError, httpx.HTTPError) as problem:
        raise NotFoundError(
            "the centre is not running", where=str(folder.root), code="centre.not_running", hint=f"start it: tynys centre run {path}"
        ) from problem


def _all_batches(reader: JournalReader, simulated: Simulated, progress: Callable[[int, int], None]) -> Iterator[LakeBatch]:
    last = reader.last_position
    for batch in lake_batches(reader.read(0, last), simulated):
        yield batch
        if batch.position % GROUP == 0 or batch.position == last:
            progress(batch.position, last)


@contextlib.contextmanager
def _registry(path: Path) -> Iterator[Registry]:
    """The registry of a folder, open for a while."""
    folder = find_folder(path)
    registry = Registry.open(folder.registry_url(load_settings(folder)))
    try:
        yield registry
    finally:
        registry.close()


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
