"""The sixteen faults of the real feed, each put into a generated file and found by its check."""

from __future__ import annotations

import msgspec
import pytest

from tynys.domain.component import Certainty
from tynys.domain.errors import NotFoundError
from tynys.present.catalogue import LANGUAGES
from tynys.present.voice import voice
from tynys.watch.feed import FEED
from tynys.watch.feed_check import check_feed
from tynys.watch.feed_faults import FAULTS, sample_bytes, with_fault
from tynys.watch.feed_sample import sample
from tynys.wire.databank import decode_feed, encode_feed
from tynys.wire.databank_rows import Reason

NOW = 1_800_000_000_000
CLEAN = sample()
CHECKED = {name: check_feed(sample_bytes(made), made.profile, now_ms=NOW) for name in FAULTS for made in [with_fault(CLEAN, name)]}
ALSO = {"F2": {"NBD-MASS"}, "F7": {"NBD-COUNT"}, "F15": {"NBD-SULPHUR"}}
"""A fault may break a second rule as well: a frozen concentration no longer fits its emission."""


def test_the_faults_are_the_sixteen_of_the_reference_and_each_has_a_check():
    assert list(FAULTS) == [f"F{n}" for n in range(1, 17)]
    assert {fault.check for fault in FAULTS.values()} == set(FEED.checks)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("dialect", ['"', "`"])
def test_a_clean_file_gives_no_finding(seed, dialect):
    clean = sample(seed=seed, dialect=dialect)
    checked = check_feed(sample_bytes(clean), clean.profile, now_ms=NOW)
    assert checked.findings == ()
    assert checked.broken == ()
    assert checked.feed.errors == ()
    assert checked.feed.rows["reasons"].sum() == 0


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_found_by_its_check_and_raises_no_false_alarm(name):
    found = {finding.check for finding in CHECKED[name].findings}
    assert FAULTS[name].check in found
    assert found <= {FAULTS[name].check} | ALSO.get(name, set())


@pytest.mark.parametrize("name", FAULTS)
def test_no_row_is_dropped_and_the_file_comes_back(name):
    made = with_fault(CLEAN, name)
    data = sample_bytes(made)
    assert len(CHECKED[name].feed.rows) == len(made.feed.rows)
    assert encode_feed(decode_feed(data)) == data


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_finding_and_reason_has_words_in_three_languages(language):
    say = voice(language)
    for checked in CHECKED.values():
        for finding in checked.findings:
            text = say.t(finding.message, **finding.evidence)
            assert "{" not in text
    assert all(say.has(reason.key) for reason in Reason)
    assert all(say.has(check.message) for check in FEED.checks.values())


def test_findings_name_their_subject_and_span():
    (twin,) = CHECKED["F3"].findings
    assert "dymovaya-truba-n1" in twin.subject
    assert twin.evidence["components"] == "co, dust, no, no2, so2"
    assert twin.evidence["days"] == 2
    assert twin.end_ms - twin.start_ms == 2 * 86_400_000


def test_an_expectation_nobody_has_confirmed_gives_no_finding():
    made = with_fault(CLEAN, "F16")
    unsure = tuple(msgspec.structs.replace(entry, certainty=Certainty.TO_CONFIRM) for entry in made.profile.expectations)
    profile = msgspec.structs.replace(made.profile, expectations=unsure)
    assert check_feed(sample_bytes(made), profile, now_ms=NOW).findings == ()


def test_an_unknown_fault_is_named():
    with pytest.raises(NotFoundError, match="no fault is called 'F17'"):
        with_fault(CLEAN, "F17")


def test_every_check_says_what_it_looks_for():
    assert all(len(check.purpose) > 20 for check in FEED.checks.values())
    assert all(check.clause for check in FEED.checks.values())
