"""The national page: one sentence of state, the regions as tiles, points on a map, and what needs attention first."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from tynys.centre.views import Standing
from tynys.domain.regions import REGIONS
from tynys.present import sentences
from tynys.present.point_map import Place, point_map
from tynys.web.assets import FOLDER
from tynys.web.rows import ORDER, ranked, source_row, sources_of
from tynys.web.site import Live, spoken

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from tynys.centre.views import NationView, SourceView
    from tynys.present.point_map import Ring
    from tynys.present.voice import Voice
    from tynys.web.site import Site

MOST_ROWS = 12
MARKED = (Standing.EXCEEDING, Standing.NEAR, Standing.SILENT, Standing.INVALID, Standing.CANNOT_BE_JUDGED)
"""Standings a tile counts."""
BREAKS = {
    word.replace("\u00ad", ""): word
    for word in (
        *(
            "Kazakh\u00adstan",
            "Kara\u00adganda",
            "Mangy\u00adstau",
            "Qara\u00adghandy",
            "Turki\u00adstan",
            "Kyzyl\u00adorda",
            "Kosta\u00adnay",
        ),
        *(
            "Казах\u00adстан",
            "Кара\u00adганда",
            "Ман\u00adгистау",
            "Турке\u00adстан",
            "Кызыл\u00adорда",
            "Алма\u00adтинская",
            "Восточ\u00adный",
        ),
        *(
            "Запад\u00adный",
            "Север\u00adный",
            "Қазақ\u00adстан",
            "Қара\u00adғанды",
            "Маңғы\u00adстау",
            "Түркі\u00adстан",
            "Қызыл\u00adорда",
        ),
        *("Солтүс\u00adтік", "Павло\u00adдар", "Қоста\u00adнай", "Коста\u00adнай"),
    )
}
"""Where the long names of regions may break in a narrow cell (soft hyphens)."""
OUTLINE = "vendor/world/kazakhstan.geojson"


@dataclass(frozen=True, slots=True)
class Tile:
    """One region in the grid of equal cells."""

    column: int
    row: int
    name: str
    href: str
    sources: int
    standing: str
    marks: tuple[tuple[str, int], ...]


async def page(site: Site, request: Request) -> Response:
    """Answer ``/``."""
    view = await site.queries.nation()
    voice = spoken(request)
    sources = sources_of(view.facilities)
    order = ranked(sources)
    open_windows = [part.window_end_ms for source in sources for part in source.components]
    context: dict[str, Any] = {
        "sentence": sentences.nation(voice, Counter(str(source.standing) for source in sources)),
        "now_ms": view.now_ms,
        "speed": view.speed,
        "window_end_ms": min(open_windows, default=None),
        "loading_share": view.loading_share,
        "rows": [source_row(voice, source, view.now_ms) for source in order[:MOST_ROWS]],
        "total": len(sources),
        "tiles": tiles(voice, sources),
        "legend": [str(standing) for standing in MARKED if any(source.standing == standing for source in sources)],
        "places": (found := places(voice, view)),
        "picture": point_map(outline(), found, title=voice.t("map.label")),
    }
    live = Live(site.stream_path, "source average gateway hello")
    zones = ("state", "loading", "ranking", "tiles", "points")
    return site.page(request, "nation.html", context, section="nation", simulated=view.simulated, live=live, zones=zones)


def tiles(voice: Voice, sources: Sequence[SourceView]) -> list[Tile]:
    """The twenty cells, in reading order, with what stands in them."""
    found = []
    for code, region in sorted(REGIONS.items(), key=lambda item: (item[1].row, item[1].column)):
        here = [source for source in sources if source.region == code]
        counts = Counter(source.standing for source in here)
        marks = tuple((str(standing), counts[standing]) for standing in MARKED if counts[standing])
        standing = str(min((source.standing for source in here), key=lambda item: ORDER[item], default=Standing.NOT_CONNECTED))
        href = f"/facilities?region={code}"
        name = " ".join(BREAKS.get(word, word) for word in voice.name(region.short).split())
        found.append(Tile(region.column, region.row, name, href, len(here), standing, marks))
    return found


def places(voice: Voice, view: NationView) -> list[Place]:
    """Every facility as a point."""
    return [
        Place(
            latitude_deg=facility.latitude_deg,
            longitude_deg=facility.longitude_deg,
            name=voice.brief(facility.names),
            href=f"/facility/{facility.facility}",
            standing=str(facility.standing),
            standing_words=voice.t(f"standing.{facility.standing}"),
        )
        for facility in view.facilities
    ]


@cache
def outline() -> tuple[Ring, ...]:
    """Kazakhstan's rings from the outline file the build made."""
    document = json.loads((FOLDER / OUTLINE).read_text())
    home = next(feature for feature in document["features"] if feature["properties"]["home"])
    return tuple([(float(x), float(y)) for x, y in polygon[0]] for polygon in home["geometry"]["coordinates"])
