"""What stands in for an average that is missing, where a pack has a rule for it."""

from __future__ import annotations

from enum import StrEnum

from tynys.law.values import Sourced


class SubstitutionMethod(StrEnum):
    """What stands in for a missing average."""

    MEAN_OF_NEIGHBOURS = "mean_of_neighbours"
    PERCENTILE_OR_NEIGHBOURS = "percentile_or_neighbours"
    HIGHEST = "highest"
    HIGHEST_POSSIBLE = "highest_possible"
    LAST_VALID = "last_valid"
    MEAN_PLUS_TWO_SIGMA = "mean_plus_two_sigma"


class Substitution(Sourced, frozen=True, kw_only=True):
    """One line of a substitution table; the first that fits stands.

    ``components`` are those it holds for (none named: every one). It fits from ``availability_from_pct`` up to under
    ``availability_below_pct`` of the hours in operation [%], and for gaps longer than ``gap_over_h`` up to ``gap_to_h`` [h].
    ``mean_of_neighbours`` is the mean of the valid averages before and after the gap; ``percentile_or_neighbours`` the higher of that and
    the ``percentile`` of the last ``lookback_h`` valid hours; ``highest`` the highest of these; ``highest_possible`` the plan's highest
    possible value; ``last_valid`` the last valid average before the gap; ``mean_plus_two_sigma`` the mean of all valid averages of the span
    plus twice their standard deviation. The last two fill every gap alike: such a line has no further keys but ``components``.
    """

    method: SubstitutionMethod
    components: tuple[str, ...] = ()
    availability_from_pct: float | None = None
    availability_below_pct: float | None = None
    gap_over_h: float | None = None
    gap_to_h: float | None = None
    percentile: float | None = None
    lookback_h: int | None = None
