"""A lean HTTPS client for one request after another over one connection: the measuring side must cost little."""

from __future__ import annotations

import asyncio
import ssl
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from pathlib import Path

END = b"\r\n\r\n"


class Connection:
    """One kept-alive connection; answers must tell their length."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str) -> None:
        self._reader, self._writer, self._host = reader, writer, host

    @classmethod
    async def open(cls, url: str, ca_file: Path) -> Self:
        """Connect over TLS, trusting one authority."""
        parts = urlsplit(url)
        context = ssl.create_default_context(cafile=str(ca_file))
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port, ssl=context)
        return cls(reader, writer, parts.netloc)

    async def post(self, path: str, body: bytes, headers: str) -> bytes:
        """Send a body, wait for the answer; anything but 200 is an error."""
        head = f"POST {path} HTTP/1.1\r\nhost: {self._host}\r\n{headers}content-length: {len(body)}\r\n\r\n"
        self._writer.write(head.encode() + body)
        answer = (await self._reader.readuntil(END)).decode("latin-1").lower()
        length = next(int(line[15:]) for line in answer.split("\r\n") if line.startswith("content-length:"))
        content = await self._reader.readexactly(length)
        if " 200 " not in answer.partition("\r\n")[0]:
            raise RuntimeError(f"{path}: {answer.splitlines()[0]}: {content[:300]!r}")
        return content

    def close(self) -> None:
        """Hang up."""
        self._writer.transport.abort()
