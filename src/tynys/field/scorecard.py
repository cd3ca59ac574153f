"""How far each driver can be trusted: rules, levels and the tests that show it, as data."""

from enum import IntEnum
from importlib import resources
from typing import Literal

import msgspec

from tynys.domain.base import Record
from tynys.domain.document import load_toml


class Level(IntEnum):
    """How far a driver has come; each level includes those below."""

    NONE = 0
    BRONZE = 1
    SILVER = 2
    GOLD = 3
    PLATINUM = 4


LevelName = Literal["bronze", "silver", "gold", "platinum"]


class Rule(Record, frozen=True, kw_only=True):
    """Something a driver of this level must show."""

    id: str
    level: LevelName
    text: str


class DriverCard(Record, frozen=True, kw_only=True):
    """What one driver claims, the test behind each rule, and why a rule cannot apply."""

    driver: str
    level: LevelName
    evidence: dict[str, str]
    exempt: dict[str, str] = msgspec.field(default_factory=dict)

    def reached(self, rules: tuple[Rule, ...]) -> Level:
        """The highest level all of whose rules, and of those below, are shown or cannot apply."""
        open_levels = [Level[rule.level.upper()] for rule in rules if rule.id not in self.evidence and rule.id not in self.exempt]
        return Level(min(open_levels) - 1) if open_levels else Level.PLATINUM


class Scorecards(Record, frozen=True, kw_only=True):
    """All rules and all drivers."""

    rules: tuple[Rule, ...]
    drivers: tuple[DriverCard, ...]


def load_scorecards() -> Scorecards:
    """The scorecards of the drivers that come with Tynys."""
    text = (resources.files("tynys.field") / "scorecards.toml").read_text(encoding="utf-8")
    return load_toml(text, Scorecards, "scorecards.toml")
