"""4-20 mA signals by NAMUR NE 43: what a current says of the instrument, and the value it stands for."""

from __future__ import annotations

from tynys.domain.status import GapCause, InstrumentStatus

BROKEN_LOOP_BELOW_UA = 1000
"""Below this no transmitter lives on the loop; ours, well under the live zero. [µA]"""

FAULT_UP_TO_UA = 3600
"""Failure signal, low side. NAMUR NE 43. [µA]"""

MEASURING_FROM_UA = 3800
"""Lower end of the measuring signal. NAMUR NE 43. [µA]"""

MEASURING_TO_UA = 20_500
"""Upper end of the measuring signal. NAMUR NE 43. [µA]"""

FAULT_FROM_UA = 21_000
"""Failure signal, high side. NAMUR NE 43. [µA]"""


def judge_current(current_ua: float) -> tuple[InstrumentStatus, GapCause]:
    """What a current says: valid, over range (saturated, either end), fault, or a broken loop.

    Parameters
    ----------
    current_ua : float
        Loop current. [µA]

    Sources
    -------
    NAMUR NE 43 (signal level for the failure information of digital transmitters).
    """
    if current_ua < BROKEN_LOOP_BELOW_UA:
        return InstrumentStatus.COMMUNICATION_LOST, GapCause.LINE_CUT
    if current_ua <= FAULT_UP_TO_UA or current_ua >= FAULT_FROM_UA:
        return InstrumentStatus.FAULT, GapCause.NOT_MEASURING
    if MEASURING_FROM_UA <= current_ua <= MEASURING_TO_UA:
        return InstrumentStatus.VALID, GapCause.NONE
    return InstrumentStatus.OVER_RANGE, GapCause.NONE


def value_of_current(current_ua: float, *, at_4_ma: float, at_20_ma: float) -> float:
    """The value a current stands for, in the unit of the two ends.

    Exact integers until the one division, so that a decimal number stays that decimal number.

    Parameters
    ----------
    current_ua : float
        Loop current. [µA]
    at_4_ma, at_20_ma : float
        Ends of the range, in the unit of the result.
    """
    return (at_4_ma * (20_000 - current_ua) + at_20_ma * (current_ua - 4000)) / 16_000
