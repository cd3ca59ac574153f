"""Helpers of the house's tests: what a clone holds, and a crawl that follows whatever a page makes a browser ask for."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urldefrag, urljoin, urlsplit

import httpx

ROOT = Path(__file__).parents[2]

MEDIA_TYPES = {
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".css": "text/css",
    ".woff2": "font/woff2",
    ".svg": "image/svg+xml",
    ".geojson": "application/geo+json",
    ".json": "application/json",
    "": "text/html",
}
"""What a browser must be told, by the ending of the address (HTML Living Standard, "JavaScript MIME type"; RFC 8081; RFC 7946)."""

IMPORTS = re.compile(r"""(?:\bimport|\bfrom)\s*\(?\s*["'](\.{1,2}/[^"'\n]+)["']|["'](\./[\w./-]+\.m?js)["']""")
CSS_ADDRESSES = re.compile(r"""(?:\burl\(\s*["']?|@import\s+["'])(?!data:|#)([^"')\s]+)""")
ATTRIBUTES = {"src", "href", "poster", "hx-get", "data-series", "data-library", "data-worker", "data-style", "data-outline"}
"""Attributes whose value a browser, htmx or an element of ours asks for."""


def tracked() -> list[str]:
    """Files a clone would hold: those of git and those not yet added, without what git ignores or somebody just deleted."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    return sorted(name for name in set(names) if name and (ROOT / name).is_file())


@dataclass(frozen=True, slots=True)
class Installed:
    """A wheel in an environment of its own."""

    bin: Path
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """Only the environment's own programs: no Node, no npm, no settings of the person who tests."""
        return {"PATH": str(self.bin), "HOME": str(self.folder), "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}

    def command(self, *words: object) -> list[str]:
        """The command line of `tynys` with these words."""
        return [str(self.bin / "tynys"), *map(str, words)]

    def tynys(self, *words: object) -> str:
        """Run to the end; what it said."""
        done = subprocess.run(
            self.command(*words), env=self.environment, cwd=self.folder, capture_output=True, text=True, check=False, timeout=180
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


class _Addresses(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect what this element refers to; a link once, not in each language, theme and span its query may ask for."""
        for name, value in attrs:
            if name in ATTRIBUTES and value:
                self.found.append(value.partition("?")[0] if tag == "a" else value)
            if name == "srcset" and value:
                self.found += [part.split()[0] for part in value.split(",")]
            if name == "style" and value:
                self.found += CSS_ADDRESSES.findall(value)


def addresses(media_type: str, text: str) -> list[str]:
    """What a document of this type refers to, as it is written there."""
    if media_type == "text/html":
        parser = _Addresses()
        parser.feed(text)
        return parser.found
    if media_type == "text/css":
        return CSS_ADDRESSES.findall(text)
    if media_type == "text/javascript":
        return [first or second for first, second in IMPORTS.findall(text)]
    return []


@dataclass
class Crawl:
    """Everything reachable from some pages of one site."""

    origin: str
    seen: dict[str, str] = field(default_factory=dict)
    """Media type by path."""
    wrong: list[str] = field(default_factory=list)
    """What did not resolve, in words."""

    def follow(self, *paths: str) -> Crawl:
        """Ask for the paths and for all they refer to."""
        queue = [(urljoin(self.origin, path), "the test") for path in paths]
        asked: set[str] = set()
        with httpx.Client(timeout=30, trust_env=False) as client:
            while queue:
                address, by = queue.pop()
                address = urldefrag(address).url
                if address in asked or address.startswith("data:"):
                    continue
                asked.add(address)
                if not address.startswith(self.origin):
                    self.wrong.append(f"{by} refers to {address}, outside the machine")
                    continue
                queue += self._ask(client, address, by)
        return self

    def _ask(self, client: httpx.Client, address: str, by: str) -> list[tuple[str, str]]:
        path = urlsplit(address).path
        with client.stream("GET", address) as answer:
            media_type = answer.headers.get("content-type", "").partition(";")[0]
            text = "" if media_type == "text/event-stream" else answer.read().decode(errors="replace")
        self.seen[path] = media_type
        if answer.status_code != httpx.codes.OK:
            self.wrong.append(f"{by} refers to {path}, which answers {answer.status_code}")
            return []
        expected = MEDIA_TYPES.get(Path(path).suffix) if path.startswith("/static/") else None
        if expected is not None and media_type != expected:
            self.wrong.append(f"{path} is {media_type}, expected {expected}")
        found = addresses(media_type, text)
        return [(urljoin(address, reference), path) for reference in found]
