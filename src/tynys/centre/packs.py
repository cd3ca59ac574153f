"""Rule packs as the centre holds them: dated versions, which of them is in force in a window, and how a new one is entered."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from importlib import metadata
from typing import TYPE_CHECKING

from tynys.calc.pack_versions import begins_ms
from tynys.domain.errors import ConfigurationError, NotFoundError
from tynys.law import load_pack
from tynys.storage.registry_rows import RulePackRow
from tynys.storage.shipped_packs import shipped_names, shipped_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tynys.law import RulePack
    from tynys.storage.registry import Registry
    from tynys.storage.registry_rows import RecomputeOrder

APPROVED, WAITING, REPLACED = "approved", "waiting", "replaced"


@dataclass(frozen=True, eq=False)
class PackVersion:
    """One version of a rule pack; its content's digest names it everywhere."""

    row: RulePackRow
    pack: RulePack
    start_ms: int

    @property
    def digest(self) -> str:
        """SHA-256 of the content. [hex]."""
        return self.row.digest

    @property
    def id(self) -> str:
        """The pack a plan names."""
        return self.pack.id

    @property
    def state(self) -> str:
        """Whether windows are computed by it."""
        return self.row.state


def read_version(text: str, where: str, *, by: str, at_ms: int, reason: str, state: str = APPROVED) -> PackVersion:
    """A version from a pack's text, as the strict loader takes it."""
    pack = load_pack(text, where)
    valid_to = pack.valid_to.isoformat() if pack.valid_to is not None else None
    row = RulePackRow(pack.digest().hex(), pack.id, pack.valid_from.isoformat(), valid_to, text, state, by, at_ms, reason)
    return _version(row, pack)


def _version(row: RulePackRow, pack: RulePack) -> PackVersion:
    return PackVersion(row, pack, begins_ms(pack))


class PackBook:
    """Every version of every pack; a set of them as it stands, or as it would with one more."""

    def __init__(self, versions: Iterable[PackVersion] = ()) -> None:
        self._versions = {version.digest: version for version in versions}
        self._order()

    @classmethod
    def of(cls, registry: Registry, held: PackBook | None = None) -> PackBook:
        """What the registry holds; documents that were read before are not read again."""
        known = {version.digest: version for version in held} if held is not None else {}
        rows = registry.rule_packs()
        if held is not None and [version.row for version in known.values()] == rows:
            return held
        return cls(
            replace(known[row.digest], row=row)
            if row.digest in known
            else _version(row, load_pack(row.document, f"rule pack {row.id} of {row.valid_from}"))
            for row in rows
        )

    def _order(self) -> None:
        self._in_force: dict[str, list[PackVersion]] = {}
        for version in sorted(self._versions.values(), key=lambda each: each.start_ms):
            if version.state == APPROVED:
                self._in_force.setdefault(version.id, []).append(version)

    def __iter__(self) -> Iterator[PackVersion]:
        return iter(self._versions.values())

    def all(self) -> list[PackVersion]:
        """Every version: by pack, then by the day it begins."""
        return sorted(self._versions.values(), key=lambda each: (each.id, each.start_ms, each.row.entered_ms))

    def get(self, digest: str) -> PackVersion:
        """The one version whose digest begins so."""
        found = [version for name, version in self._versions.items() if name.startswith(digest.lower())]
        if len(found) != 1 or not digest:
            raise NotFoundError(
                f"{len(found)} versions of rule packs begin with {digest!r}, expected one", code="rule_pack.unknown", hint="give more of it"
            )
        return found[0]

    def check(self, name: str) -> None:
        """Refuse a name that no pack has."""
        if name not in self._in_force:
            known = ", ".join(sorted(self._in_force)) or "none"
            raise ConfigurationError(f"rule pack {name!r} is not known", where="plan.rule_pack", hint=f"The centre has: {known}.")

    def at(self, name: str, time_ms: int) -> PackVersion:
        """The version a window that begins at an instant is computed by.

        It is the last that had come into force; before the first version, the first: a window is never left without a number because
        nobody has entered what holds today, and every average names the version it was made by.
        """
        self.check(name)
        versions = self._in_force[name]
        return versions[max(0, bisect_right(versions, time_ms, key=lambda each: each.start_ms) - 1)]

    def begins(self, name: str) -> list[int]:
        """When each version of a pack comes into force. [ms since 1970 UTC]."""
        return [version.start_ms for version in self._in_force.get(name, ())]

    def replaced(self, version: PackVersion, replaces: str | None) -> PackVersion | None:
        """The version a new one takes the place of, or a refusal: it must be one in force of the same pack."""
        if replaces is None:
            return None
        old = self.get(replaces)
        if old.id != version.id or old.state != APPROVED:
            raise ConfigurationError(
                f"{old.digest[:12]} is a version of {old.id} that is {old.state}", where="replaces",
                hint=f"name a version of {version.id} in force",
            )  # fmt: skip
        return old

    def with_version(self, version: PackVersion, *, replaces: str | None = None) -> PackBook:
        """The book as it would be with this version in force; refused where its days are those of another."""
        old = self.replaced(version, replaces)
        known = self._versions.get(version.digest)
        if known is not None and known.state != WAITING:
            raise ConfigurationError(
                f"this content is entered already, by {known.row.entered_by}, and is {known.state}", where=version.row.digest[:12],
                code="rule_pack.known", hint="a correction differs in at least one value or note",
            )  # fmt: skip
        others = [each for each in self._in_force.get(version.id, ()) if each is not old]
        _no_overlap(version, others)
        kept = {name: each for name, each in self._versions.items() if each is not old}
        if old is not None:
            kept[old.digest] = replace(old, row=replace(old.row, state=REPLACED, replaced_by=version.digest))
        kept[version.digest] = replace(version, row=replace(version.row, state=APPROVED))
        return PackBook(kept.values())


