"""What a test of a limit found, how sure it is, and what it rests on."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from tynys.domain.component import Certainty


class Outcome(StrEnum):
    """What may be said of a limit."""

    KEPT = "kept"
    EXCEEDED = "exceeded"
    CANNOT_BE_JUDGED = "cannot_be_judged"
    NOT_SET = "not_set"


class Reason(StrEnum):
    """Why a limit cannot be judged; empty where it can."""

    NONE = ""
    TO_CONFIRM = "to_confirm"
    NO_VALUES = "no_values"
    BENCHMARK = "benchmark"
    CONDITION = "condition"
    CLASS_UNKNOWN = "class_unknown"
    TEST_UNKNOWN = "test_unknown"
    INCOMPLETE = "incomplete"


@dataclass(frozen=True, slots=True)
class Ruling:
    """The result of one test.

    Parameters
    ----------
    test : str
        The name of the test.
    outcome : Outcome
    threshold : float
        What the values were held against: the limit times the test's factor; NaN where none is set. [unit of the values]
    certainty : Certainty
        The weakest of the limit and the test.
    clause : str
        Of the test and of the limit.
    reason : Reason
        Why it cannot be judged.
    checked, over, missing, excluded : int
        Values held against the threshold, those of them above it, values in the test that are not valid, values outside the test (start-up,
        shut-down and other states the rule leaves out).
    worst : float
        The highest value held against the threshold; NaN where there was none. [unit of the values]
    worst_at : int
        Its index; −1 where there was none.
    share_within : float
        Part of the values checked that is not above the threshold; NaN where none was checked.
    uncertainty_counted : bool
        Whether the uncertainty had been taken off the values.
    start_ms, end_ms : int
        The span of the values, half-open; 0 where the caller gave none. [ms since 1970 UTC]
    """

    test: str
    outcome: Outcome
    threshold: float = math.nan
    certainty: Certainty = Certainty.TO_CONFIRM
    clause: str = ""
    reason: Reason = Reason.NONE
    checked: int = 0
    over: int = 0
    missing: int = 0
    excluded: int = 0
    worst: float = math.nan
    worst_at: int = -1
    share_within: float = math.nan
    uncertainty_counted: bool = False
    start_ms: int = 0
    end_ms: int = 0

    @property
    def message(self) -> str:
        """The key of the sentence that says it."""
        return f"compliance.{self.outcome}.{self.reason}" if self.reason else f"compliance.{self.outcome}"


def outcome_of(*, within: bool, certainty: Certainty, checked: int, reason: Reason = Reason.NONE) -> tuple[Outcome, Reason]:
    """What may be said: nothing that rests on a memory, nothing without a value, else whether the limit was kept."""
    if certainty is Certainty.TO_CONFIRM:
        return Outcome.CANNOT_BE_JUDGED, Reason.TO_CONFIRM
    if reason is not Reason.NONE:
        return Outcome.CANNOT_BE_JUDGED, reason
    if checked == 0:
        return Outcome.CANNOT_BE_JUDGED, Reason.NO_VALUES
    return (Outcome.KEPT if within else Outcome.EXCEEDED), Reason.NONE
