"""Every page in every state: where it is, which sample shows it, and how it answers."""

from __future__ import annotations

from sample import NOW, WINDOW, configurations

from tynys.web.mount import PAGES

LANGUAGES = ("kk", "ru", "en")
WINDOW_START = NOW // WINDOW * WINDOW - WINDOW
CHANNEL = next(str(c.id) for c in configurations()["gres-1"].channels if c.component == "so2" and "stack-2" in c.name)
COUNTRY = (
    ("/", 200),
    ("/facilities", 200),
    ("/facilities?region=19&standing=silent&q=zzz", 200),
    ("/transmission", 200),
    ("/methods", 200),
    ("/design", 200),
    ("/nowhere", 404),
)
PLACES = (
    ("/facility/gres-1", 200),
    ("/facility/gres-2", 200),
    ("/facility/gres-1/day", 200),
    ("/facility/gres-1/assurance", 200),
    ("/facility/gres-1/assurance/weeks", 200),
    ("/source/gres-1.stack-2", 200),
    ("/source/gres-1.stack-2?component=so2&span=year&kind=averages", 200),
    ("/source/gres-1.stack-2?component=nox&span=day&kind=readings", 200),
    ("/source/gres-2.stack-1", 200),
    ("/source/tets-1.stack-7", 200),
    ("/source/tets-2.stack-1", 200),
    ("/source/tets-2.stack-2?component=co", 200),
    ("/source/gres-1.stack-2/table", 200),
    (f"/source/gres-1.stack-2/made?component=so2&period=PT20M&start={WINDOW_START}", 200),
    (f"/source/tets-2.stack-1/made?component=nox&period=PT20M&start={WINDOW_START}", 200),
    (f"/source/gres-1.stack-2/made?component=dust&period=PT1H&start={WINDOW_START}", 200),
    (f"/source/gres-1.stack-2/made?component=flow&period=PT20M&start={WINDOW_START}", 200),
    (f"/source/gres-1.stack-2/readings?channel={CHANNEL}&start={WINDOW_START}&end={WINDOW_START + 1_200_000}", 200),
    ("/source/gres-1.stack-2/made", 200),
    ("/source/gres-1.stack-2/made?component=so2&period=PT9M&start=1", 404),
    ("/source/gres-1.stack-2/readings?channel=none&start=1&end=2", 404),
    ("/facility/nowhere", 404),
    ("/facility/nowhere/assurance", 404),
    ("/source/nowhere.stack-1", 404),
)
STATES = (
    *(("full", path, status) for path, status in COUNTRY + PLACES),
    *(("empty", path, status) for path, status in COUNTRY),
    *(("loading", path, status) for path, status in COUNTRY),
    ("empty", "/facility/gres-1", 404),
    ("plant", "/", 200),
    ("interface", "/api/v1/docs", 200),
)
"""Sample, address, answer."""
ELSEWHERE = {"/source/{source}/series": "not a page: the chart's arrays"}


def with_language(path, language):
    """The address in a language."""
    return f"{path}{'&' if '?' in path else '?'}lang={language}"


def patterns():
    """The routes of `PAGES` that are pages."""
    return [path for path, _ in PAGES if path not in ELSEWHERE]
