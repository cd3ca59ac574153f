"""The living style guide: every building block of the pages, drawn by the functions that draw the pages."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from tynys.centre.views import Standing
from tynys.present import calendar_chart, sentences, times
from tynys.present.day_chart import Steps, day_chart
from tynys.present.limit_bar import limit_bar
from tynys.web.site import spoken

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from tynys.web.site import Site

COLOURS = (
    *("canvas", "surface", "ink", "muted", "rule", "track", "data", "link"),
    *("near", "nearfill", "exceed", "invalid", "missing", "cal"),
)
LIMIT = 350.0
OVER = {17, 45, 46}
"""Days of the sample calendar with a limit exceeded."""
START_MS = 1_790_000_000_000 // (20 * times.MINUTE) * 20 * times.MINUTE
"""A fixed moment, so that the page is the same whenever it is made."""


async def page(site: Site, request: Request) -> Response:
    """Answer ``/design``."""
    simulated = (await site.queries.nation()).simulated
    voice = spoken(request)
    samples = (("within", 214.0, 222.0), ("near", 342.0, 361.0), ("exceeding", 412.0, 431.0), ("exceeding", 912.0, 921.0))
    shape = 330 + 60 * np.sin(np.arange(72) / 9)
    shape[40:43] = np.nan
    ribbon = ["invalid" if 40 <= index < 43 else "calibration" if index == 20 else "valid" for index in range(72)]  # noqa: PLR2004 - the shape's gap
    steps = Steps(START_MS + np.arange(72) * 20 * times.MINUTE, 20 * times.MINUTE, shape - 14, shape + 17, shape, ribbon)
    shares = ([0.99] * 7 + [0.88] + [1.0] * 9 + [0.52] + [0.97] * 5 + [0.8]) * 4
    days = [calendar_chart.Day(date(2026, 1, 1) + timedelta(days=index), share, index in OVER) for index, share in enumerate(shares[:90])]
    context = {
        "standings": [str(standing) for standing in Standing],
        "bars": [(name, voice.beside(value, LIMIT), limit_bar(voice, value, LIMIT, ahead, name)) for name, value, ahead in samples],
        "sentence": sentences.nation(voice, {"within": 8, "exceeding": 1, "near": 1, "silent": 1}),
        "chart": day_chart(voice, steps, limit=LIMIT, unit=voice.unit("mg/Nm3"), title=voice.t("design.chart"), description=""),
        "months": [calendar_chart.month_picture(voice, 2026, number, members) for number, members in calendar_chart.months(days).items()],
        "colours": COLOURS,
    }
    return site.page(request, "design.html", context, simulated=simulated)
