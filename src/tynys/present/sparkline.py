"""One of many small charts side by side: a line of averages against its limit, nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tynys.present import svg

if TYPE_CHECKING:
    import numpy.typing as npt
    from markupsafe import Markup

HEIGHT, TOP = 64, 6
WIDTH = 300


def sparkline(
    start_ms: npt.NDArray[np.int64], mean: npt.NDArray[np.float64], interval_ms: int, *, limit: float | None, title: str
) -> Markup:
    """The picture, from zero to the highest of data and limit; gaps are gaps."""
    known = mean[np.isfinite(mean)]
    top = max([float(known.max()) if len(known) else 1.0, limit or 0.0]) * 1.08 or 1.0
    floor = min(float(known.min()) if len(known) else 0.0, 0.0)

    def y(value: float) -> float:
        return TOP + (top - value) / (top - floor) * HEIGHT

    keep = {"vector_effect": "non-scaling-stroke"}
    shapes = [svg.element("line", class_="axis", x1=0, x2=WIDTH, y1=y(0), y2=y(0), **keep)]
    if limit is not None:
        shapes.append(svg.element("line", class_="limit", x1=0, x2=WIDTH, y1=y(limit), y2=y(limit), **keep))
    if len(known):
        begin, end = int(start_ms[0]), int(start_ms[-1]) + interval_ms
        line, over = [], []
        drawing = False
        for time_ms, value in zip(start_ms.tolist(), mean.tolist(), strict=True):
            if not np.isfinite(value):
                drawing = False
                continue
            left, right = ((moment - begin) / (end - begin) * WIDTH for moment in (time_ms, time_ms + interval_ms))
            line.append(f"{'V' if drawing else f'M{svg.number(left)} '}{svg.number(y(value))}H{svg.number(right)}")
            if limit is not None and value > limit:
                over.append(f"M{svg.number(left)} {svg.number(y(value))}H{svg.number(right)}")
            drawing = True
        shapes.append(svg.element("path", class_="mean", d="".join(line), **keep))
        if over:
            shapes.append(svg.element("path", class_="over", d="".join(over), **keep))
    box = {"viewBox": f"0 0 {WIDTH} {TOP + HEIGHT + 4}", "preserveAspectRatio": "none"}
    return svg.picture(shapes, title=title, class_="spark", width="100%", height=TOP + HEIGHT + 4, **box)
