"""What a tonne costs: the index by year, rates by substance, and what multiplies them."""

from __future__ import annotations

from datetime import date

from tynys.domain.base import Record
from tynys.law.values import Choice, Sourced


class IndexValue(Sourced, frozen=True, kw_only=True):
    """Value of the monthly calculation index (MCI) in a year. [currency]."""

    year: int
    value: float


class ChargeRate(Sourced, frozen=True, kw_only=True):
    """Charge for a tonne of one substance; ``components`` are those of the catalogue whose masses it is taken of. [MCI t⁻¹].

    In force from ``valid_from`` until before ``valid_to`` (open-ended if absent).
    """

    substance: str
    components: tuple[str, ...]
    mci_per_t: float
    valid_from: date
    valid_to: date | None = None


class ChargeCoefficient(Sourced, frozen=True, kw_only=True):
    """What the charge is multiplied by ``when`` something holds of the plant; one coefficient stands, the lowest where several do."""

    when: str
    value: float
    valid_from: date
    valid_to: date | None = None


class Charges(Record, frozen=True, kw_only=True):
    """Charges for emissions within the norms."""

    currency: Choice
    index: tuple[IndexValue, ...]
    rates: tuple[ChargeRate, ...]
    coefficients: tuple[ChargeCoefficient, ...] = ()
