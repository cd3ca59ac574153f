"""Rule packs as dated records, and what decisions ask to be computed again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlalchemy import insert, select, update

from tynys.domain.errors import NotFoundError
from tynys.storage import registry_audit as auditing
from tynys.storage.registry_base import RegistryPart
from tynys.storage.registry_model import recomputations, rule_packs
from tynys.storage.registry_rows import Recomputation, RecomputeOrder, RulePackRow

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from sqlalchemy import Connection, Row

REPLACED = "replaced"


def put_orders(connection: Connection, orders: Sequence[RecomputeOrder], *, by: str, at_ms: int, reason: str) -> None:
    """Ask for windows to be computed again, in the transaction of the decision that touches them."""
    for order in orders:
        key = connection.execute(
            insert(recomputations).values(
                facility=order.facility, sources=json.dumps(order.sources), spans=json.dumps(order.spans), channels=order.channels,
                cause=order.cause, subject=order.subject, requested_by=by, requested_ms=at_ms, reason=reason,
                days=0, windows=0, revised=0,
            )
        ).inserted_primary_key  # fmt: skip
        detail = {"recomputation": key[0] if key else 0, "cause": order.cause, "subject": order.subject, "sources": list(order.sources)}
        auditing.append(connection, "recomputation.requested", order.facility, by, at_ms, detail)


class Recomputations(RegistryPart):
    """Rule packs and recomputations of the registry."""

    def rule_packs(self) -> list[RulePackRow]:
        """Every version of every pack, in the order they were entered."""
        return [RulePackRow(*tuple(row)) for row in self._all(select(rule_packs).order_by(rule_packs.c.entered_ms, rule_packs.c.digest))]

    def put_rule_pack(self, row: RulePackRow, *, replaces: str | None = None, orders: Sequence[RecomputeOrder] = ()) -> None:
        """Enter a version, or decide about one that waits; the version it takes the place of stays readable, and is used no longer."""
        values = {name: getattr(row, name) for name in rule_packs.c.keys()}  # noqa: SIM118 - a column collection yields columns
        with self._engine.begin() as connection:
            known = connection.execute(select(rule_packs.c.digest).where(rule_packs.c.digest == row.digest)).first()
            if known is None:
                connection.execute(insert(rule_packs).values(values))
            else:
                connection.execute(update(rule_packs).where(rule_packs.c.digest == row.digest).values(values))
            detail = {"digest": row.digest, "valid_from": row.valid_from, "valid_to": row.valid_to, "reason": row.reason}
            auditing.append(connection, f"rule_pack.{row.state}", row.id, row.entered_by, row.entered_ms, detail)
            if replaces is not None:
                done = connection.execute(
                    update(rule_packs)
                    .where(rule_packs.c.digest == replaces)
                    .values(state=REPLACED, replaced_by=row.digest, replaced_ms=row.entered_ms)
                )
                if done.rowcount == 0:
                    raise NotFoundError(f"no rule pack has the digest {replaces}", code="rule_pack.unknown")
                auditing.append(
                    connection, "rule_pack.replaced", row.id, row.entered_by, row.entered_ms, {"digest": replaces, "by": row.digest}
                )
            put_orders(connection, orders, by=row.entered_by, at_ms=row.entered_ms, reason=row.reason)

    def recomputations(self, *, unfinished: bool = False, facility: str | None = None) -> list[Recomputation]:
        """What was asked to be computed again, oldest first."""
        query = select(recomputations).order_by(recomputations.c.id)
        if unfinished:
            query = query.where(recomputations.c.finished_ms.is_(None))
        if facility is not None:
            query = query.where(recomputations.c.facility == facility)
        return [_recomputation(row) for row in self._all(query)]

    def recomputed(
        self, number: int, *, days_left: Sequence[int], days: int, windows: int, revised: int, finished_ms: int | None = None
    ) -> None:
        """Note how far a recomputation is; that it is finished goes into the audit log."""
        with self._engine.begin() as connection:
            connection.execute(
                update(recomputations)
                .where(recomputations.c.id == number)
                .values(days_left=json.dumps(list(days_left)), days=days, windows=windows, revised=revised, finished_ms=finished_ms)
            )
            if finished_ms is not None:
                detail = {"days": days, "windows": windows, "revised": revised}
                auditing.append(connection, "recomputation.finished", str(number), "centre", finished_ms, detail)


def _recomputation(row: Row[Any]) -> Recomputation:
    spans = tuple((start, end) for start, end in json.loads(row.spans))
    order = RecomputeOrder(row.facility, tuple(json.loads(row.sources)), spans, row.channels, row.cause, row.subject)
    left = None if row.days_left is None else tuple(json.loads(row.days_left))
    return Recomputation(
        row.id, order, row.requested_by, row.requested_ms, row.reason, left, row.days, row.windows, row.revised, row.finished_ms
    )
