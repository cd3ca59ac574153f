"""Which language and theme a page speaks: the address, then the cookie, then the browser, then the state language."""

import pytest
from html_tree import by_class, read, text

from tynys.web.language import preferred


async def spoken(client, path="/", **headers):
    """The language of an answer to one who brings these headers and no other cookie."""
    client.cookies.clear()
    return read((await client.get(path, headers=headers)).text).get("lang")


async def test_the_address_comes_before_the_cookie_and_the_cookie_before_the_browser(full) -> None:
    assert await spoken(full, "/?lang=en", cookie="lang=kk", **{"accept-language": "ru"}) == "en"
    assert await spoken(full, "/", cookie="lang=en", **{"accept-language": "ru"}) == "en"
    assert await spoken(full, "/", **{"accept-language": "ru"}) == "ru"
    assert await spoken(full, "/", **{"accept-language": "de"}) == "kk"
    assert await spoken(full, "/") == "kk"


async def test_what_is_no_language_of_ours_is_passed_over(full) -> None:
    assert await spoken(full, "/?lang=xx", cookie="lang=../../etc", **{"accept-language": "ru"}) == "ru"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("ru-RU,ru;q=0.9,en-US;q=0.8,en;q=0.7", "ru"),
        ("en;q=0.5, kk-KZ;q=0.9", "kk"),
        ("de-DE,de;q=0.9,en;q=0.2,ru;q=0.4", "ru"),
        ("EN-us", "en"),
        ("en, ru", "en"),
        ("en;q=oops, ru;q=0.1", "ru"),
        ("*", "kk"),
        ("", "kk"),
    ],
)
def test_the_browser_s_wishes_are_weighed(header, language) -> None:
    assert preferred(header) == language


async def test_a_language_chosen_once_is_remembered(full) -> None:
    answer = await full.get("/?lang=ru")
    assert answer.cookies["lang"] == "ru"
    assert "samesite=lax" in answer.headers["set-cookie"].lower()
    assert read((await full.get("/facilities")).text).get("lang") == "ru"


async def test_a_language_that_is_none_is_not_remembered(full) -> None:
    assert "set-cookie" not in (await full.get("/?lang=xx")).headers


async def test_every_page_offers_itself_in_the_other_languages_and_keeps_what_was_asked(full) -> None:
    root = read((await full.get("/source/gres-1.stack-2?component=so2&span=week&lang=en")).text)
    (choice,) = by_class(root, "lang")
    links = {link.get("hreflang"): link.get("href") for link in choice.iter("a")}
    assert set(links) == {"kk", "ru"}
    for language, href in links.items():
        assert href == f"/source/gres-1.stack-2?component=so2&span=week&lang={language}"
        assert await spoken(full, href) == language
    assert [text(here) for here in choice.iter("b")] == ["Eng"]


@pytest.mark.parametrize(
    ("asked", "kept", "shown"), [("dark", None, "dark"), ("light", "dark", "light"), ("system", "dark", None), (None, "dark", "dark")]
)
async def test_a_theme_is_chosen_by_address_and_remembered(full, asked, kept, shown) -> None:
    answer = await full.get("/methods", params={"theme": asked} if asked else {}, headers={"cookie": f"theme={kept}"} if kept else {})
    assert read(answer.text).get("data-theme") == shown
    if asked == "system":
        assert 'theme=""' in answer.headers["set-cookie"]
    elif asked:
        assert f"theme={asked}" in answer.headers["set-cookie"]
    else:
        assert "set-cookie" not in answer.headers


async def test_answers_differ_by_language_so_caches_are_told(full) -> None:
    answer = await full.get("/")
    assert {"accept-language", "cookie", "accept-encoding"} <= {name.strip().lower() for name in answer.headers["vary"].split(",")}
    assert answer.headers["cache-control"] == "private, no-cache"
