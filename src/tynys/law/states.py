"""How plant states combine, and which of them enter averages."""

from __future__ import annotations

from tynys.domain.base import Record
from tynys.domain.status import PlantState
from tynys.law.values import Choice, Sourced


class StateList(Sourced, frozen=True, kw_only=True):
    """Plant states in order."""

    value: tuple[PlantState, ...]


class StateChoice(Sourced, frozen=True, kw_only=True):
    """One plant state."""

    value: PlantState


class StartUp(Sourced, frozen=True, kw_only=True):
    """How many criteria must describe start-up and shut-down, and how many of them end the one and begin the other."""

    least_criteria: int
    criteria_met: int


class States(Record, frozen=True, kw_only=True):
    """How states combine.

    ``not_in_operation`` are the states whose readings enter no average; ``source_from_units`` lists states from the one that decides first:
    the source has the first of them that any of its units has; ``open_bypass`` is the state of a unit whose bypass damper is open;
    ``start_up`` the rule by which a permit describes start-up and shut-down; ``window`` which state an average stands for whose plant's
    state changes within it: ``longest_in_operation`` (where the key is absent too), or ``first_in_list``: the first of
    ``source_from_units`` that any instant of it has.
    """

    not_in_operation: StateList
    source_from_units: StateList
    open_bypass: StateChoice
    start_up: StartUp | None = None
    window: Choice | None = None
