"""Rulings and charges have words in every language, whatever they say."""

import itertools
import math

import pytest

from tynys.calc.charges import Charge, ChargeOutcome, ChargeReason
from tynys.calc.compliance.ruling import Outcome, Reason, Ruling
from tynys.domain.component import Certainty
from tynys.present.catalogue import LANGUAGES
from tynys.present.rulings import charge_sentence, ruling_sentence
from tynys.present.voice import voice

BLOCKED = [r for r in Reason if r is not Reason.NONE]
RULINGS = [(Outcome.KEPT, Reason.NONE), (Outcome.EXCEEDED, Reason.NONE), (Outcome.NOT_SET, Reason.NONE)]
RULINGS += [(Outcome.CANNOT_BE_JUDGED, reason) for reason in BLOCKED]
CHARGES = [
    (ChargeOutcome.CHARGED, ChargeReason.NONE),
    (ChargeOutcome.CANNOT_BE_JUDGED, ChargeReason.TO_CONFIRM),
    (ChargeOutcome.CANNOT_BE_JUDGED, ChargeReason.NO_AMOUNT),
    (ChargeOutcome.CANNOT_BE_JUDGED, ChargeReason.CLASS_UNKNOWN),
    (ChargeOutcome.NOT_SET, ChargeReason.NO_RATE),
    (ChargeOutcome.NOT_SET, ChargeReason.NO_INDEX),
]


def ruled(outcome, reason=Reason.NONE, **keys):
    return Ruling("test", outcome, reason=reason, **keys)


def charged(outcome, reason=ChargeReason.NONE, charge=math.nan):
    return Charge("so2", outcome, reason, 1234.5, 20.0, 4325.0, 2.0, charge, "KZT", Certainty.TRANSCRIBED, ())


@pytest.mark.parametrize(("language", "case"), list(itertools.product(LANGUAGES, RULINGS)))
def test_every_ruling_is_told_in_every_language(language, case):
    told = ruling_sentence(ruled(*case, threshold=220.0, over=1, checked=30, worst=220.4), "mg/Nm3", voice(language))
    assert "{" not in told
    assert told


@pytest.mark.parametrize(("language", "case"), list(itertools.product(LANGUAGES, CHARGES)))
def test_every_charge_is_told_in_every_language(language, case):
    told = charge_sentence(charged(*case), voice(language))
    assert "{" not in told
    assert told


def test_a_ruling_says_what_it_rests_on():
    kept = ruled(Outcome.KEPT, threshold=400.0, over=400, checked=8000, worst=512.3)
    assert ruling_sentence(kept, "mg/Nm3", voice("en")) == "Kept (400 of 8,000 beyond 400\u00a0mg/Nm³, the worst 512\u00a0mg/Nm³)"
    days = ruled(Outcome.EXCEEDED, threshold=10.0, over=11, checked=365, worst=11.0)
    assert ruling_sentence(days, "", voice("ru")) == "Превышен (за пределом 10: 11 из 365, худшее 11)"


def test_a_value_just_above_its_limit_does_not_look_equal_to_it():
    over = ruled(Outcome.EXCEEDED, threshold=220.0, over=1, checked=1, worst=220.1)
    assert "the worst 220.1" in ruling_sentence(over, "mg/Nm3", voice("en"))


def test_a_charge_shows_its_parts():
    told = charge_sentence(charged(ChargeOutcome.CHARGED, charge=213_568_500.0), voice("en"))
    assert told == "213,568,500.00 KZT: 1,234.500 t × 20 MCI/t × 4,325 KZT × 2.0"
