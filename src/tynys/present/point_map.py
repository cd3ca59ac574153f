"""Facilities as points over the country's outline: an equirectangular picture whose marks keep their size at any width."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from tynys.present import svg

if TYPE_CHECKING:
    from collections.abc import Sequence

WEST, SOUTH, EAST, NORTH = 45.5, 40.0, 88.0, 56.0
WIDTH = 1000.0
_STRETCH = math.cos(math.radians((SOUTH + NORTH) / 2))
HEIGHT = WIDTH * (NORTH - SOUTH) / ((EAST - WEST) * _STRETCH)
"""A degree of longitude is drawn shorter by the cosine of the middle latitude."""
NEIGHBOURHOOD = 60.0
"""Points nearer than this share one stack of labels. [thousandths of the width]"""
LINE = 24
"""Height of a label: also the smallest target a finger can hit. [CSS px]"""

Ring = list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Place:
    """A point on the map: where, what it is called, where it leads and how it stands."""

    latitude_deg: float
    longitude_deg: float
    name: str
    href: str
    standing: str
    standing_words: str


def project(longitude_deg: float, latitude_deg: float) -> tuple[float, float]:
    """Picture coordinates of a point. [thousandths of the width]."""
    return (longitude_deg - WEST) / (EAST - WEST) * WIDTH, (NORTH - latitude_deg) / (NORTH - SOUTH) * HEIGHT


def outline_path(rings: Sequence[Ring]) -> str:
    """The outline as one path of whole units; points that fall on their predecessor are left out."""
    path = []
    for ring in rings:
        points = [(round(x), round(y)) for x, y in (project(*point) for point in ring)]
        kept = [point for index, point in enumerate(points) if index == 0 or point != points[index - 1]]
        steps = "".join(f"l{x - u} {y - v}" for (u, v), (x, y) in pairwise(kept))
        path.append(f"M{kept[0][0]} {kept[0][1]}{steps}z")
    return "".join(path)


def groups(places: Sequence[Place]) -> list[list[Place]]:
    """Places so near each other that their labels would collide, gathered; from north to south."""
    gathered: list[list[Place]] = []
    for place in sorted(places, key=lambda item: -item.latitude_deg):
        x, y = project(place.longitude_deg, place.latitude_deg)
        for group in gathered:
            u, v = project(group[0].longitude_deg, group[0].latitude_deg)
            if math.hypot(x - u, y - v) < NEIGHBOURHOOD:
                group.append(place)
                break
        else:
            gathered.append([place])
    return gathered


def point_map(rings: Sequence[Ring], places: Sequence[Place], *, title: str) -> Markup:
    """The picture; every mark is a link, labels of near neighbours stand under each other on the side with room."""
    land = svg.element("path", class_="map-land", d=outline_path(rings), vector_effect="non-scaling-stroke")
    ground = svg.element("svg", land, viewBox=f"0 0 {WIDTH:.0f} {HEIGHT:.0f}", width="100%", height="100%", preserveAspectRatio="none")
    marks = [_stack(group) for group in groups(places)]
    # a group, not an image: the links inside are to be reached
    inner = [svg.element("title", str(escape(title))), ground, *marks]
    return Markup(svg.element("svg", inner, class_="point-map", role="group", aria_label=title, width="100%"))  # noqa: S704 - every part is escaped in svg


def _stack(group: Sequence[Place]) -> str:
    points = [project(place.longitude_deg, place.latitude_deg) for place in group]
    x, y = sum(u for u, _ in points) / len(points), sum(v for _, v in points) / len(points)
    left = x > WIDTH * 0.55
    top = -LINE * len(group) / 2
    rows = [_row(place, top + index * LINE, left=left) for index, place in enumerate(group)]
    return svg.element("svg", rows, x=f"{svg.number(x / WIDTH * 100)}%", y=f"{svg.number(y / HEIGHT * 100)}%", overflow="visible")


def _row(place: Place, top: float, *, left: bool) -> str:
    middle = top + LINE / 2
    width = 18 + 8 * len(place.name)
    target = svg.element("rect", class_="map-target", x=float(-width if left else -12), y=top, width=width + 12, height=LINE)
    icon = svg.element("use", href=f"#i-{place.standing}", x=-8, y=middle - 8, width=16, height=16)
    side = {"x": -14, "text_anchor": "end"} if left else {"x": 14}
    label = svg.text(place.name, y=middle + 4, **side)
    spoken = f"{place.name}: {place.standing_words}"
    return svg.element("a", [target, icon, label], href=place.href, class_=f"map-point s-{place.standing}", aria_label=spoken)
