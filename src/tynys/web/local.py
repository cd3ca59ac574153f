"""The plant's own page: what the gateway reads, its own averages against the limit, the line to the ministry; works with the line cut."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode

from tynys.present import sentences
from tynys.present.limit_bar import limit_bar
from tynys.present.sentences import Segment
from tynys.present.voice import voice
from tynys.web.assets import assets
from tynys.web.language import LABELS
from tynys.web.mount import static_routes
from tynys.web.pages.number import steps_context
from tynys.web.site import FONTS, Live, templates

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.routing import BaseRoute

    from tynys.calc.explain import Explanation
    from tynys.domain.average import Average
    from tynys.plant.views import AlarmView, LineView, LocalComponentView, PlantView
    from tynys.present.catalogue import Language
    from tynys.present.voice import Voice

ORDER = ("exceeding", "near", "silent", "invalid", "cannot_be_judged", "within", "no_limit", "not_operating")
STREAM = Live("/api/stream", "plant", part="")


def render_plant(view: PlantView, lang: str) -> str:
    """The whole page in a language."""
    spoken = voice(cast("Language", lang))
    context = frame(spoken, view) | {
        "live": STREAM,
        "sentence": headline(spoken, view),
        "sources": [source_context(spoken, view, index) for index in range(len(view.sources))],
        "channels": [channel_row(spoken, view, index) for index in range(len(view.channels))],
        "line": line_facts(spoken, view.line, view.now_ms),
        "line_standing": "within" if view.line.state == "up" else "silent",
        "line_words": line_words(spoken, view),
        "alarms": [alarm_words(spoken, alarm, view.now_ms) for alarm in view.alarms],
    }
    return templates().get_template("plant.html").render(context)


def render_made(explanation: Explanation, view: PlantView, lang: str) -> str:
    """How one of the plant's own averages was made, in a language."""
    spoken = voice(cast("Language", lang))
    average = explanation.average
    asked = {"source": average.source, "component": average.component, "period": average.period, "start": str(average.start_ms)}
    context = frame(spoken, view, asked) | steps_context(spoken, explanation, "", with_readings=False)
    return templates().get_template("plant_made.html").render(context | {"json": f"/api/made?{urlencode(asked)}"})


def frame(spoken: Voice, view: PlantView, asked: Mapping[str, str] | None = None) -> dict[str, Any]:
    """What the frame of the plant's pages needs; ``asked`` stays in the address when the language changes."""

    def with_query(**changes: str) -> str:
        return f"?{urlencode(dict(asked or {}) | {'lang': changes.get('lang', spoken.language)})}"

    return {
        "v": spoken,
        "theme": "",
        "languages": LABELS,
        "navigation": (),
        "section": "",
        "simulated": view.simulated,
        "simulated_href": "#simulated",
        "live": None,
        "static": assets().url,
        "fonts": FONTS[spoken.language],
        "with_query": with_query,
        "api_path": "/api",
        "plant": view,
    }


def routes() -> list[BaseRoute]:
    """Routes the local application needs beside the page: static files."""
    return static_routes()


def headline(voice: Voice, view: PlantView) -> list[Segment]:
    """How the plant stands, and whether the ministry hears it."""
    counts: dict[str, int] = {}
    for source in view.sources:
        standings = [str(component.standing) for component in source.components]
        worst = min(standings, key=ORDER.index, default="not_connected")
        counts[worst] = counts.get(worst, 0) + 1
    segments = sentences.nation(voice, counts)
    if view.line.state == "cut":
        segments += [Segment(" "), Segment(voice.t("plant.line_cut"), "silent"), Segment(".")]
    elif not view.running:
        segments += [Segment(" "), Segment(sentences.capital(voice.t("plant.stopped")), "silent"), Segment(".")]
    return segments


def source_context(voice: Voice, view: PlantView, index: int) -> dict[str, Any]:
    """One source with its components."""
    source = view.sources[index]
    return {
        "name": voice.brief(source.names),
        "plant_state": voice.known("plant_state", source.plant_state),
        "rows": [component_row(voice, component, view.now_ms) for component in source.components],
    }


