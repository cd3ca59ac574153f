"""The first page of the demo as a newcomer meets it, beside the least that answers and a dead copy of the same page."""

from __future__ import annotations

import functools
import http.server
import tempfile
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from benchmarks.figures import Figure
from benchmarks.processes import started
from benchmarks.timing import median
from tynys.cli.demo.setup import free_port

if TYPE_CHECKING:
    import subprocess

    from playwright.sync_api import Browser

    from benchmarks.figures import Say

NAME = "page"
CHROMIUM = "/usr/bin/chromium"
VIEWS = 5
HISTORY_DAYS = 90
COPY = "dead copy of the page from http.server"
SETTLE_MS = 1500
"""How long after the load a larger paint is waited for. [ms]"""
READY_S, PAGE_BYTES, PAINT_S = 15.0, 60_000, 1.5
LARGEST_PAINT = """() => new Promise(done => {
    let last = 0;
    new PerformanceObserver(list => { for (const each of list.getEntries()) last = each.startTime; })
        .observe({ type: "largest-contentful-paint", buffered: true });
    setTimeout(() => done(last), %d);
})"""


def measure(say: Say) -> list[Figure]:
    """`tynys demo` from its start to the first answer; then the page in a real browser while the history arrives."""
    with tempfile.TemporaryDirectory(prefix="tynys-bench-", ignore_cleanup_errors=True) as held:
        root = Path(held)
        say("the least that answers starts")
        port = free_port()
        began = time.monotonic()
        with started("benchmarks.peers.hello", str(port), log=root / "hello.log") as least:
            least_s = _first_answer(port, least, began)
        say("the demo starts")
        first = _visit(root / "first", "--history-days", str(HISTORY_DAYS))
        say("the demo starts again, with no history to take in")
        later = _visit(root / "later", "--history-days", "0")
    return [
        Figure(benchmark=NAME, what="`tynys demo` to the first page", unit="s", value=first.ready_s, peer=least_s, at_most=READY_S,
               peer_name="bare Starlette page, from its start", note="centre, five plants, five gateways begin meanwhile"),
        Figure(benchmark=NAME, what="HTML of the page", unit="bytes", value=first.html_bytes, at_most=PAGE_BYTES),
        Figure(benchmark=NAME, what="largest contentful paint", unit="s", value=later.paint_s, peer=later.copy_paint_s, at_most=PAINT_S,
               peer_name=COPY, note=f"median of {VIEWS} fresh visits, Chromium without a screen, the demo running"),
        Figure(benchmark=NAME, what="the same while the history arrives", unit="s", value=first.paint_s, peer=first.copy_paint_s,
               peer_name=COPY, note=f"{HISTORY_DAYS} days of five plants in a minute: both cores are busy"),
        Figure(benchmark=NAME, what="requests that left the machine", unit="", value=first.left + later.left, at_most=0),
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Visit:
    """One demo as a newcomer meets it: seconds to the first answer, its size, largest paint of page and copy, strangers asked."""

    ready_s: float
    html_bytes: int
    paint_s: float
    copy_paint_s: float
    left: int


def _visit(folder: Path, *arguments: str) -> Visit:
    """Start a demo, wait for its first answer, look at it."""
    folder.mkdir()
    port = free_port()
    began = time.monotonic()
    asked = ("demo", "--port", str(port), "--folder", str(folder / "country"), "--no-open", *arguments)
    with started("tynys", *asked, log=folder / "demo.log") as demo:
        ready_s = _first_answer(port, demo, began)
        html = urllib.request.urlopen(f"http://127.0.0.1:{port}/?lang=en").read()
        return Visit(ready_s, len(html), *_painted(port, folder / "copy"))


def _first_answer(port: int, process: subprocess.Popen[bytes], began: float) -> float:
    """Seconds until the page answers 200."""
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
                if answer.status == HTTPStatus.OK:
                    return time.monotonic() - began
        except (OSError, urllib.error.URLError):
            assert process.poll() is None, "the server ended before it answered"
        time.sleep(0.02)


def _painted(port: int, copy: Path) -> tuple[float, float, int]:
    """Largest paint of the live page and of its copy, viewed in turn, and how many requests went elsewhere. [s]."""
    from playwright.sync_api import sync_playwright

    url = f"http://127.0.0.1:{port}/?lang=en"
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        left = _save(browser, url, copy)
        with _serve(copy) as server:
            copy_url = f"http://127.0.0.1:{server.server_address[1]}/index.html"
            live: list[float] = []
            dead: list[float] = []
            for number in range(VIEWS):
                pairs = [(live, url), (dead, copy_url)]
                for found, address in pairs[:: 1 if number % 2 == 0 else -1]:
                    found.append(_largest_paint_s(browser, address))
            server.shutdown()
        browser.close()
    return median(live), median(dead), left


def _save(browser: Browser, url: str, copy: Path) -> int:
    """Visit the page once and keep everything it loads, to be served dead; how many requests left the machine."""
    left = 0
    context = browser.new_context()
    page = context.new_page()

    def note(request: object) -> None:
        nonlocal left
        left += urlsplit(request.url).hostname not in {"127.0.0.1", "localhost", None}  # type: ignore[attr-defined]

    page.on("request", note)
    kept: list[object] = []
    page.on("response", lambda response: kept.append(response) if "/static/" in response.url else None)
    page.goto(url, wait_until="load")
    page.wait_for_timeout(2 * SETTLE_MS)
    copy.mkdir()
    for response in kept:
        target = copy / urlsplit(response.url).path.lstrip("/")  # type: ignore[attr-defined]
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(response.body())  # type: ignore[attr-defined]
    (copy / "index.html").write_bytes(urllib.request.urlopen(url).read())  # noqa: S310 - our own server
    context.close()
    return left


def _serve(folder: Path) -> http.server.ThreadingHTTPServer:
    class Quiet(http.server.SimpleHTTPRequestHandler):
        """Says nothing about requests."""

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def _largest_paint_s(browser: Browser, url: str) -> float:
    """A fresh visit with an empty cache. [s]."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.goto(url, wait_until="load")
    found: float = page.evaluate(LARGEST_PAINT % SETTLE_MS)
    context.close()
    return found / 1000
