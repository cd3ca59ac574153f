"""The pages against WCAG 2.2 AA by axe-core, light and dark, on a desk and on a phone; and nothing scrolls sideways on a phone."""

import pytest
from browser import AXE, DESK, PHONE, STANDARD
from pages_under_test import CHANNEL, LANGUAGES, STATES, WINDOW_START, with_language

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("browser")]
EACH_KIND = [
    *("full /", "full /facilities", "full /facility/gres-1", "full /facility/gres-1/day", "full /source/gres-1.stack-2"),
    *("full /source/gres-2.stack-1", "full /transmission", "full /methods", "full /design", "full /nowhere"),
    f"full /source/gres-1.stack-2/made?component=so2&period=PT20M&start={WINDOW_START}",
    f"full /source/gres-1.stack-2/readings?channel={CHANNEL}&start={WINDOW_START}&end={WINDOW_START + 1_200_000}",
    *("full /facility/gres-1/assurance", "full /facility/gres-1/assurance/weeks"),
    *("empty /", "empty /facilities", "empty /transmission", "loading /", "plant /", "interface /api/v1/docs"),
]
"""One page of each kind and state."""
COLOURS = ("color-contrast", "link-in-text-block")
"""What a dark page may break that its light twin keeps: the theme changes nothing but colours."""


async def open_all(visitor, address):
    """A page with every table twin open."""
    await visitor.go(address)
    await visitor.page.evaluate("document.querySelectorAll('details').forEach((twin) => { twin.open = true; })")
    await visitor.settled()
    visitor.complaints = [words for words in visitor.complaints if "404 (Not Found)" not in words or "/nowhere" not in address]


async def too_wide(visitor, origins, language):
    """Pages that scroll sideways: by how much, and what sticks out."""
    found = {}
    for page in EACH_KIND:
        sample, path = page.split(" ")
        await open_all(visitor, with_language(origins[sample] + path, language))
        by, what = await visitor.overflow()
        if by > 0:
            found[page] = (by, what)
    return found


@pytest.mark.parametrize("page", EACH_KIND)
async def test_a_page_keeps_the_standard(visitor, origins, page) -> None:
    if not AXE.exists():
        pytest.skip("needs `npm --prefix tests/web ci`, as `make test` does")
    sample, path = page.split(" ")
    await open_all(visitor, with_language(origins[sample] + path, "kk"))
    found = {}
    for size in (DESK, PHONE):
        await visitor.page.set_viewport_size(size)
        for theme, rules in (("light", STANDARD), ("dark", COLOURS)):
            await visitor.page.emulate_media(color_scheme=theme)
            if broken := await visitor.violations(rules):
                found[f"{theme}, {size['width']} px"] = broken
    assert found == {}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_no_page_scrolls_sideways_on_a_phone(visitor, origins, language) -> None:
    await visitor.page.set_viewport_size(PHONE)
    assert await too_wide(visitor, origins, language) == {}


@pytest.mark.parametrize("width", [768, 1920])
async def test_no_page_scrolls_sideways_between_phone_and_wall(visitor, origins, width) -> None:
    await visitor.page.set_viewport_size({"width": width, "height": 1080})
    assert await too_wide(visitor, origins, "kk") == {}


async def test_each_kind_of_page_is_one_of_the_contract() -> None:
    assert set(EACH_KIND) <= {f"{sample} {path}" for sample, path, _ in STATES}
