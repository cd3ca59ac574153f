"""A remark for a person: a message key and the values in it; who shows it words it in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Remark:
    """What is to be said: the key of a text, and what stands in its places."""

    key: str
    values: Mapping[str, str | float] = field(default_factory=dict)


def remark(key: str, /, **values: str | float) -> Remark:
    """A remark with its values by name."""
    return Remark(key, values)