def component_row(voice: Voice, view: LocalComponentView, now_ms: int) -> dict[str, Any]:
    """One component: the running window, its forecast, and the averages that have closed."""
    closed = [
        {
            "words": f"{voice.known('period_noun', average.period)} {voice.clock(average.start_ms)}–{voice.clock(average.end_ms)}: "
            f"{voice.beside(average.value, view.limit)}",
            "href": made_href(average, voice.language),
        }
        for average in view.closed
    ]
    return {
        "standing": str(view.standing),
        "short": voice.short(view.component),
        "shown": voice.beside(view.mean_so_far, view.limit),
        "limit": voice.measured(view.limit) if view.limit is not None else "",
        "unit": voice.unit(view.unit),
        "certainty": "to_confirm" if view.limit_certainty == "to_confirm" else "",
        "bar": limit_bar(voice, view.mean_so_far, view.limit, view.forecast, str(view.standing)),
        "budget": sentences.budget(voice, view, now_ms) if view.limit is not None else "",
        "likely": sentences.likelihood(voice, view),
        "closed": closed,
    }


def made_href(average: Average, language: str) -> str:
    """The page that tells how one of the plant's own averages was made."""
    asked = {"source": average.source, "component": average.component, "period": average.period, "start": average.start_ms}
    return f"/made?{urlencode(asked | {'lang': language})}"


def channel_row(voice: Voice, view: PlantView, index: int) -> dict[str, Any]:
    """One channel's last reading, or why there is none."""
    channel = view.channels[index]
    status = channel.status.name.lower() if channel.status is not None else ""
    cause = channel.cause.name.lower() if channel.cause else ""
    state = voice.known("gap_cause", cause) if cause and cause != "none" else voice.known("reading_status", status) if status else "—"
    return {
        "name": channel.name,
        "device": channel.device,
        "component": voice.component(channel.component),
        "value": voice.reading(channel.value, channel.unit),
        "state": state,
        "standing": "within" if status == "valid" and not channel.cause else "silent" if cause and cause != "none" else "invalid",
        "age": voice.duration(view.now_ms - channel.time_ms) if channel.time_ms is not None else "—",
    }


def line_words(voice: Voice, view: PlantView) -> str:
    """The state of the line as the catalogue words it."""
    return voice.known("line", str(view.line.state))


def line_facts(voice: Voice, line: LineView, now_ms: int) -> list[tuple[str, str]]:
    """The spool and the way to the ministry."""
    receipt = line.last_receipt
    ago = voice.t("plant.none")
    if receipt is not None:
        ago = voice.t("value.ago", length=voice.duration(now_ms - receipt.received_ms))
    unsent = voice.t("plant.none")
    if line.oldest_unsent_ms is not None:
        age = voice.t("value.ago", length=voice.duration(now_ms - line.oldest_unsent_ms))
        unsent = f"{voice.moment(line.oldest_unsent_ms, now_ms, seconds=True)} ({age})"
    found = [
        (voice.t("plant.batches_stored"), voice.number(line.batches_stored)),
        (voice.t("plant.batches_unsent"), voice.number(line.batches_unsent)),
        (voice.t("plant.oldest_unsent"), unsent),
        (
            voice.t("plant.last_receipt"),
            ago + (f" · {voice.known('receipt', receipt.outcome)} · № {voice.number(receipt.position)}" if receipt else ""),
        ),
        (voice.t("plant.rows_unsealed"), voice.number(line.rows_unsealed)),
        (voice.t("plant.spool_bytes"), f"{voice.number(line.spool_bytes / 1e6, 1)}\u00a0{voice.t('unit.megabyte')}"),
    ]
    if line.batches_refused:
        found.append((voice.t("plant.batches_refused"), voice.number(line.batches_refused)))
    if line.clock_offset_ms is not None:
        found.append((voice.t("plant.clock_offset"), f"{voice.number(line.clock_offset_ms / 1000, 3)}\u00a0{voice.t('duration.s')}"))
    return [(sentences.capital(label), value) for label, value in found]


def alarm_words(voice: Voice, alarm: AlarmView, now_ms: int) -> dict[str, str]:
    """What a person should look at; an alarm of one instrument carries its name after a colon."""
    code, _, device = alarm.code.partition(":")
    return {
        "words": sentences.capital(voice.known("alarm", code)) + (f" ({device})" if device else ""),
        "since": voice.moment(alarm.since_ms, now_ms, seconds=True),
        "detail": alarm.detail,
    }
