"""People at the pages: by mouse, by keyboard, in three languages, while values change."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from browser import PHONE
from pages_under_test import WINDOW_START
from playwright.async_api import expect
from sample_plant import SamplePlant

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("browser")]


def where(page):
    return urlsplit(page.url).path


def query(page):
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


async def tab_to(page, words, *, most=80):
    """Walk with the Tab key until the focus stands on the element that says these words; gives the steps."""
    for step in range(1, most):
        await page.keyboard.press("Tab")
        said = await page.evaluate("() => document.activeElement.textContent.replace(/\\u00ad/g, '').replace(/\\s+/g, ' ').trim()")
        if words in said and len(said) < len(words) + 30:
            return step
    raise AssertionError(f"{words!r} is not reached by {most} Tabs")


async def moved(page, selector, x):
    """Wait until an element has left the place it had."""
    for _ in range(400):
        box = await page.locator(selector).first.bounding_box()  # None while a refresh puts the element anew
        if box is not None and abs(box["x"] - x) > 1:
            return
        await page.wait_for_timeout(50)
    raise AssertionError(f"{selector} stays where it was")


async def test_by_click_from_the_country_to_one_stack_and_to_the_line(visitor, origins) -> None:
    page = visitor.page
    await visitor.go(origins["full"] + "/?lang=en")
    assert re.match(r"\w+ of \w+ sources are within their limits\. One exceeds", await visitor.heading())
    await page.locator("table.ranked tbody tr").first.get_by_role("link").click()
    assert where(page) == "/source/gres-1.stack-2"
    assert (await visitor.heading()).startswith("Stack 2 exceeds its dust limit since ")
    await page.get_by_role("navigation", name="Where you are").get_by_role("link").last.click()
    assert where(page) == "/facility/gres-1"
    await page.get_by_role("navigation", name="Sections").get_by_role("link", name="Transmission").click()
    assert where(page) == "/transmission"
    await expect(page.locator("#zone-gateways tbody tr")).to_have_count(10)


async def test_the_same_by_keyboard_alone(visitor, origins) -> None:
    page = visitor.page
    await visitor.go(origins["full"] + "/?lang=en")
    assert await tab_to(page, "Skip to content") == 1
    await page.keyboard.press("Enter")
    assert await page.evaluate("() => document.activeElement.id") == "main"
    await tab_to(page, "Stack 2")
    outline = await page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/source/**")
    await visitor.settled()
    await tab_to(page, "Transmission")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/transmission")


async def test_the_language_changes_in_place_and_is_remembered(visitor, origins) -> None:
    page = visitor.page
    await visitor.go(origins["full"] + "/source/gres-1.stack-2?component=so2&span=week&lang=en")
    await page.get_by_role("link", name="Қаз").click()
    assert query(page) == {"component": "so2", "span": "week", "lang": "kk"}
    await expect(page.locator("html")).to_have_attribute("lang", "kk")
    assert "нормативтен асып тұр" in await visitor.heading()
    await visitor.go(origins["full"] + "/")
    await expect(page.locator("html")).to_have_attribute("lang", "kk")


async def test_the_theme_follows_the_system_until_one_is_chosen(visitor, origins) -> None:
    page = visitor.page
    ground = "() => getComputedStyle(document.body).backgroundColor"
    await visitor.go(origins["full"] + "/methods?lang=en")
    light = await page.evaluate(ground)
    await page.emulate_media(color_scheme="dark")
    dark = await page.evaluate(ground)
    assert light != dark
    await page.get_by_role("link", name="light", exact=True).click()
    assert await page.evaluate(ground) == light
    await visitor.go(origins["full"] + "/")
    assert await page.evaluate(ground) == light
    await page.get_by_role("link", name="as the system").click()
    assert await page.evaluate(ground) == dark


async def test_a_filter_narrows_the_list_while_one_types(visitor, origins) -> None:
    page = visitor.page
    await visitor.go(origins["full"] + "/facilities?lang=en")
    groups = page.locator("#zone-list .group")
    await expect(groups).to_have_count(5)
    await page.get_by_role("searchbox").press_sequentially("almaty")
    await expect(groups).to_have_count(3)
    await page.get_by_role("combobox").nth(1).select_option("calibration")
    await expect(groups).to_have_count(1)
    await page.get_by_role("searchbox").press_sequentially("zzz")
    await expect(page.locator("#zone-list .empty")).to_be_visible()
    assert (query(page)["q"], query(page)["standing"]) == ("almatyzzz", "calibration")
    await page.evaluate("document.querySelector('t-live').refresh()")
    await expect(page.locator("#zone-list .empty")).to_be_visible()


async def test_a_filter_works_without_scripts(arrive, origins) -> None:
    visitor = await arrive(java_script_enabled=False)
    page = visitor.page
    await page.goto(origins["full"] + "/facilities?lang=en")
    await page.get_by_role("searchbox").fill("GRES")
    await page.get_by_role("button").click()
    assert query(page)["q"] == "GRES"
    await expect(page.locator("#zone-list .group")).to_have_count(2)


async def test_without_scripts_chart_calendar_map_and_tables_are_there(arrive, origins) -> None:
    visitor = await arrive(java_script_enabled=False)
    page = visitor.page
    await page.goto(origins["full"] + "/source/gres-1.stack-2?lang=en&span=week")
    await expect(page.locator("svg.day-chart")).to_be_visible()
    assert await page.locator("svg.month").count() >= 3
    await page.locator("details.twin").first.locator("summary").click()
    await page.get_by_role("link", name="Open the table").click()
    assert await page.locator("table tbody tr").count() > 40
    await page.goto(origins["full"] + "/?lang=en")
    await page.locator("svg.point-map a").first.click()
    assert where(page).startswith("/facility/")


async def test_the_map_shows_every_facility_as_a_link_and_its_twin_says_the_same(visitor, origins) -> None:
    page = visitor.page
    await visitor.go(origins["full"] + "/?lang=en")
    points = page.locator("svg.point-map a")
    await expect(points).to_have_count(5)
    said = {await point.get_attribute("aria-label") for point in await points.all()}
    assert "Ekibastuz GRES-1: exceeding" in said
    await page.get_by_text("The same as a table").first.click()
    rows = page.locator("#zone-points tbody tr")
    twin = {
        ": ".join([await row.locator("a").inner_text(), (await row.locator("td").nth(1).inner_text()).strip()]) for row in await rows.all()
    }
    assert twin == said
    await points.first.click()
    assert where(page).startswith("/facility/")


async def test_the_zoomable_map_is_no_wider_than_a_phone(visitor, origins) -> None:
    page = visitor.page
    await page.set_viewport_size(PHONE)
    await visitor.go(origins["full"] + "/?lang=en")
    await page.get_by_role("button", name="Open the zoomable map").click()
    await expect(page.locator(".map-canvas a.marker").first).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


async def test_the_zoomable_map_opens_on_demand_without_asking_anyone(visitor, origins) -> None:
    page = visitor.page
    await visitor.go(origins["full"] + "/?lang=en")
    assert not [url for url in visitor.asked if "maplibre" in url]
    await page.get_by_role("button", name="Open the zoomable map").click()
    markers = page.locator(".map-canvas a.marker")
    await expect(markers).to_have_count(5)
    box = await page.locator(".map-canvas").bounding_box()
    for marker in await markers.all():
        place = await marker.bounding_box()
        assert box["x"] <= place["x"] <= box["x"] + box["width"]
        assert place["height"] >= 24
    before = [await marker.bounding_box() for marker in await markers.all()]
    await page.get_by_role("button", name="Closer").click()
    await moved(page, ".map-canvas a.marker", before[0]["x"])
    assert await visitor.violations(("wcag2a", "wcag2aa", "wcag21aa", "wcag22aa")) == []
    await page.get_by_role("button", name="Back to the picture").click()
    await expect(page.locator("svg.point-map")).to_be_visible()


async def test_a_mark_of_the_map_stays_the_same_link_while_the_page_is_refreshed(visitor, origins) -> None:
    page = visitor.page
    await visitor.go(origins["full"] + "/?lang=en")
    await page.get_by_role("button", name="Open the zoomable map").click()
    await expect(page.locator(".map-canvas a.marker")).to_have_count(5)
    mark = await page.locator(".map-canvas a.marker").first.element_handle()
    await mark.focus()
    await page.evaluate("document.dispatchEvent(new Event('htmx:after:swap'))")
    assert await mark.evaluate("mark => mark.isConnected && document.activeElement === mark")


async def test_the_chart_is_read_and_zoomed_by_keyboard_and_its_address_says_what_it_shows(visitor, origins) -> None:
    page = visitor.page
    await visitor.go(origins["full"] + "/source/gres-1.stack-2?component=dust&lang=en")
    chart, readout = page.locator("t-chart .chart-box"), page.locator("t-chart .readout")
    await chart.focus()
    await page.keyboard.press("ArrowLeft")
    first = await readout.inner_text()
    assert re.match(r"24 Nov, \d\d:\d\d: [\d.,]+ mg/Nm³", first)
    await page.keyboard.press("ArrowLeft")
    assert await readout.inner_text() != first
    whole = await page.evaluate("() => document.querySelector('t-chart').span")
    await page.keyboard.press("+")
    await expect(page).to_have_url(re.compile(r"from=\d+&to=\d+"))
    asked = query(page)
    assert int(asked["to"]) - int(asked["from"]) == (whole[1] - whole[0]) / 2
    await page.keyboard.press("Home")
    await expect(page).not_to_have_url(re.compile("from="))
    await page.keyboard.press("PageUp")
    await expect(page).to_have_url(re.compile(r"from=\d+&to=\d+"))
    assert int(query(page)["to"]) < whole[1]


async def test_the_chart_is_zoomed_by_dragging_and_by_buttons_and_a_reload_shows_the_same(visitor, origins) -> None:
    page = visitor.page
    await visitor.go(origins["full"] + "/source/gres-1.stack-2?component=dust&lang=en")
    whole = await page.evaluate("() => document.querySelector('t-chart').span")
    over = page.locator("t-chart .u-over")
    await over.scroll_into_view_if_needed()
    box = await over.bounding_box()
    await page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + 50)
    await page.mouse.down()
    await page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 60, steps=5)
    await page.mouse.up()
    await expect(page).to_have_url(re.compile(r"from=\d+&to=\d+"))
    dragged = int(query(page)["to"]) - int(query(page)["from"])
    assert dragged == pytest.approx((whole[1] - whole[0]) / 4, rel=0.1)
    narrow = page.url
    await page.get_by_role("button", name="Farther").click()
    await expect(page).not_to_have_url(narrow)
    assert int(query(page)["to"]) - int(query(page)["from"]) == pytest.approx(2 * dragged, abs=2)
    address = page.url
    await visitor.go(address)
    shown = await page.evaluate("() => document.querySelector('t-chart').span")
    assert shown == [int(query(page)["from"]), int(query(page)["to"])]
    assert " – " in await page.locator("#h-chart").inner_text()


async def test_span_and_kind_are_changed_without_leaving_the_page_and_back_goes_back(visitor, origins) -> None:
    page = visitor.page
    await visitor.go(origins["full"] + "/source/gres-1.stack-2?component=dust&lang=en")
    await page.evaluate("() => { window.stayed = true; }")
    await page.get_by_role("navigation", name="Span of the chart").get_by_role("link", name="Week").click()
    await expect(page).to_have_url(re.compile("span=week"))
    await expect(page.locator("#h-chart")).to_contain_text("last 7 days")
    await visitor.settled()
    assert await page.evaluate("() => window.stayed")
    await page.go_back()
    await expect(page.locator("#h-chart")).not_to_contain_text("last 7 days")


async def test_the_chart_s_table_twin_holds_what_the_chart_shows(visitor, origins) -> None:
    page = visitor.page
    await visitor.go(origins["full"] + "/source/gres-1.stack-2?component=dust&lang=en")
    await page.locator("details.twin").first.locator("summary").click()
    rows = page.locator("#chart-table tbody tr")
    await expect(rows).to_have_count(72)
    charted = await page.evaluate(
        "() => [...document.querySelector('t-chart').series.mean].map((x) => (Number.isNaN(x) ? '—' : String(Math.round(x))))"
    )
    tabled = await page.evaluate(
        "() => [...document.querySelectorAll('#chart-table tbody td:nth-child(3)')].map((cell) => cell.textContent)"
    )
    assert tabled == charted


async def test_the_calendar_says_in_words_and_table_what_it_draws(visitor, origins) -> None:
    page = visitor.page
    await visitor.go(origins["full"] + "/source/gres-1.stack-2?lang=en")
    section = page.get_by_role("region", name="Days of 2026 by valid averages")
    pictures = section.locator("svg.month")
    await section.locator("summary").click()
    rows = section.locator("tbody tr")
    assert await pictures.count() == await rows.count() == 4
    for picture, row in zip(await pictures.all(), await rows.all(), strict=True):
        name, full, some, poor, exceeded = await row.locator("td").all_inner_texts()
        said = await picture.get_attribute("aria-label")
        assert said == f"{name}: {full} full days, {some} partly valid, {poor} below 75 %, {exceeded} with an exceeded limit"


async def test_a_number_explains_itself_back_to_the_raw_mean(visitor, origins) -> None:
    page = visitor.page
    await visitor.go(origins["full"] + "/source/gres-1.stack-2?component=dust&lang=en")
    steps = page.locator("#zone-made ol.steps li")
    assert await steps.count() >= 4
    heading = await page.locator("#h-made").inner_text()
    reported = await steps.nth(3).locator("b").inner_text()
    assert re.search(r"\d+", heading)[0] in reported
    start = await page.locator("#zone-made .u").first.inner_text()
    await page.get_by_role("link", name="The window before").click()
    assert query(page)["at"]
    assert await page.locator("#zone-made .u").first.inner_text() != start


async def test_the_plant_s_own_page_shows_its_averages_with_the_line_cut(visitor, origins) -> None:
    page = visitor.page
    await visitor.go(origins["plant"] + "/?lang=en")
    assert "The line to the ministry is cut" in await visitor.heading()
    cells = page.locator(".cell")
    plant = await SamplePlant().plant()
    await page.evaluate("() => document.querySelector('#live-plant').classList.add('htmx-request')")
    opacity = await page.evaluate("() => getComputedStyle(document.querySelector('#live-plant')).opacity")
    assert opacity == "1", "a wall screen must not blink while it asks"
    assert await cells.count() == sum(len(source.components) for source in plant.sources) > 0
    assert all([re.search(r"20-minute mean \d\d:\d\d–\d\d:\d\d: [\d.,—]+", await cell.inner_text()) for cell in await cells.all()])
    await expect(page.locator(".alarms li")).to_have_count(2)
    await page.get_by_role("link", name="Рус").click()
    await expect(page.locator("html")).to_have_attribute("lang", "ru")


async def test_on_a_phone_every_target_is_large_enough_for_a_finger(arrive, origins) -> None:
    visitor = await arrive(size=PHONE, has_touch=True)
    await visitor.go(origins["full"] + "/?lang=kk")
    await visitor.page.locator(".tile-names a").first.tap()
    await visitor.page.wait_for_url("**/facilities?region=*")
    await visitor.settled()
    small = await visitor.page.evaluate(
        """() => [...document.querySelectorAll('header a, button, select, input, summary, .c-name a')]
          .map((e) => [e.textContent.trim().slice(0, 30), e.getBoundingClientRect()])
          .filter(([_, box]) => box.width > 1 && box.height > 1 && box.height < 24)
          .map(([words, box]) => `${words}: ${box.height}`)"""
    )
    assert small == []


async def test_by_click_from_a_number_to_its_steps_and_to_the_readings_it_was_made_from(visitor, origins) -> None:
    page = visitor.page
    await visitor.go(origins["full"] + "/source/gres-1.stack-2?component=so2&lang=en")
    await page.get_by_role("link", name="Every step, with formulas and readings").click()
    assert where(page) == "/source/gres-1.stack-2/made"
    assert re.fullmatch(r"How [\d,]+.mg/Nm³ was made", await visitor.heading())
    titles = [words.strip() for words in await page.locator(".step-head h2").all_inner_texts()]
    assert titles[0].endswith("Readings")
    assert titles[-1].endswith("Mass emitted, before any deduction")
    formulas = page.locator(".formula math")
    assert await formulas.count() >= 5
    for index in range(await formulas.count()):
        box = await formulas.nth(index).bounding_box()
        assert box is not None
        assert box["height"] > 15
    await page.locator(".way-made > li").first.get_by_role("link").click()
    assert where(page) == "/source/gres-1.stack-2/readings"
    assert await page.locator("tbody tr").count() == 400
    assert "format=csv" in (await page.get_by_role("link", name="Readings as CSV").get_attribute("href") or "")


async def test_the_steps_of_an_hour_lead_down_to_those_of_a_window_on_a_phone(visitor, origins) -> None:
    page = visitor.page
    await page.set_viewport_size(PHONE)
    start = WINDOW_START // 3_600_000 * 3_600_000
    await visitor.go(origins["full"] + f"/source/gres-1.stack-2/made?component=dust&period=PT1H&start={start}&lang=en")
    await page.locator(".way-made > li").first.get_by_role("link").first.click()
    assert query(page)["period"] == "PT20M"
    assert (await visitor.overflow())[0] <= 0
