"""Build hook: bring the browser libraries of package-lock.json into the package, named file by named file.

Hatchling calls it for every build; ``python hatch_build.py`` does the same for an editable checkout.
Nothing is run from the libraries (``npm ci --ignore-scripts``) and only the files listed in `FILES` are copied.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ModuleNotFoundError:  # called as a script where hatchling is not installed
    BuildHookInterface = object  # type: ignore[assignment]

ROOT = Path(__file__).resolve().parent
VENDOR = Path("src/tynys/web/static/vendor")
STAMP = "stamp.txt"

FILES: dict[str, str] = {
    "htmx.org/dist/htmx.min.js": "htmx/htmx.min.js",
    "htmx.org/LICENSE": "htmx/LICENSE",
    "maplibre-gl/dist/maplibre-gl.mjs": "maplibre/maplibre-gl.mjs",
    "maplibre-gl/dist/maplibre-gl-worker.mjs": "maplibre/maplibre-gl-worker.mjs",
    "maplibre-gl/dist/maplibre-gl.css": "maplibre/maplibre-gl.css",
    "maplibre-gl/LICENSE.txt": "maplibre/LICENSE.txt",
    "uplot/dist/uPlot.iife.min.js": "uplot/uPlot.iife.min.js",
    "uplot/dist/uPlot.min.css": "uplot/uPlot.min.css",
    "uplot/LICENSE": "uplot/LICENSE",
    "@fontsource-variable/golos-text/files/golos-text-latin-wght-normal.woff2": "golos/latin.woff2",
    "@fontsource-variable/golos-text/files/golos-text-latin-ext-wght-normal.woff2": "golos/latin-ext.woff2",
    "@fontsource-variable/golos-text/files/golos-text-cyrillic-wght-normal.woff2": "golos/cyrillic.woff2",
    "@fontsource-variable/golos-text/files/golos-text-cyrillic-ext-wght-normal.woff2": "golos/cyrillic-ext.woff2",
    "@fontsource-variable/golos-text/LICENSE": "golos/LICENSE",
    "world-atlas/LICENSE": "world/LICENSE",
}
"""Which file of which npm package lands where in the vendor folder."""

ATLAS = "world-atlas/countries-50m.json"
OUTLINE = "world/kazakhstan.geojson"
KAZAKHSTAN = "398"
"""ISO 3166-1 numeric code, as world-atlas names its countries."""
WINDOW = (43.5, 38.5, 90.5, 57.5)
"""West, south, east, north of the clipped outline. [degrees]"""
SOURCE_MAP_MARK = "//# sourceMappingURL="

NO_NODE = """\
Node.js 18 or newer with npm is needed once, to bring the browser libraries of package-lock.json into the package.
  Debian:      apt-get install nodejs npm
  without it:  install a released wheel, which already carries them (pip install tynys)"""

Point = tuple[float, float]
Ring = list[Point]


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg,misc]
    """Hatchling's entry point."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the vendor folder before files are collected."""
        del version, build_data
        bring(Path(self.root))


def bring(root: Path) -> bool:
    """Fill the vendor folder unless it already fits the lock; returns whether anything was done."""
    vendor, digest = root / VENDOR, fingerprint(root)
    stamp = vendor / STAMP
    if stamp.is_file() and stamp.read_text().strip() == digest and all((vendor / name).is_file() for name in (*FILES.values(), OUTLINE)):
        return False
    install(root)
    modules = root / "node_modules"
    shutil.rmtree(vendor, ignore_errors=True)
    for origin, target in FILES.items():
        path = vendor / target
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(without_source_map((modules / origin).read_bytes()))
    (vendor / OUTLINE).write_text(json.dumps(outline(json.loads((modules / ATLAS).read_text())), separators=(",", ":")) + "\n")
    stamp.write_text(digest + "\n")
    return True


def fingerprint(root: Path) -> str:
    """What the vendor folder depends on: the lock and this file."""
    return hashlib.sha256((root / "package-lock.json").read_bytes() + (root / "hatch_build.py").read_bytes()).hexdigest()


def install(root: Path) -> None:
    """Run npm against the lock; the integrity hashes in it are checked by npm."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        raise SystemExit(NO_NODE)
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    done = subprocess.run(command, cwd=root, check=False, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"npm could not bring the browser libraries (npm ci, exit {done.returncode}):\n{done.stderr.strip()}")


def without_source_map(content: bytes) -> bytes:
    """Drop the pointer to a source map that is not shipped, so that no browser asks for it."""
    mark = content.rfind(SOURCE_MAP_MARK.encode())
    return content if mark < 0 or len(content) - mark > 200 else content[:mark]  # noqa: PLR2004


def outline(atlas: dict[str, Any]) -> dict[str, Any]:
    """Kazakhstan and its neighbours, clipped to `WINDOW`, as GeoJSON with two decimals (about 1 km)."""
    features = []
    for geometry in atlas["objects"]["countries"]["geometries"]:
        polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry.get("arcs", [])]
        home = geometry.get("id") == KAZAKHSTAN
        kept = [ring for polygon in polygons for arcs in polygon[:1] if len(ring := clip(ring_of(atlas, arcs))) > 3]  # noqa: PLR2004
        if kept:
            coordinates = [[thin([(round(x, 2), round(y, 2)) for x, y in ring])] for ring in kept]
            shape = {"type": "MultiPolygon", "coordinates": coordinates}
            features.append({"type": "Feature", "properties": {"home": home}, "geometry": shape})
    features.sort(key=lambda feature: bool(feature["properties"]["home"]))  # type: ignore[index]
    return {"type": "FeatureCollection", "features": features}


def ring_of(atlas: dict[str, Any], arcs: list[int]) -> Ring:
    """Decode the delta-encoded, quantised arcs of one TopoJSON ring into degrees."""
    (scale_x, scale_y), (move_x, move_y) = atlas["transform"]["scale"], atlas["transform"]["translate"]
    ring: Ring = []
    for index in arcs:
        x = y = 0
        points: Ring = []
        for dx, dy in atlas["arcs"][index if index >= 0 else ~index]:
            x, y = x + dx, y + dy
            points.append((x * scale_x + move_x, y * scale_y + move_y))
        if index < 0:
            points.reverse()
        ring.extend(points[1 if ring else 0 :])
    return ring


def clip(ring: Ring) -> Ring:
    """Cut a ring by the window (Sutherland and Hodgman 1974), one side after the other."""
    for axis, bound, keep_above in ((0, WINDOW[0], True), (1, WINDOW[1], True), (0, WINDOW[2], False), (1, WINDOW[3], False)):
        output: Ring = []
        for before, point in zip(ring[-1:] + ring[:-1], ring, strict=True):
            inside, was = (point[axis] >= bound) == keep_above, (before[axis] >= bound) == keep_above
            if inside != was:
                share = (bound - before[axis]) / (point[axis] - before[axis])
                output.append((before[0] + share * (point[0] - before[0]), before[1] + share * (point[1] - before[1])))
            if inside:
                output.append(point)
        ring = output
    return ring + ring[:1] if ring and ring[0] != ring[-1] else ring


def thin(ring: Ring) -> Ring:
    """Drop points that rounding made equal to their predecessor."""
    return [point for index, point in enumerate(ring) if index == 0 or point != ring[index - 1]]


if __name__ == "__main__":
    changed = bring(ROOT)
    sys.stdout.write(f"browser libraries {'brought to' if changed else 'already in'} {VENDOR}\n")
