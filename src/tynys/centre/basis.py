"""What a window is computed by: the plan and the version of the rule pack in force at its begin."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from tynys.domain.base import from_ms, to_ms

if TYPE_CHECKING:
    from collections.abc import Collection

    from tynys.centre.packs import PackBook, PackVersion
    from tynys.centre.plans import Plan

EVER_MS, NEVER_MS = -(2**53), 2**53
"""Before and after everything. [ms since 1970 UTC]."""


class Basis(NamedTuple):
    """A plan and a version of its rule pack; equal if both are the same ones."""

    plan: Plan
    pack: PackVersion


class Stretch(NamedTuple):
    """A half-open span over which a facility's basis stays the same; absent where no plan is in force. [ms since 1970 UTC]."""

    start_ms: int
    end_ms: int
    basis: Basis | None


def in_force(plans: Collection[Plan], time_ms: int) -> Plan | None:
    """The approved plan of one facility in force at an instant: the latest valid one, the latest seen among equals."""
    moment = from_ms(time_ms) if 0 <= time_ms < NEVER_MS else None
    fitting = [plan for plan in plans if plan.state == "approved" and moment is not None and plan.configuration.plan.in_force(moment)]
    return max(fitting, key=lambda plan: (plan.valid_from_ms, plan.first_seen_ms), default=None)


def basis_of(plans: Collection[Plan], packs: PackBook, time_ms: int) -> Basis | None:
    """What a window that begins at an instant is computed by; ``plans`` are one facility's."""
    plan = in_force(plans, time_ms)
    return None if plan is None else Basis(plan, packs.at(plan.configuration.plan.rule_pack, time_ms))


def timeline(plans: Collection[Plan], packs: PackBook) -> list[Stretch]:
    """The bases of one facility in order, without a gap."""
    edges = {0, NEVER_MS}
    for plan in plans:
        inner = plan.configuration.plan
        edges |= {to_ms(inner.valid_from), *([] if inner.valid_to is None else [to_ms(inner.valid_to)]), *packs.begins(inner.rule_pack)}
    ordered = sorted(edge for edge in edges if edge >= 0)
    return [Stretch(start, end, basis_of(plans, packs, start)) for start, end in pairwise(ordered)]
