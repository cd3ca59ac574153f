"""Every revision of an average with why it came: later readings, another plan, another version of the rule pack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tynys.centre.views import RevisionView
from tynys.domain.average import Origin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tynys.centre.parts import Parts
    from tynys.domain.average import Average
    from tynys.storage.registry_rows import Recomputation


def revisions_of(centre: Parts, source: str, component: str, period: str, start_ms: int) -> list[RevisionView]:
    """The computed revisions, oldest first; for a thread."""
    rows = [row for row in centre.averages.revisions(source, component, period, start_ms) if row.origin is Origin.COMPUTED]
    plan = centre.plans.of_source(source, start_ms)
    asked = centre.registry.recomputations(facility=plan.facility) if len(rows) > 1 and plan is not None else []
    return list(_told(rows, asked))


def _told(rows: list[Average], asked: list[Recomputation]) -> Iterator[RevisionView]:
    for before, row in zip([None, *rows], rows, strict=False):
        cause, subject = _cause(before, row)
        order = next((each for each in asked if each.order.subject == subject), None) if subject else None
        by, reason = (order.requested_by, order.reason) if order is not None else ("", "")
        yield RevisionView(row.value, row.unit, row.status.value, row.known_ms, cause, by, reason)


def _cause(before: Average | None, row: Average) -> tuple[str, str]:
    """What is new in a revision, and the digest of what brought it."""
    if before is None:
        return "first", ""
    if before.rule_pack_digest != row.rule_pack_digest:
        return "rule_pack", row.rule_pack_digest
    if before.configuration != row.configuration:
        return "plan", row.configuration
    return "readings", ""
