"""What failed, in words: pages for people, problems for programs, the same status for both."""

import httpx
import pytest
from fastapi import FastAPI
from html_tree import by_id, read, text
from sample import Sample

from tynys.centre import problems
from tynys.domain.errors import TynysError
from tynys.present.voice import voice
from tynys.web import mount

PAGE = {"accept": "text/html,application/xhtml+xml"}


class Failing(Sample):
    """A centre that cannot answer for one of its facilities."""

    async def facility(self, facility):
        if facility == "gres-2":
            raise TynysError("the lake is being rebuilt", where="lake")
        if facility == "tets-1":
            raise ZeroDivisionError
        return await super().facility(facility)


@pytest.fixture
async def centre():
    app = FastAPI()
    app.state.html_error = None
    problems.install(app)

    @app.get("/api/v1/number")
    async def number(value: int) -> int:
        return value

    mount(app, Failing())
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://page.test") as client:
        yield client


@pytest.mark.parametrize(
    ("path", "status", "kind"),
    [
        ("/nowhere", 404, "not_found"),
        ("/facility/atlantis", 404, "not_found"),
        ("/source/gres-1.stack-9", 404, "not_found"),
        ("/source/gres-1.stack-1/table?component=argon&kind=x", 200, None),
        ("/facility/gres-2", 503, "busy"),
        ("/facility/tets-1", 500, "broken"),
    ],
)
@pytest.mark.parametrize("language", ["kk", "ru", "en"])
async def test_a_failure_is_a_page_in_the_reader_s_language_with_a_way_on(centre, path, status, kind, language) -> None:
    answer = await centre.get(path, headers=PAGE | {"accept-language": language})
    assert answer.status_code == status
    if kind is None:
        return
    root = read(answer.text)
    assert root.get("lang") == language
    assert text(next(root.iter("h1"))) == voice(language).t(f"error.{kind}")
    assert {"/", "/facilities"} <= {link.get("href") for link in by_id(root, "main").iter("a")}
    assert "ZeroDivisionError" not in answer.text


async def test_what_a_person_can_do_something_about_is_told(centre) -> None:
    answer = await centre.get("/facility/gres-2", headers=PAGE)
    assert "the lake is being rebuilt" in answer.text


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/api/v1/nothing", 404), ("GET", "/v1/nothing", 404), ("GET", "/api/v1/number?value=x", 422)]
)
async def test_a_program_is_told_in_json_even_where_it_says_it_likes_pages(centre, method, path, status) -> None:
    answer = await centre.request(method, path, headers=PAGE)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status


async def test_a_wrong_method_is_a_page_or_a_problem_as_asked(centre) -> None:
    page = await centre.post("/facilities", headers=PAGE)
    problem = await centre.post("/facilities", headers={"accept": "application/json"})
    assert (page.status_code, problem.status_code) == (405, 405)
    assert page.headers["content-type"].startswith("text/html")
    assert problem.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "path", ['/<script>alert("x")</script>', "/facilities?q=<script>alert(1)</script>", "/source/%3Cimg%20src=x%3E", "/?lang=<b>"]
)
async def test_what_came_in_the_address_is_never_markup(centre, path) -> None:
    answer = await centre.get(path, headers=PAGE)
    assert "<script>alert" not in answer.text
    assert "<img" not in answer.text
    assert "<b>" not in answer.headers.get("set-cookie", "")
    read(answer.text)
