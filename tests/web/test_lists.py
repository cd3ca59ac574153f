"""Lists and headlines: what needs attention stands first, and filters find what people type."""

import json
from dataclasses import replace

import pytest
from html_tree import by_class, by_id, read, text
from sample import NOW, Sample

from tynys.centre.views import GapView, Standing
from tynys.domain.regions import REGIONS
from tynys.present.sentences import plain
from tynys.present.voice import voice
from tynys.web.pages import nation, transmission
from tynys.web.rows import ranked, sources_of, worst


async def groups(client, **query):
    root = read((await client.get("/facilities", params={"lang": "en", **query})).text)
    return [text(group.find("h2/a")) for group in by_class(root, "group")]


async def test_those_in_trouble_stand_first(full) -> None:
    assert (await groups(full))[0] == "Ekibastuz GRES-1"
    order = [source.standing for source in ranked(sources_of((await Sample().nation()).facilities))]
    assert order == sorted(order, key=list(Standing).index)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"q": "gres"}, {"Ekibastuz GRES-1", "Ekibastuz GRES-2"}),
        ({"q": "ГРЭС екібастұз"}, {"Ekibastuz GRES-1", "Ekibastuz GRES-2"}),
        ({"q": "ЭКИБАСТУЗ"}, {"Ekibastuz GRES-1", "Ekibastuz GRES-2"}),
        ({"q": " TETS-3 "}, {"Almaty TETs-3"}),
        ({"q": "nothing of the kind"}, set()),
        ({"standing": "silent"}, {"Ekibastuz GRES-2"}),
        ({"region": "KZ-55"}, {"Ekibastuz GRES-1", "Ekibastuz GRES-2"}),
        ({"region": "KZ-55", "standing": "calibration"}, set()),
    ],
)
async def test_a_facility_is_found_by_any_of_its_names_its_region_or_its_state(full, query, expected) -> None:
    assert set(await groups(full, **query)) == expected


async def test_what_one_typed_stays_in_the_form_and_nothing_found_says_so(full) -> None:
    root = read((await full.get("/facilities?q=zzz&standing=silent&lang=en")).text)
    assert by_id(root, "q").get("value") == "zzz"
    assert [option.get("value") for option in by_id(root, "standing") if "selected" in option.attrib] == ["silent"]
    assert text(by_class(root, "empty")[0])


async def test_the_worst_component_speaks_for_its_source() -> None:
    source = await Sample().source("gres-1.stack-2")
    assert worst(source).component == "dust"
    assert worst(source).standing is Standing.EXCEEDING


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
async def test_the_tiles_are_twenty_cells_of_their_own_each_with_its_region_and_its_count(language) -> None:
    sources = sources_of((await Sample().nation()).facilities)
    tiles = nation.tiles(voice(language), sources)
    assert len({(tile.column, tile.row) for tile in tiles}) == len(tiles) == 20
    assert all(0 <= tile.column < 7 and 0 <= tile.row < 4 for tile in tiles)
    assert [(tile.row, tile.column) for tile in tiles] == sorted((tile.row, tile.column) for tile in tiles)
    assert sum(tile.sources for tile in tiles) == len(sources)
    names = {f"/facilities?region={code}": voice(language).name(region.short) for code, region in REGIONS.items()}
    assert {tile.href: tile.name.replace("\u00ad", "") for tile in tiles} == names


async def test_a_tile_counts_what_is_abnormal_in_its_region() -> None:
    sources = sources_of((await Sample().nation()).facilities)
    pavlodar = next(tile for tile in nation.tiles(voice("en"), sources) if tile.href.endswith("=KZ-55"))
    assert (pavlodar.sources, pavlodar.standing, dict(pavlodar.marks)) == (3, "exceeding", {"exceeding": 1, "silent": 1})


def test_neighbours_on_the_map_are_neighbours_in_the_grid() -> None:
    for one, other in ((55, 35), (55, 10), (10, 63), (33, 19), (75, 19), (31, 61), (79, 61), (62, 43), (47, 23), (27, 23)):
        a, b = REGIONS[f"KZ-{one}"], REGIONS[f"KZ-{other}"]
        assert max(abs(a.column - b.column), abs(a.row - b.row)) == 1, (one, other)


async def test_the_outline_holds_every_facility_s_window() -> None:
    rings = nation.outline()
    assert max(len(ring) for ring in rings) > 100
    longitudes = [x for ring in rings for x, _ in ring]
    latitudes = [y for ring in rings for _, y in ring]
    for facility in (await Sample().nation()).facilities:
        assert min(longitudes) < facility.longitude_deg < max(longitudes)
        assert min(latitudes) < facility.latitude_deg < max(latitudes)


@pytest.mark.parametrize(
    ("states", "en", "ru"),
    [
        ("ggggg", "All five gateways transmit every batch.", "Все пять шлюзов передают все пакеты."),
        (
            "gggsb",
            "Three of five gateways transmit every batch. One is silent, one misses batches.",
            "Три из пяти шлюзов передают все пакеты. Один молчит, один с пропусками.",
        ),
        ("gg", "Both gateways transmit every batch.", "Оба шлюза передают все пакеты."),
        ("ss", "Two gateways: two are silent.", "Два шлюза: два молчат."),
        ("", "No gateway transmits live yet.", "Ни один шлюз пока не передаёт данные."),
    ],
)
async def test_the_line_in_one_sentence(states, en, ru) -> None:
    view = await Sample().transmission()
    good = next(gateway for gateway in view.gateways if gateway.gateway == "g-gres-1-live")
    make = {"g": good, "s": replace(good, last_batch_ms=NOW - 90_000), "b": replace(good, chain_verdict="gap_before", missing_batches=2)}
    shown = replace(view, gateways=tuple(make[state] for state in states))
    assert [plain(transmission.headline(voice(language), shown)) for language in ("en", "ru")] == [en, ru]


async def test_the_chart_speaks_the_words_of_the_page(full) -> None:
    for language, numbers in (("kk", "ru"), ("ru", "ru"), ("en", "en-GB")):
        root = read((await full.get(f"/source/gres-1.stack-2?component=dust&lang={language}")).text)
        words = json.loads(next(root.iter("t-chart")).get("data-words"))
        assert words["language"] == numbers  # browsers that know no Kazakh write its numbers as Russian ones, which are the same
        assert len(words["months"]) == 12
        assert all(words.values())


async def test_channels_whose_gap_is_still_open_are_counted_in_the_sentence() -> None:
    view = await Sample().transmission()
    gap = GapView("g-gres-1-live", "stack-1.so2", NOW - 300_000, NOW - 2_000, 298, "line_cut")
    shown = replace(
        view,
        gaps=(
            gap,
            replace(gap, gateway="g-gres-2-live"),
            replace(gap, channel="stack-2.co", end_ms=NOW - 120_000),
            replace(gap, channel="stack-1.no", cause="not_measuring"),
        ),
    )
    assert plain(transmission.missing_now(voice("en"), shown)) == " 2 channels have no readings now."
    assert plain(transmission.headline(voice("ru"), shown)).endswith(" Сейчас нет показаний по 2 каналам.")
    assert transmission.missing_now(voice("kk"), replace(view, gaps=())) == []
