"""One language's words, numbers and times in one hand; templates, commands and reports speak through it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from tynys.present import catalogue, numbers, times, units

if TYPE_CHECKING:
    from datetime import date

    from markupsafe import Markup

    from tynys.domain.facility import Names
    from tynys.present.catalogue import Language


SIMULATED = " (simulated)"
"""How makers, models and documents of simulated plants are marked in their configuration."""


@dataclass(frozen=True, slots=True)
class Voice:
    """Everything a page needs to say something in one language."""

    language: Language

    def t(self, key: str, /, **values: object) -> str:
        """The text of a message key."""
        return catalogue.text(self.language, key, **values)

    def n(self, key: str, count: int, /, **values: object) -> str:
        """The text of a message key in the plural form of ``count``."""
        return catalogue.plural(self.language, key, count, **values)

    def has(self, key: str) -> bool:
        """Whether there is a text for the key."""
        return catalogue.has(self.language, key)

    def known(self, prefix: str, value: object) -> str:
        """The text of ``prefix.value``; a value the catalogue does not know is shown as it is."""
        key = f"{prefix}.{value}"
        return self.t(key) if self.has(key) else str(value)

    def name(self, names: Names) -> str:
        """A thing's name in this language."""
        return str(getattr(names, self.language))

    def brief(self, names: Names) -> str:
        """A thing's name without the mark of simulation at its end, for tables of pages that carry the mark themselves."""
        name = self.name(names)
        mark = f" ({self.t('mark.simulated')})"
        return name.removesuffix(mark)

    def marked(self, text: str) -> str:
        """A plant's own words with the mark of simulation once, at the end and in this language."""
        bare = text.replace(SIMULATED, "")
        return text if bare == text else f"{bare} ({self.t('mark.simulated')})"

    def number(self, value: float | None, places: int = 0) -> str:
        """A number with fixed decimals."""
        return numbers.decimal(self.language, value, places)

    def measured(self, value: float | None) -> str:
        """A measured value with the decimals that suit it."""
        return numbers.measured(self.language, value)

    def beside(self, value: float | None, limit: float | None) -> str:
        """A measured value shown beside its limit."""
        return numbers.beside(self.language, value, limit)

    def reading(self, value: float | None, unit: str) -> str:
        """A measured value with its unit: a dash where it is missing, a word for a switch."""
        if value is None:
            return "—"
        if unit == "bool":
            return self.t("value.switch_on" if value else "value.switch_off")
        return f"{self.measured(value)}\u00a0{self.unit(unit)}"

    def percent(self, share: float | None, places: int = 0) -> str:
        """A share 0..1 as per cent."""
        return numbers.percent(self.language, share, places)

    def clock(self, time_ms: int | None, *, seconds: bool = False) -> str:
        """The local time of day."""
        return times.clock(time_ms, seconds=seconds)

    def clock_zone(self, time_ms: int, *, seconds: bool = False) -> str:
        """The local time of day with its offset."""
        return times.clock_zone(time_ms, seconds=seconds)

    def day(self, time_ms: int, *, year: bool = False) -> str:
        """The local day in words."""
        return times.day(self.language, time_ms, year=year)

    def civil_day(self, value: date, *, year: bool = False) -> str:
        """A calendar day in words."""
        return times.civil_day(self.language, value, year=year)

    def brief_day(self, value: date) -> str:
        """A calendar day with its year, briefly."""
        return times.brief_day(self.language, value)

    def short_day(self, time_ms: int) -> str:
        """The local day as briefly as an axis has room for."""
        return times.short_day(self.language, time_ms)

    def month(self, number: int) -> str:
        """The short name of a month."""
        return times.month(self.language, number)

    def moment(self, time_ms: int, now_ms: int, *, seconds: bool = False) -> str:
        """A moment seen from now."""
        return times.moment(self.language, time_ms, now_ms, seconds=seconds)

    def since(self, time_ms: int, now_ms: int) -> str:
        """A moment as the beginning of something."""
        return times.since(self.language, time_ms, now_ms)

    def duration(self, length_ms: int) -> str:
        """A length of time."""
        return times.duration(self.language, length_ms)

    def unit(self, value: str) -> str:
        """A unit's sign."""
        return units.unit(self.language, value)

    def component(self, value: str) -> str:
        """A component's name in words."""
        return units.component(self.language, value)

    def short(self, value: str) -> Markup:
        """A component's sign with real subscripts."""
        return units.subscripts(units.short(self.language, value))

    def sign(self, value: str) -> str:
        """A component's sign with subscript letters, where no markup can stand."""
        return units.short(self.language, value)


@cache
def voice(language: Language) -> Voice:
    """The voice of a language."""
    return Voice(language)
