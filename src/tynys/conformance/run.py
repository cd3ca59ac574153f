"""Hold a system against the corpus, case by case."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from tynys.conformance.compare import differences
from tynys.conformance.own import answer
from tynys.domain.errors import ConfigurationError, TynysError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from tynys.conformance.case import Case, Subject
    from tynys.conformance.compare import Difference


class Outcome(StrEnum):
    """How a case went."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_SUPPORTED = "not_supported"


class System(Protocol):
    """Anything that answers cases."""

    def result(self, case: Case) -> dict[str, Any] | None:
        """What it makes of a case's input; absent if it has no such calculation.

        Raises
        ------
        TynysError
            If it gave no usable answer.
        """


class Ours:
    """The kernels of this program."""

    def result(self, case: Case) -> dict[str, Any] | None:
        """Straight from the kernel."""
        return answer(case.kernel, case.input)


@dataclass(frozen=True, slots=True)
class Judged:
    """A case and how it went; ``trouble`` says why there was no answer."""

    case: Case
    outcome: Outcome
    differences: tuple[Difference, ...] = ()
    trouble: str = ""


def judge(case: Case, system: System) -> Judged:
    """Ask a system and compare."""
    try:
        result = system.result(case)
    except TynysError as error:
        return Judged(case, Outcome.FAILED, trouble=str(error))
    if result is None:
        return Judged(case, Outcome.NOT_SUPPORTED)
    found = tuple(differences(case, result))
    return Judged(case, Outcome.FAILED if found else Outcome.PASSED, found)


def judge_all(cases: Iterable[Case], system: System) -> Iterator[Judged]:
    """Case by case, in their order."""
    return (judge(case, system) for case in cases)


def chosen(corpus: Collection[Subject], names: Collection[str], ids: Collection[str] = ()) -> tuple[Subject, ...]:
    """The subjects and cases of these names; all where none is named.

    Raises
    ------
    ConfigurationError
        If the corpus has no such subject or case.
    """
    subjects = {subject.subject: subject for subject in corpus}
    _refuse_unknown(names, subjects, "subject")
    _refuse_unknown(ids, {case.id: case for subject in corpus for case in subject.cases}, "case")
    kept = [subject for subject in corpus if not names or subject.subject in names]
    if ids:
        kept = [type(s)(s.subject, s.title, tuple(case for case in s.cases if case.id in ids)) for s in kept]
    return tuple(subject for subject in kept if subject.cases)


def _refuse_unknown(wanted: Collection[str], known: Mapping[str, object], what: str) -> None:
    for name in wanted:
        if name not in known:
            near = ", ".join(sorted(known)[:40])
            raise ConfigurationError(f"expected a {what} of the corpus, got {name!r}", hint=f"it has: {near}", code="conformance.unknown")
