"""Facilities over the outline: where they are, and each a link that says how it stands."""

import re

import pytest

from tynys.present import point_map
from tynys.present.point_map import HEIGHT, LINE, WIDTH, Place

ALMATY, EKIBASTUZ = (76.9, 43.25), (75.3, 51.85)


def place(name, longitude, latitude, standing="within"):
    return Place(latitude, longitude, name, f"/facility/{name}", standing, f"words for {standing}")


def test_the_corners_of_the_window_are_the_corners_of_the_picture() -> None:
    assert point_map.project(point_map.WEST, point_map.NORTH) == (0.0, 0.0)
    assert point_map.project(point_map.EAST, point_map.SOUTH) == pytest.approx((WIDTH, HEIGHT))


def test_a_kilometre_is_as_long_to_the_east_as_to_the_north_in_the_middle_of_the_country() -> None:
    middle = (point_map.SOUTH + point_map.NORTH) / 2
    x, y = point_map.project(67.0, middle)
    east = point_map.project(67.0 + 1 / (111.32 * 0.6691), middle)[0] - x
    north = y - point_map.project(67.0, middle + 1 / 111.32)[1]
    assert east == pytest.approx(north, rel=2e-3)


def test_neighbours_share_one_stack_of_labels_and_the_far_ones_do_not() -> None:
    three = [place("a", 76.9, 43.25), place("b", 76.8, 43.3), place("c", 77.0, 43.3)]
    found = point_map.groups([*three, place("e", *EKIBASTUZ)])
    assert [sorted(item.name for item in group) for group in found] == [["e"], ["a", "b", "c"]]


def test_every_place_is_a_link_with_a_target_a_finger_can_hit(drawn) -> None:
    tree = drawn(point_map.point_map([], [place("a", *ALMATY, "silent"), place("b", *EKIBASTUZ)], title="Map"))
    links = {link.get("href"): link for link in tree.iter("a")}
    assert set(links) == {"/facility/a", "/facility/b"}
    link = links["/facility/a"]
    assert link.get("aria-label") == "a: words for silent"
    assert link.find("use").get("href") == "#i-silent"
    assert float(link.find("rect").get("height")) == LINE >= 24
    assert float(link.find("rect").get("width")) >= 24


def test_a_mark_stands_where_its_place_is(drawn) -> None:
    tree = drawn(point_map.point_map([], [place("b", *EKIBASTUZ)], title="Map"))
    (holder,) = [item for item in tree.iter("svg") if item.find("a") is not None]
    x, y = point_map.project(*EKIBASTUZ)
    assert float(holder.get("x").removesuffix("%")) == pytest.approx(x / WIDTH * 100, abs=0.01)
    assert float(holder.get("y").removesuffix("%")) == pytest.approx(y / HEIGHT * 100, abs=0.01)


def test_labels_in_the_east_stand_to_the_left_of_their_mark(drawn) -> None:
    tree = drawn(point_map.point_map([], [place("east", 82.6, 49.9), place("west", 51.9, 47.1)], title="Map"))
    anchors = {link.get("href"): link.find("text").get("text-anchor") for link in tree.iter("a")}
    assert anchors == {"/facility/east": "end", "/facility/west": None}


def test_the_outline_closes_and_leaves_out_points_that_fall_together() -> None:
    ring = [(50.0, 50.0), (50.0001, 50.0), (60.0, 50.0), (60.0, 45.0), (50.0, 50.0)]
    path = point_map.outline_path([ring])
    assert re.fullmatch(r"M\d+ \d+(l-?\d+ -?\d+)+z", path)
    assert path.count("l") == 3
    moves = [tuple(map(int, pair)) for pair in re.findall(r"l(-?\d+) (-?\d+)", path)]
    assert (sum(x for x, _ in moves), sum(y for _, y in moves)) == (0, 0)


def test_names_are_escaped(drawn) -> None:
    hostile = Place(43.0, 77.0, '<b>"&', "/facility/x?a=1&b=2", "within", "<i>")
    tree = drawn(point_map.point_map([], [hostile], title="<Map>"))
    (link,) = tree.iter("a")
    assert (link.find("text").text, link.get("href"), link.get("aria-label")) == ('<b>"&', "/facility/x?a=1&b=2", '<b>"&: <i>')
    assert tree.find("title").text == "<Map>"
