"""Which limit a source's average is held against."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tynys.domain.base import from_ms
from tynys.domain.limit import LimitKind, ScopeKind

if TYPE_CHECKING:
    from tynys.domain.configuration import FacilityConfiguration
    from tynys.domain.limit import Limit


def limit_for(configuration: FacilityConfiguration, source: str, component: str, period: str, moment_ms: int) -> Limit | None:
    """The strictest concentration limit of the source in force for a period; None if none is set."""
    moment = from_ms(moment_ms)
    found = [
        limit
        for limit in configuration.limits
        if limit.kind is LimitKind.CONCENTRATION
        and limit.scope_kind is ScopeKind.SOURCE
        and (limit.scope, limit.component, limit.period) == (source, component, period)
        and limit.in_force(moment)
    ]
    return min(found, key=lambda limit: limit.value, default=None)
