"""The text a pack came from: it knows in which line a refused value stands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from tynys.domain.component import CATALOGUE
from tynys.domain.document import place_of
from tynys.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Collection

PERIOD = re.compile(r"PT[1-9]\d*[SMH]|P1[DMY]")
"""The periods a pack may name: whole seconds, minutes, hours; a civil day, month or year."""

SEE = "The reference page of rule packs says what the key takes."


@dataclass(frozen=True, slots=True)
class Document:
    """A pack's text and its file's name."""

    text: str
    where: str

    def refuse(self, key: str, expected: str, came: object, hint: str = SEE, code: str = "law.wrong_value") -> NoReturn:
        """Say what stands where, what was expected, and what to do."""
        message = f'"{key}": expected {expected}, got {came!r}'
        raise ConfigurationError(message, where=place_of(self.text, self.where, key), hint=hint, code=code)

    def period(self, key: str, period: str) -> None:
        """Refuse what is no period."""
        if not PERIOD.fullmatch(period):
            self.refuse(key, "an ISO 8601 period such as PT20M, PT1H, P1D, P1M or P1Y", period)

    def component(self, key: str, component: str) -> None:
        """Refuse what the catalogue does not have."""
        if component not in CATALOGUE:
            self.refuse(key, "a component of the catalogue", component, f"Known components: {', '.join(CATALOGUE)}.")

    def one_of(self, key: str, came: str, known: Collection[str]) -> None:
        """Refuse what is not among the known."""
        if came not in known:
            self.refuse(key, f"one of {', '.join(known)}", came)

    def share(self, key: str, share: float | None) -> None:
        """Refuse what is no share; what is absent passes."""
        if share is not None and not 0 <= share <= 1:
            self.refuse(key, "a share from 0 to 1", share, "A share has no unit: 20 % is written 0.2.", "law.wrong_unit")

    def above_zero(self, key: str, number: float | None, what: str = "a number") -> None:
        """Refuse zero and less; what is absent passes."""
        if number is not None and not number > 0:
            self.refuse(key, f"{what} above zero", number)
