"""The catalogue of what the centre checks as batches arrive."""

from pathlib import Path

import pytest

from tynys.centre.checks import CATALOGUE, Findings
from tynys.domain.finding import Finding, Severity
from tynys.present.catalogue import LANGUAGES
from tynys.present.findings import worded
from tynys.present.voice import voice
from tynys.watch.feed import FEED
from tynys.watch.feed_check import CheckedFeed

DOCS = Path(__file__).parents[2] / "docs" / "reference" / "centre.md"
assert CheckedFeed, "the module that enters the feed's checks into their catalogue"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_check_has_words_in_every_language(language):
    keys = {check.message for check in (*CATALOGUE.values(), *FEED.checks.values())}
    assert [key for key in keys if not voice(language).has(key)] == []


@pytest.mark.parametrize("check", CATALOGUE.values(), ids=lambda check: check.id)
def test_every_check_of_arrival_is_told_without_evidence_and_has_its_row_in_the_reference(check):
    finding = Finding(check.id, check.severity, check.clause, check.message, "gres-1", 1, 2)
    assert worded(finding, voice("en")) != check.message
    assert f"| `{check.id}` | {check.severity.value} |" in DOCS.read_text(encoding="utf-8")


def test_a_finding_of_a_check_nobody_knows_any_more_is_told_by_its_key():
    assert worded(Finding("OLD", Severity.QUERY, "", "old.check", "gres-1", 1, 2), voice("kk")) == "old.check"
    assert worded(Finding("NBD-NAME", Severity.QUERY, "", "databank.finding.name", "gres-1", 1, 2), voice("ru")) == "databank.finding.name"


def test_findings_that_could_not_be_kept_come_first_at_the_next_call():
    findings = Findings()
    findings.report("LINE-FORK", "gres-1", 1)
    findings.report("LINE-LOSS", "gres-1", 2)
    taken = findings.take()
    findings.report("LINE-CLOCK", "gres-1", 3)
    findings.put_back(taken)
    assert [finding.check for finding in findings.take()] == ["LINE-FORK", "LINE-LOSS", "LINE-CLOCK"]
