"""Explanations of stored averages: the average, what it was made from, and the steps, from the centre's stores."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tynys.calc.explain import explain
from tynys.calc.explain.explaining import shorter_period
from tynys.domain.average import Origin
from tynys.domain.base import from_ms
from tynys.domain.errors import ConfigurationError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tynys.calc.explain import Explanation
    from tynys.centre.parts import Parts
    from tynys.centre.plans import Plan
    from tynys.domain.average import Average
    from tynys.law import RulePack

_FIRST = (Origin.COMPUTED, Origin.IMPORTED, Origin.LABORATORY, Origin.REPORTED)
"""Whose average is meant where none is named."""


async def explained(
    centre: Parts, source: str, component: str, period: str, start_ms: int, *, origin: str | None = None, revision: int | None = None
) -> Explanation:
    """The explanation of one average: of the current revision of the first origin there is, or of the one asked for."""
    average = _chosen(await asyncio.to_thread(centre.averages.revisions, source, component, period, start_ms), origin, revision)
    if average is None:
        raise NotFoundError(
            f"no average of {component} of {source} over {period} from {from_ms(start_ms).isoformat()}", where="averages", code="not_found"
        )
    plan, pack = _plan(centre, average), _pack(centre, average)
    if plan is None or pack is None or average.origin is not Origin.COMPUTED:
        return explain(average, plan.configuration if plan is not None else None, pack)
    shorter = shorter_period(average, plan.configuration, pack)
    if shorter is not None:
        rows = await asyncio.to_thread(centre.averages.rows, source, [component], shorter, average.start_ms, average.end_ms)
        own = [row for row in rows if row.origin is Origin.COMPUTED]
        return await asyncio.to_thread(explain, average, plan.configuration, pack, None, own)
    channels = plan.needed_by(frozenset({source}))
    readings = await asyncio.to_thread(centre.readings.stored, channels, average.start_ms, average.end_ms)
    return await asyncio.to_thread(explain, average, plan.configuration, pack, readings)


def _chosen(revisions: Sequence[Average], origin: str | None, revision: int | None) -> Average | None:
    found = [row for row in revisions if (origin is None or row.origin.value == origin) and (revision is None or row.revision == revision)]
    return min(found, key=lambda row: (_FIRST.index(row.origin), -row.revision), default=None)


def _plan(centre: Parts, average: Average) -> Plan | None:
    try:
        return centre.plans.get(average.configuration)
    except NotFoundError:
        return None


def _pack(centre: Parts, average: Average) -> RulePack | None:
    """The very content the average was made by; of averages from before it was noted, the version in force in the window."""
    try:
        if average.rule_pack_digest:
            return centre.plans.packs.get(average.rule_pack_digest).pack
        return centre.plans.packs.at(average.rule_pack, average.start_ms).pack
    except (NotFoundError, ConfigurationError):
        return None
