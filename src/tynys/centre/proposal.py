"""What somebody is about to decide: plans to approve or a version of a rule pack to enter, what it touches, and how it is accepted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tynys.centre import packs as packing
from tynys.centre.basis import Basis, basis_of, timeline
from tynys.centre.effect import orders, touched
from tynys.centre.packs import read_version
from tynys.centre.plans import APPROVED, WAITING, Plan
from tynys.domain.configuration import FacilityConfiguration
from tynys.domain.consistency import check_configuration
from tynys.domain.document import load_json, load_toml
from tynys.domain.errors import ConfigurationError, NotFoundError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tynys.centre.packs import PackBook, PackVersion
    from tynys.centre.plans import PlanBook
    from tynys.storage.registry import Registry
    from tynys.storage.registry_rows import RecomputeOrder


@dataclass(frozen=True, slots=True)
class Proposal:
    """A decision not taken yet.

    ``basis`` tells what a window would be computed by after it; ``plans`` and ``pack`` are what is accepted: a configuration no gateway
    has sent is none of them and can only be looked at.
    """

    what: str
    orders: tuple[RecomputeOrder, ...]
    basis: Callable[[str, int], Basis | None]
    plans: tuple[str, ...] = ()
    pack: PackVersion | None = None
    replaces: str | None = None

    def accept(self, registry: Registry, book: PlanBook, *, by: str, at_ms: int, reason: str) -> list[int]:
        """Take the decision; the numbers of the recomputations it asks for."""
        if not self.plans and self.pack is None:
            raise RefusedError(
                "only a gateway's signed configuration can be approved", where=self.what,
                hint="let the plant send it, then name its digest: --plan DIGEST", code="plan.not_sent",
            )  # fmt: skip
        last = max((each.id for each in registry.recomputations()), default=0)
        if self.pack is not None:
            row = replace(self.pack.row, entered_by=by, entered_ms=at_ms, reason=reason)
            packing.enter(registry, replace(self.pack, row=row), replaces=self.replaces, orders=self.orders)
        for digest in self.plans:
            book.decide(digest, approved=True, by=by, at_ms=at_ms, reason=reason)
        return [each.id for each in registry.recomputations() if each.id > last]


def of_plans(book: PlanBook, chosen: Sequence[Plan], *, sent: bool = True) -> Proposal:
    """Approving some plans."""
    after = {facility: book.of_facility(facility) for facility in {plan.facility for plan in chosen}}
    again: list[RecomputeOrder] = []
    for facility, mine in after.items():
        decided = [replace(plan, state=APPROVED) for plan in chosen if plan.facility == facility]
        digests = {plan.digest for plan in decided}
        after[facility] = [*(plan for plan in mine if plan.digest not in digests), *decided]
        found = touched(timeline(mine, book.packs), timeline(after[facility], book.packs))
        again += orders(facility, found, cause="plan", subject=decided[-1].digest)
    what = ", ".join(f"plan {plan.configuration.plan.id} of {plan.facility} ({plan.digest[:12]})" for plan in chosen)
    digests_sent = tuple(plan.digest for plan in chosen) if sent else ()
    return Proposal(what, tuple(again), lambda facility, at_ms: basis_of(after[facility], book.packs, at_ms), digests_sent)


def waiting(book: PlanBook) -> list[Plan]:
    """Plans that wait for a person."""
    return [plan for plan in book.all() if plan.state == WAITING]


def of_digest(book: PlanBook, beginning: str) -> Proposal:
    """Approving the one plan whose digest begins so."""
    found = [plan for plan in book.all() if plan.digest.startswith(beginning.lower())]
    if len(found) != 1 or not beginning:
        raise NotFoundError(f"{len(found)} plans begin with {beginning!r}, expected one", where="--plan", hint="give more of it")
    return of_plans(book, found)


def of_file(book: PlanBook, file: Path, now_ms: int) -> Proposal:
    """Approving the configuration of a file; it can be accepted if a gateway has sent the very same."""
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise ConfigurationError(f"cannot be read: {problem}", where=str(file)) from problem
    configuration = (load_toml if file.suffix == ".toml" else load_json)(text, FacilityConfiguration, str(file))
    if problems := check_configuration(configuration):
        raise ConfigurationError(str(problems[0]), where=str(file), hint="tynys plant check names them all", code="plan.inconsistent")
    book.packs.check(configuration.plan.rule_pack)
    digest, document = configuration.digest().hex(), configuration.encode()
    known = next((plan for plan in book.all() if plan.digest == digest), None)
    if known is not None:
        return of_plans(book, [known])
    mine = book.of_facility(configuration.facility.id)
    if not mine:
        raise NotFoundError(f"no gateway of {configuration.facility.id!r} has sent a configuration yet", where=str(file))
    return of_plans(book, [Plan(digest, document, configuration, WAITING, mine[-1].simulated, now_ms)], sent=False)


def of_pack(book: PlanBook, version: PackVersion, *, replaces: str | None) -> Proposal:
    """Entering a version of a rule pack."""
    after: PackBook = book.packs.with_version(version, replaces=replaces)
    again = book.orders_of_pack(after, version.digest)
    what = f"rule pack {version.id} valid from {version.pack.valid_from} ({version.digest[:12]})"

    def basis(facility: str, at_ms: int) -> Basis | None:
        return basis_of(book.of_facility(facility), after, at_ms)

    return Proposal(what, tuple(again), basis, pack=version, replaces=replaces)


def find_pack(book: PlanBook, name: str, file: Path, *, by: str, at_ms: int, reason: str) -> PackVersion:
    """A version from a file, or one that waits at the centre, by the beginning of its digest."""
    if file.is_file():
        try:
            return read_version(file.read_text("utf-8"), str(file), by=by, at_ms=at_ms, reason=reason)
        except UnicodeDecodeError as problem:
            raise ConfigurationError("expected UTF-8 text", where=str(file)) from problem
    return book.packs.get(name)
