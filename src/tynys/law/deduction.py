"""The uncertainty the law permits, what is taken off an average for it, and how the reported value is rounded."""

from __future__ import annotations

from enum import StrEnum

from tynys.law.values import Sourced


class DeductionMethod(StrEnum):
    """What is taken off a standardised average."""

    SHARE_OF_LIMIT = "share_of_limit"
    SITE_UNCERTAINTY = "site_uncertainty"


class Deduction(Sourced, frozen=True, kw_only=True):
    """What is taken off a standardised average of one component to make it validated; a component without one loses nothing.

    By ``share_of_limit``: that share of the component's limit over ``limit_period``. By ``site_uncertainty``: the uncertainty found when
    the instrument was calibrated, and neither key is given.
    """

    component: str
    method: DeductionMethod = DeductionMethod.SHARE_OF_LIMIT
    share_of_limit: float = 0.0
    limit_period: str = ""


class PermittedUncertainty(Sourced, frozen=True, kw_only=True):
    """Half-width of the 95 % confidence interval a measured value may have: a share of the limit over ``limit_period``."""

    component: str
    share_of_limit: float
    limit_period: str


class RoundingMode(StrEnum):
    """What happens to a value half-way between two."""

    HALF_UP = "half_up"
    HALF_EVEN = "half_even"


class Rounding(Sourced, frozen=True, kw_only=True):
    """How a reported value is made of the unrounded one: in decimal, to the limit's own decimal places and ``digits_beyond_limit`` more.

    ``before_comparison`` tells whether the rounded value is held against the limit, not the unrounded one.
    """

    mode: RoundingMode
    digits_beyond_limit: int = 0
    before_comparison: bool = False
