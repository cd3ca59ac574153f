"""The way to the centre: HTTPS to one address, trusted by one pinned certificate authority."""

from __future__ import annotations

import ssl
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx
import msgspec

from tynys.domain.errors import ConfigurationError, TynysError

if TYPE_CHECKING:
    from pathlib import Path

REQUEST_TIMEOUT_S = 30.0
CONNECT_TIMEOUT_S = 5.0
_OK = 200
_BUSY = (429, 503)


class LineError(TynysError):
    """The centre could not be reached, or did not answer as agreed; ``retry_after_s`` is its own wish. [s]."""

    code = "line.failed"

    def __init__(self, message: str, *, where: str = "", hint: str = "", code: str | None = None, retry_after_s: float = 0.0) -> None:
        super().__init__(message, where=where, hint=hint, code=code)
        self.retry_after_s = retry_after_s


class Problem(msgspec.Struct, frozen=True):
    """What the centre says when it takes a request as a whole no further (RFC 9457; other members are its own)."""

    title: str = ""
    detail: str = ""
    code: str = ""


class TimeAnswer(msgspec.Struct, frozen=True):
    """The centre's clock."""

    server_time_ms: int


@dataclass(frozen=True, slots=True)
class TimeExchange:
    """One exchange of time with the centre, in real milliseconds of travel."""

    server_time_ms: int
    round_trip_ms: float


class CentreLine:
    """Keeps one connection alive for each lane; every failure is a `LineError` in words."""

    def __init__(self, url: str, ca_file: Path) -> None:
        self.url = url.rstrip("/")
        try:
            context = ssl.create_default_context(cafile=str(ca_file))
        except (OSError, ssl.SSLError) as error:
            raise ConfigurationError(
                f"the centre's certificate authority cannot be read: {error}",
                where=str(ca_file),
                hint="copy tls/ca.pem from the centre, and name it in centre.ca_file",
            ) from error
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._client = httpx.AsyncClient(
            verify=context,
            trust_env=False,
            timeout=httpx.Timeout(REQUEST_TIMEOUT_S, connect=CONNECT_TIMEOUT_S),
            limits=httpx.Limits(max_connections=4, max_keepalive_connections=4, keepalive_expiry=120),
        )

    async def post_batches(self, body: bytes) -> bytes:
        """Send one packed request; returns the signed reply's bytes, unverified."""
        return await self._request(
            "POST", "/v1/batches", content=body, headers={"content-type": "application/x-protobuf", "content-encoding": "zstd"}
        )

    async def post_json(self, path: str, document: object) -> bytes:
        """Send a JSON document."""
        return await self._request("POST", path, content=msgspec.json.encode(document), headers={"content-type": "application/json"})

    async def time(self) -> TimeExchange:
        """Ask the centre's clock."""
        before = time.monotonic()
        body = await self._request("GET", "/v1/time")
        travelled_ms = (time.monotonic() - before) * 1000
        try:
            return TimeExchange(msgspec.json.decode(body, type=TimeAnswer).server_time_ms, travelled_ms)
        except msgspec.DecodeError as error:
            raise LineError(f"expected the time, got {body[:80]!r}", where=self.url, code="line.not_a_centre") from error

    async def _request(self, method: str, path: str, *, content: bytes | None = None, headers: dict[str, str] | None = None) -> bytes:
        try:
            answer = await self._client.request(method, self.url + path, content=content, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise self._explain(error) from error
        if answer.status_code == _OK:
            return answer.content
        retry_after = answer.headers.get("retry-after", "")
        raise LineError(
            f"the centre answered {answer.status_code}: {_problem_text(answer.content)}",
            where=self.url + path,
            code="line.busy" if answer.status_code in _BUSY else "line.rejected",
            retry_after_s=float(retry_after) if retry_after.isdigit() else 0.0,
        )

    def _explain(self, error: httpx.HTTPError | httpx.InvalidURL) -> LineError:
        """The failure as the cause alone: what it means is the code's, which a page words in the reader's language."""
        text = str(error) or type(error).__name__
        if "CERTIFICATE_VERIFY_FAILED" in text:
            return LineError(
                f"the server's certificate is not signed by the pinned authority ({text})",
                where=self.url,
                hint="is centre.ca_file the file of this centre? If not, someone may stand in between",
                code="line.certificate",
            )
        if isinstance(error, httpx.ConnectError):
            hint = "is the centre running, and its address right?"
            return LineError(text, where=self.url, hint=hint, code="line.cut")
        if isinstance(error, httpx.TimeoutException):
            return LineError(f"timed out ({type(error).__name__})", where=self.url, code="line.cut")
        return LineError(text, where=self.url, code="line.cut")

    async def close(self) -> None:
        """Hang up."""
        await self._client.aclose()


def _problem_text(body: bytes) -> str:
    try:
        problem = msgspec.json.decode(body, type=Problem)
    except msgspec.DecodeError:
        return repr(body[:120])
    return " ".join(part for part in (problem.title, problem.detail, problem.code and f"({problem.code})") if part) or repr(body[:120])
