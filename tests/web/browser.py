"""Debian's Chromium before real servers on loopback; whatever a page asks of anyone else is remembered and goes nowhere."""

from __future__ import annotations

import asyncio
import socket
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import uvicorn
from playwright.async_api import expect

expect.set_options(timeout=20_000)
CHROMIUM = Path("/usr/bin/chromium")
AXE = Path(__file__).parent / "node_modules/axe-core/axe.min.js"
ARGUMENTS = ("--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--disable-gpu-watchdog")
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 375, "height": 812}
STANDARD = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
STICKS_OUT = """() => {
  const width = document.documentElement.clientWidth;
  const by = document.documentElement.scrollWidth - width;
  const outside = [...document.body.querySelectorAll('*')].filter((element) => element.getBoundingClientRect().right > width + 1);
  return [by, by > 0 ? outside.slice(0, 5).map((element) => element.outerHTML.slice(0, 120)) : []];
}"""


@asynccontextmanager
async def serving(app):
    """An application on a free port of this machine; gives its origin."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", ws="none")
    server = uvicorn.Server(config)
    task = asyncio.create_task(server._serve(sockets=[listening]))
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = server.force_exit = True
        await task
        listening.close()


class Visitor:
    """One person's browser: a page, what it asked for, and what it complained of."""

    def __init__(self, page):
        self.page, self.asked, self.complaints = page, [], []
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._heard)

    def _heard(self, message):
        if message.type in {"error", "warning"} and "GPU stall" not in message.text and "GroupMarkerNotSet" not in message.text:
            self.complaints.append(message.text)

    def foreign(self):
        """Addresses that are not on this machine."""
        return [url for url in self.asked if urlsplit(url).scheme not in {"data", "blob"} and urlsplit(url).hostname != "127.0.0.1"]

    async def go(self, url):
        """Open a page and wait until it has settled."""
        answer = await self.page.goto(url)
        await self.settled()
        return answer

    async def settled(self):
        """Wait for fonts, for charts and for every swap under way."""
        await self.page.evaluate("document.fonts.ready.then(() => true)")
        await expect(self.page.locator("t-chart:not(.on)")).to_have_count(0)
        await expect(self.page.locator(".htmx-request, [aria-busy=true]")).to_have_count(0)

    async def heading(self):
        """The sentence of the page."""
        return (await self.page.locator("h1").inner_text()).replace("\u00a0", " ").replace("\u2060", "")

    async def overflow(self):
        """How far the page scrolls sideways, and what sticks out. [CSS px]."""
        return await self.page.evaluate(STICKS_OUT)

    async def violations(self, rules):
        """What axe-core finds against some of its rules or standards, in a form a person can act on."""
        await self.page.evaluate("source => { if (!window.axe) (0, eval)(source); }", AXE.read_text())
        found = await self.page.evaluate("rules => axe.run({runOnly: rules, resultTypes: ['violations']})", list(rules))
        return [f"{each['id']}: {node['html'][:160]} {node['failureSummary']}" for each in found["violations"] for node in each["nodes"]]
