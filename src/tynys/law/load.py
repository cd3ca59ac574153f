"""The strict loader of rule packs: text in, a pack or an error a person can act on out."""

from __future__ import annotations

from datetime import date
from itertools import combinations
from typing import TYPE_CHECKING

from tynys.domain.document import load_toml
from tynys.domain.errors import ConfigurationError
from tynys.law.checks import Document, check_pack
from tynys.law.pack import RulePack

if TYPE_CHECKING:
    from collections.abc import Mapping


def load_pack(text: str, where: str = "") -> RulePack:
    """A rule pack from its TOML text; anything not known is refused.

    Parameters
    ----------
    text : str
        The pack.
    where : str
        Its file's name, for messages.

    Raises
    ------
    ConfigurationError
        Naming file, line, key, what was expected, what came and what to do.
    """
    pack = load_toml(text, RulePack, where)
    check_pack(pack, Document(text, where))
    return pack


def check_versions(packs: Mapping[str, RulePack]) -> None:
    """Refuse two versions of one pack that are in force on the same day; ``packs`` by the name of their file.

    Raises
    ------
    ConfigurationError
        Naming both files and their spans.
    """
    for (first, one), (second, other) in combinations(packs.items(), 2):
        if one.id == other.id and max(one.valid_from, other.valid_from) < min(one.valid_to or date.max, other.valid_to or date.max):
            raise ConfigurationError(
                f'"valid_from": expected one version of the pack "{other.id}" at one time, '
                f"got {_span(other)} beside {_span(one)} of {first or 'another file'}",
                where=second,
                hint="End the older one with valid_to, on the day the newer one begins.",
                code="law.overlap",
            )


def _span(pack: RulePack) -> str:
    return f"{pack.valid_from.isoformat()} to {'open' if pack.valid_to is None else pack.valid_to.isoformat()}"
