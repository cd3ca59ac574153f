"""What the centre knows of sources it has from an imported feed: whether they are simulated, and what nobody has confirmed of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from tynys.domain.average import Origin
from tynys.domain.errors import NotFoundError
from tynys.wire.databank_profile import FeedProfile

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tynys.centre.parts import Parts
    from tynys.domain.average import Average


def is_simulated(centre: Parts, source: str) -> bool:
    """Whether a source's data are simulated; it may be of a plan, or of an imported feed alone."""
    plan = centre.plans.of_source(source, centre.now_ms())
    if plan is not None:
        return centre.plans.get_shown(plan.facility, centre.now_ms()).simulated
    known = centre.registry.feed_source(source)
    if known is None:
        hint = "GET /api/v1/sources lists those that transmit, GET /api/v1/imports/sources those of imported feeds"
        raise NotFoundError(f"no source {source!r}", where="source", hint=hint)
    return known.simulated or centre.settings.centre.simulated


def profile_of(centre: Parts, name: str) -> FeedProfile:
    """How a feed was read."""
    return msgspec.convert(centre.registry.feed_profile(name), FeedProfile)


def profiles_of(centre: Parts, rows: Sequence[Average]) -> list[FeedProfile]:
    """How the imported ones among some averages were read."""
    return [profile_of(centre, name) for name in _distinct(row.rule_pack for row in rows if row.origin is Origin.IMPORTED)]


def _distinct(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))
