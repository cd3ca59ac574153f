"""What a case is, and the corpus as it is read from its files."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from tynys.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable

Origin = Literal["published", "oracle", "ours"]
"""Where an expectation comes from: a public document, a script written apart from the kernels, or ourselves (which proves nothing)."""

INDEPENDENT: tuple[Origin, ...] = ("published", "oracle")
"""The origins that count towards coverage."""


class Tolerance(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How near a number must come: so many significant ``digits``, or so many ``decimals``; one of the two."""

    digits: int | None = None
    decimals: int | None = None


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One question and its answer.

    Parameters
    ----------
    id : str
        Unique in the corpus.
    title : str
        What is asked, for a reader.
    kernel : str
        The calculation asked for; its inputs and results are listed in the reference.
    clause : str
        The rule it follows.
    origin : str
        Where the expectation comes from.
    source : str
        The document and place, or the script.
    input : dict
        By name of the quantity; units are in the names or in the reference; absent numbers are null.
    expected : dict
        The results that are compared; a system may answer more.
    tolerance : "exact" or Tolerance
        For numbers; texts, truths, counts and absent values are always compared exactly.
    """

    id: str
    title: str
    kernel: str
    clause: str
    origin: Origin
    source: str
    input: dict[str, Any]
    expected: dict[str, Any]
    tolerance: Literal["exact"] | Tolerance


class Subject(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The cases of one file."""

    subject: str
    title: str
    cases: tuple[Case, ...]


def corpus_folder() -> Path:
    """Where the cases lie: beside the package in an installed wheel, at the root of a clone otherwise."""
    packed = Path(str(files("tynys.conformance") / "corpus"))
    return packed if packed.is_dir() else Path(__file__).parents[3] / "conformance"


@lru_cache(maxsize=4)
def load_corpus(folder: Path | None = None) -> tuple[Subject, ...]:
    """Every subject with its cases, by name.

    Raises
    ------
    ConfigurationError
        If a file is not what `Subject` says, an id comes twice, or there is no case at all.
    """
    where = corpus_folder() if folder is None else folder
    subjects = tuple(_load(path) for path in sorted((where / "cases").glob("*.json")))
    if not subjects:
        raise ConfigurationError("expected files of cases (*.json), found none", where=str(where / "cases"), code="conformance.no_cases")
    _refuse_twins(case for subject in subjects for case in subject.cases)
    return subjects


def _load(path: Path) -> Subject:
    try:
        subject = msgspec.json.decode(path.read_bytes(), type=Subject)
    except msgspec.MsgspecError as error:
        raise ConfigurationError(
            f"expected cases as case.schema.json says: {error}", where=path.name, code="conformance.not_a_case"
        ) from None
    if subject.subject != path.stem:
        raise ConfigurationError(
            f'"subject": expected {path.stem!r}, the name of the file, got {subject.subject!r}',
            where=path.name,
            code="conformance.not_a_case",
        )
    for case in subject.cases:
        if isinstance(case.tolerance, Tolerance) and (case.tolerance.digits is None) == (case.tolerance.decimals is None):
            raise ConfigurationError(
                f'case {case.id}: "tolerance": expected either digits or decimals', where=path.name, code="conformance.not_a_case"
            )
    return subject


def _refuse_twins(cases: Iterable[Case]) -> None:
    seen: set[str] = set()
    for case in cases:
        if case.id in seen:
            raise ConfigurationError(f"case {case.id}: expected every id once", code="conformance.not_a_case")
        seen.add(case.id)
