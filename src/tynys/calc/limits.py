"""Which limit a source's average is held against, and where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tynys.domain.base import from_ms
from tynys.domain.component import Certainty
from tynys.domain.limit import LegalForce, LimitKind, ScopeKind
from tynys.domain.quantity import Moisture
from tynys.domain.status import AverageStatus

if TYPE_CHECKING:
    from tynys.domain.average import Average
    from tynys.domain.configuration import FacilityConfiguration
    from tynys.domain.limit import Limit

NEAR_SHARE = 0.9
"""From this share of the limit on a component is near it. Our own choice: a warning, not a verdict."""
EACH_AVERAGE = "each_average"
"""The test of a limit that no average may exceed."""


def limit_for(configuration: FacilityConfiguration, source: str, component: str, period: str, moment_ms: int) -> Limit | None:
    """The strictest concentration limit of the source in force for a period, one that can be judged first; None if none is set."""
    moment = from_ms(moment_ms)
    found = [
        limit
        for limit in configuration.limits
        if limit.kind is LimitKind.CONCENTRATION
        and limit.scope_kind is ScopeKind.SOURCE
        and (limit.scope, limit.component, limit.period) == (source, component, period)
        and limit.in_force(moment)
    ]
    return min(found, key=lambda limit: (not can_be_judged(limit), limit.value), default=None)


def can_be_judged(limit: Limit) -> bool:
    """Whether an average as it is made can be held against a limit as it is written.

    It must be binding and sure, of dry gas, and speak of every average whatever is burnt and however the plant runs: what holds for one
    fuel, one regime or another test is shown, and is no verdict.
    """
    anyhow = limit.fuel is None and limit.regime is None and limit.test == EACH_AVERAGE and limit.moisture is Moisture.DRY
    return anyhow and limit.force is LegalForce.BINDING and limit.certainty is not Certainty.TO_CONFIRM


def standing_against(limit: Limit | None, closed: Average | None, mean: float | None, forecast: float | None) -> str:
    """Where a component stands against its limit, in the words of the pages, the same at the plant and at the centre.

    Parameters
    ----------
    closed : Average or None
        The last closed average of the limit's period: it alone can exceed.
    mean, forecast : float or None
        Of the open window, in the limit's unit: they warn.
    """
    if limit is None:
        return "no_limit"
    if not can_be_judged(limit):
        return "cannot_be_judged"
    over = closed.value if closed is not None and closed.status is AverageStatus.VALID else None
    if over is not None and over > limit.value:
        return "exceeding"
    ahead = [value for value in (over, mean, forecast) if value is not None]
    if not ahead:
        return "invalid"
    return "near" if max(ahead) > NEAR_SHARE * limit.value else "within"
