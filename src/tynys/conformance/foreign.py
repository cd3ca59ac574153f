"""Another system as it is asked: one JSON line a case on its standard input, one JSON line back on its standard output."""

from __future__ import annotations

import contextlib
import queue
import shlex
import subprocess
import threading
from typing import TYPE_CHECKING, Any, Self

import msgspec

from tynys.conformance.own import answer
from tynys.domain.errors import ConfigurationError, FieldError

if TYPE_CHECKING:
    from types import TracebackType

    from tynys.conformance.case import Case

_ENDED = ""
_SHOWN = 200
"""So much of an answer that cannot be understood is shown. [characters]"""


class Foreign:
    """A command that answers cases; used in a ``with`` block, which ends it.

    Parameters
    ----------
    command : str
        As in a shell, without one: words, quotes.
    patience_s : float
        How long one answer may take. [s]

    Raises
    ------
    ConfigurationError
        If the command cannot be started.
    """

    def __init__(self, command: str, patience_s: float) -> None:
        self._command, self._patience_s = command, patience_s
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._asked: set[str] = set()
        try:
            self._process = subprocess.Popen(  # noqa: S603  # what the person named
                _words(command),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                errors="replace",
                bufsize=1,
            )
        except (OSError, ValueError) as error:
            raise ConfigurationError(
                f"expected a command that can be started: {error}", where="--against", code="conformance.not_started"
            ) from None
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None  # noqa: S101  # it is a pipe
        for line in self._process.stdout:
            if line.strip():
                self._lines.put(line)
        self._lines.put(_ENDED)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close its input, which tells it to end; insist if it does not."""
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                if pipe is self._process.stdin and pipe is not None:
                    pipe.close()
        try:
            self._process.wait(self._patience_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def result(self, case: Case) -> dict[str, Any] | None:
        """What the command answers to a case; absent if it says that it has no such calculation."""
        request = msgspec.json.encode({"id": case.id, "kernel": case.kernel, "input": case.input}).decode()
        assert self._process.stdin is not None  # noqa: S101  # it is a pipe
        try:
            self._process.stdin.write(request + "\n")
            self._process.stdin.flush()
        except OSError:
            raise FieldError("expected a line to be read, but the command has ended", code="conformance.ended") from None
        self._asked.add(case.id)
        while True:
            given, line = self._next_answer()
            # An answer that comes late, or twice, is of a case that is judged already: the one of this case may still follow.
            if not (isinstance(given, dict) and _is_of(given, self._asked - {case.id})):
                return self._understood(case, given, line)

    def _next_answer(self) -> tuple[Any, str]:
        line = self._next_line()
        try:
            return msgspec.json.decode(line), line
        except (msgspec.DecodeError, RecursionError):
            return None, line

    def _next_line(self) -> str:
        try:
            line = self._lines.get(timeout=self._patience_s)
        except queue.Empty:
            hint = "it must write one line and flush it after each case"
            raise FieldError(f"expected an answer within {self._patience_s:g} s", hint=hint, code="conformance.no_answer") from None
        if line == _ENDED:
            self._lines.put(_ENDED)
            raise FieldError("expected an answer, but the command has ended", code="conformance.ended")
        return line

    def _understood(self, case: Case, given: Any, line: str) -> dict[str, Any] | None:
        if not isinstance(given, dict) or given.get("id") != case.id:
            hint = 'an answer is {"id": "…", "result": {…}}; messages belong on standard error'
            raise FieldError(
                f"expected one line of JSON with the id {case.id!r}, got {line.strip()[:_SHOWN]!r}",
                hint=hint,
                code="conformance.not_an_answer",
            )
        if given.get("unsupported") is True:
            return None
        if "error" in given:
            raise FieldError(f"it answered with an error: {given['error']}", code="conformance.error")
        result = given.get("result")
        if not isinstance(result, dict):
            raise FieldError(f'expected "result" to be an object, got {str(result)[:_SHOWN]}', code="conformance.not_an_answer")
        return result


def _words(command: str) -> list[str]:
    words = shlex.split(command)
    if not words:
        raise ValueError("it is empty")
    return words


def _is_of(given: dict[str, Any], ids: set[str]) -> bool:
    return isinstance(given.get("id"), str) and given["id"] in ids


def reply(line: str) -> str:
    """The answer of this system itself to one request, were it on the other side of the line."""
    try:
        asked = msgspec.json.decode(line)
        kernel, given, id_ = asked["kernel"], asked["input"], asked["id"]
    except (msgspec.DecodeError, RecursionError, KeyError, TypeError):
        return msgspec.json.encode({"id": None, "error": 'expected {"id": …, "kernel": …, "input": {…}}'}).decode()
    try:
        result = answer(kernel, given)
    except Exception as error:  # noqa: BLE001  # whatever a request makes a kernel do, the next one is answered
        return msgspec.json.encode({"id": id_, "error": f"{type(error).__name__}: {error}"}).decode()
    return msgspec.json.encode({"id": id_, "unsupported": True} if result is None else {"id": id_, "result": result}).decode()
