"""The line from the plants: which gateways send, how far behind they are, and what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tynys.present import sentences
from tynys.present.sentences import Segment
from tynys.web.gaps import gap_rows
from tynys.web.site import Live, spoken

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from tynys.centre.views import GatewayView, RecomputationView, TransmissionView
    from tynys.present.voice import Voice
    from tynys.web.site import Site

LATE_MS = 60_000
"""A live gateway whose last batch is older than this is late; twice the longest sealing interval."""
MOST_GAPS = 50
PLANNED = "not_measuring"
"""The instrument itself says that it does not measure now: it is being checked, and nothing is lost."""
GOOD_CHAIN = {"linked", "first", ""}


async def page(site: Site, request: Request) -> Response:
    """Answer ``/transmission``."""
    view = await site.queries.transmission()
    nation = await site.queries.nation()
    names = {facility.facility: facility.names for facility in nation.facilities}
    voice = spoken(request)

    def named(facility: str) -> str:
        return voice.brief(names[facility]) if facility in names else facility

    gaps = gap_rows(voice, view, nation)
    context: dict[str, Any] = {
        "now_ms": view.now_ms,
        "sentence": headline(voice, view),
        "facts": facts(voice, view),
        "gateways": [row(voice, gateway, view.now_ms, named(gateway.facility)) for gateway in ordered(view)],
        "gaps": gaps[:MOST_GAPS],
        "more": max(0, len(gaps) - MOST_GAPS),
        "recomputed": [again(voice, each, view.now_ms, named(each.facility)) for each in view.recomputations],
    }
    live = Live(site.stream_path, "gateway source")
    zones = ("state", "gateways", "recomputed", "gaps")
    simulated = nation.simulated or any(gateway.simulated for gateway in view.gateways)
    return site.page(request, "transmission.html", context, section="transmission", simulated=simulated, live=live, zones=zones)


def ordered(view: TransmissionView) -> list[GatewayView]:
    """Live gateways before those of the history, those in trouble first."""
    rank = ("silent", "invalid", "not_connected", "within")
    return sorted(view.gateways, key=lambda gateway: (gateway.role != "live", rank.index(standing(gateway, view.now_ms)), gateway.facility))


def standing(gateway: GatewayView, now_ms: int) -> str:
    """How a gateway does, in the words of every other standing."""
    if gateway.last_batch_ms is None:
        return "not_connected"
    if gateway.role == "live" and now_ms - gateway.last_batch_ms > LATE_MS:
        return "silent"
    if gateway.chain_verdict not in GOOD_CHAIN or gateway.missing_batches:
        return "invalid"
    return "within"


def reason(voice: Voice, gateway: GatewayView, now_ms: int) -> str:
    """What is the matter with a gateway, in one line."""
    found = standing(gateway, now_ms)
    if found == "silent" and gateway.last_batch_ms is not None:
        return voice.t("gateway.silent", length=voice.duration(now_ms - gateway.last_batch_ms))
    if found == "invalid":
        return voice.t("gateway.fork") if gateway.chain_verdict == "fork" else voice.n("gateway.missing", gateway.missing_batches)
    return voice.t(f"gateway.{'history' if found == 'within' and gateway.role != 'live' else found}")


def headline(voice: Voice, view: TransmissionView) -> list[Segment]:
    """How many gateways send, and what the others do."""
    live = [gateway for gateway in view.gateways if gateway.role == "live"]
    if not live:
        return [Segment(voice.t("transmission.none"))]
    states = [standing(gateway, view.now_ms) for gateway in live]
    silent, broken, good = states.count("silent") + states.count("not_connected"), states.count("invalid"), states.count("within")
    if good == len(live):
        every = voice.n("transmission.all", good, total=sentences.words(voice, "whole", good))
        return [Segment(sentences.capital(voice.t("transmission.both") if good == sentences.PAIR else every)), *missing_now(voice, view)]
    if good:
        gateways = voice.n("transmission.of_gateways", len(live), total=sentences.words(voice, "of", len(live)))
        said = voice.n("transmission.some", good, good=sentences.words(voice, "part", good), gateways=gateways)
    else:
        said = voice.n("transmission.total", len(live), total=sentences.words(voice, "whole", len(live)))
    segments = [Segment(sentences.capital(said) + " ")]
    clauses = [(state, count) for state, count in (("silent", silent), ("invalid", broken)) if count]
    for index, (state, count) in enumerate(clauses):
        clause = voice.n(f"transmission.{state}", count, count=sentences.words(voice, "some", count))
        segments.append(Segment(sentences.capital(clause) if good and index == 0 else clause, state))
        segments.append(Segment(", " if index < len(clauses) - 1 else "."))
    return [*segments, *missing_now(voice, view)]


def missing_now(voice: Voice, view: TransmissionView) -> list[Segment]:
    """How many channels of gateways that transmit have no reading now: a gap that is still open."""
    still = [gap for gap in view.gaps if gap.channel and gap.cause != PLANNED and view.now_ms - gap.end_ms < LATE_MS]
    count = len({(gap.gateway, gap.channel) for gap in still})
    return [Segment(" "), Segment(voice.n("transmission.missing_now", count), "silent")] if count else []


def facts(voice: Voice, view: TransmissionView) -> list[tuple[str, str]]:
    """What the centre does with it all."""
    lags = [gateway.lag_ms for gateway in view.gateways if gateway.lag_ms is not None and gateway.role == "live"]
    found = [(voice.t("fact.worst_lag"), voice.duration(max(lags)))] if lags else []
    return [
        *found,
        (voice.t("fact.readings_rate"), f"{voice.number(view.readings_per_second)}{voice.t('value.per_second')}"),
        (voice.t("fact.batches_rate"), f"{voice.number(view.batches_per_second, 1)}{voice.t('value.per_second')}"),
        (voice.t("fact.journal"), voice.number(view.journal_position)),
        (voice.t("fact.lake"), voice.number(view.lake_position)),
    ]


def again(voice: Voice, each: RecomputationView, now_ms: int, name: str) -> dict[str, str]:
    """One recomputation: whose, because of what, decided by whom, how far."""
    share = voice.t("recompute.share", share=voice.percent(each.share), days=voice.number(each.days))
    return {
        "href": f"/facility/{each.facility}",
        "name": name,
        "reason": each.reason,
        "decision": voice.t(f"recompute.{each.cause}", by=each.by),
        "decided": voice.moment(each.requested_ms, now_ms),
        "progress": share if each.state == "running" else voice.t(f"recompute.{each.state}"),
        "revised": voice.number(each.revised),
    }


def row(voice: Voice, gateway: GatewayView, now_ms: int, name: str) -> dict[str, str]:
    """One gateway."""
    missing = gateway.missing_batches
    found = standing(gateway, now_ms)
    return {
        "standing": found,
        "said": voice.t(f"gateway.standing.{found}"),
        "href": f"/facility/{gateway.facility}",
        "name": name,
        "role": voice.known("role", gateway.role),
        "reason": reason(voice, gateway, now_ms),
        "lag": voice.duration(gateway.lag_ms) if gateway.lag_ms is not None else "—",
        "last": voice.moment(gateway.last_batch_ms, now_ms, seconds=True) if gateway.last_batch_ms is not None else "—",
        "batches": voice.number(gateway.batches),
        "missing": voice.number(missing),
        "chain": voice.known("chain", gateway.chain_verdict) if gateway.chain_verdict else "—",
        "chain_class": "" if gateway.chain_verdict in GOOD_CHAIN else "t-invalid",
        "plan": voice.known("plan_state", gateway.plan_state),
    }