def _no_overlap(new: PackVersion, others: Sequence[PackVersion]) -> None:
    """A version in force ends where the next begins; two for the same day are refused."""
    for other in others:
        first, second = (other, new) if other.pack.valid_from <= new.pack.valid_from else (new, other)
        ends = first.pack.valid_to
        same = first.pack.valid_from == second.pack.valid_from
        if same or (ends is not None and ends > second.pack.valid_from):
            raise ConfigurationError(
                f"{new.id} valid from {new.pack.valid_from} overlaps the version of {other.pack.valid_from} ({other.digest[:12]})",
                where="valid_from",
                code="rule_pack.overlaps",
                hint=f"give it other dates, or let it take that version's place: --replaces {other.digest[:12]}",
            )


def enter_shipped(registry: Registry, now_ms: int) -> list[PackVersion]:
    """Enter the packs this program comes with; those new to the registry.

    A pack the registry has never heard of is in force at once; another content of one it has waits for a person, so that a newer
    program never changes a number by itself.
    """
    rows = registry.rule_packs()
    known, names, entered = {row.digest for row in rows}, {row.id for row in rows}, []
    program = f"tynys {metadata.version('tynys')}"
    for name in shipped_names():
        text = shipped_text(name) or ""
        version = read_version(text, f"{name}.toml", by=program, at_ms=now_ms, reason="comes with the program")
        if version.digest in known:
            continue
        state = WAITING if version.id in names else APPROVED
        registry.put_rule_pack(replace(version.row, state=state))
        entered.append(version)
    return entered


def enter(registry: Registry, version: PackVersion, *, replaces: str | None, orders: Sequence[RecomputeOrder]) -> None:
    """Put a version in force, with what it makes be computed again, in one transaction."""
    old = PackBook.of(registry).replaced(version, replaces)
    registry.put_rule_pack(replace(version.row, state=APPROVED), replaces=old.digest if old is not None else None, orders=orders)
