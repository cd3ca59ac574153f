"""Static files, named under one digest of them all, so that every relative import between them may be kept for ever."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.responses import Response

from tynys.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from starlette.requests import Request

FOLDER = Path(__file__).parent / "static"
NEEDED = "vendor/stamp.txt"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".json": "application/json",
    ".geojson": "application/geo+json",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
    "": "text/plain; charset=utf-8",
}
_WORTH_PACKING = 1024
_FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    """One file, with its packed form where packing pays."""

    body: bytes
    packed: bytes | None
    media_type: str


@dataclass(slots=True)
class Assets:
    """The files of a folder, read once, each when first asked for."""

    folder: Path
    digest: str
    _read: dict[str, Asset] = field(default_factory=dict)

    def url(self, name: str) -> str:
        """Address of a file; a name that does not exist is a programming error."""
        if not (self.folder / name).is_file():
            raise ConfigurationError(
                f"no static file {name}", where=str(self.folder), hint="run `python hatch_build.py` (or `make install`)"
            )
        return f"/static/{self.digest}/{name}"

    def get(self, name: str) -> Asset | None:
        """A file by name, None when there is none (or the name climbs out of the folder)."""
        if name not in self._read:
            path = (self.folder / name).resolve()
            if not path.is_relative_to(self.folder) or not path.is_file() or path.suffix not in TYPES:
                return None
            body = path.read_bytes()
            packed = gzip.compress(body, 6, mtime=0) if len(body) > _WORTH_PACKING and path.suffix != ".woff2" else None
            self._read[name] = Asset(body, packed, TYPES[path.suffix])
        return self._read[name]

    def answer(self, request: Request) -> Response:
        """The response to ``/static/{digest}/{name}``; an old digest gets the present file, not to be kept."""
        asset = self.get(request.path_params["name"])
        if asset is None:
            return Response("not found", 404, media_type="text/plain")
        keep = _FOR_EVER if request.path_params["digest"] == self.digest else "no-cache"
        headers = {"Cache-Control": keep, "X-Content-Type-Options": "nosniff", "Vary": "Accept-Encoding"}
        if asset.packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
            return Response(asset.packed, media_type=asset.media_type, headers={**headers, "Content-Encoding": "gzip"})
        return Response(asset.body, media_type=asset.media_type, headers=headers)


@cache
def assets(folder: Path = FOLDER) -> Assets:
    """The package's own static files; says what to do when the browser libraries have not been brought."""
    if not (folder / NEEDED).is_file():
        raise ConfigurationError(
            "the browser libraries are missing", where=str(folder / "vendor"), hint="run `python hatch_build.py` (or `make install`)"
        )
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return Assets(folder.resolve(), digest.hexdigest()[:12])
