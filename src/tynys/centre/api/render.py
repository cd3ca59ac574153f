"""From the centre's views and records to the shapes of the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tynys.centre.api import shapes
from tynys.centre.api.common import moment
from tynys.domain.base import from_ms
from tynys.present.findings import worded
from tynys.present.voice import voice

if TYPE_CHECKING:
    from tynys.centre.plans import Plan
    from tynys.centre.views import ComponentView, FacilityView, GapView, GatewayView, SourceView
    from tynys.domain.average import Average
    from tynys.domain.facility import Names
    from tynys.domain.finding import Finding
    from tynys.storage.journal_records import Stored
    from tynys.storage.registry_feed import FeedSource
    from tynys.storage.registry_rows import ImportRow
    from tynys.wire.databank_profile import FeedProfile


def names(of: Names) -> shapes.NamesShape:
    """A name in three languages."""
    return shapes.NamesShape(kk=of.kk, ru=of.ru, en=of.en)


def component(view: ComponentView) -> shapes.ComponentShape:
    """One component now."""
    return shapes.ComponentShape(
        component=view.component,
        unit=view.unit,
        standing=view.standing.value,
        now=view.now,
        now_time=moment(view.now_ms),
        now_status=view.now_status,
        mean_so_far=view.mean_so_far,
        window_start=from_ms(view.window_start_ms),
        window_end=from_ms(view.window_end_ms),
        elapsed_share=view.elapsed_share,
        forecast=view.forecast,
        permissible_remaining=view.permissible_remaining,
        exceedance_probability=view.exceedance_probability,
        limit=view.limit,
        limit_certainty=view.limit_certainty.value if view.limit_certainty is not None else None,
        limit_document=view.limit_document,
        since=moment(view.since_ms),
        last_average=view.last_closed.value if view.last_closed is not None else None,
        valid_today_share=view.valid_today_share,
    )


def source(view: SourceView) -> shapes.SourceShape:
    """One source now."""
    return shapes.SourceShape(
        source=view.source,
        names=names(view.names),
        facility=view.facility,
        region=view.region,
        permit_serial=view.permit_serial,
        standing=view.standing.value,
        plant_state=view.plant_state,
        fuel=view.fuel,
        simulated=view.simulated,
        components=[component(each) for each in view.components],
        peripherals=[component(each) for each in view.peripherals],
        last_reading=moment(view.last_reading_ms),
        last_batch=moment(view.last_batch_ms),
        chain_verdict=view.chain_verdict,
    )


def facility(view: FacilityView) -> shapes.FacilityShape:
    """One facility now."""
    return shapes.FacilityShape(
        facility=view.facility,
        names=names(view.names),
        operator=names(view.operator),
        region=view.region,
        latitude_deg=view.latitude_deg,
        longitude_deg=view.longitude_deg,
        standing=view.standing.value,
        simulated=view.simulated,
        configuration=view.configuration.digest().hex() if view.configuration is not None else None,
        sources=[each.source for each in view.sources],
    )


def average(row: Average, superseded_ms: int | None = None) -> shapes.AverageShape:
    """One revision of an average."""
    return shapes.AverageShape(
        source=row.source,
        component=row.component,
        period=row.period,
        start=from_ms(row.start_ms),
        end=from_ms(row.end_ms),
        value=row.value,
        unit=row.unit,
        status=row.status.value,
        plant_state=row.plant_state.value,
        origin=row.origin.value,
        provisional=row.provisional,
        revision=row.revision,
        known=from_ms(row.known_ms),
        superseded=moment(superseded_ms),
        count_valid=row.count_valid,
        count_expected=row.count_expected,
        chain=row.chain,
        configuration=row.configuration,
        rule_pack=row.rule_pack,
        raw=row.raw,
        calibrated=row.calibrated,
        o2_dry_pct=row.o2_dry_pct,
        h2o_pct=row.h2o_pct,
        temperature_c=row.temperature_c,
        pressure_kpa=row.pressure_kpa,
        flow_dry_nm3_h=row.flow_dry_nm3_h,
        mass_g_s=row.mass_g_s,
        standardised=row.standardised,
        o2_reference_pct=row.o2_reference_pct,
        deduction=row.deduction,
        count_operating=row.count_operating,
        fld_valid=row.fld_valid,
        fld_operating=row.fld_operating,
        outside_calibration_range=row.outside_calibration_range,
        rule_pack_digest=row.rule_pack_digest,
    )


def feed_profile(profile: FeedProfile) -> shapes.FeedProfileShape:
    """How a feed was read."""
    return shapes.FeedProfileShape(profile=profile.id, title=profile.title, to_confirm=profile.unsure())


def imported_file(row: ImportRow) -> shapes.ImportShape:
    """An imported file."""
    return shapes.ImportShape(
        number=row.id, file=row.file, sha256=row.sha256, profile=row.profile, rows=row.rows, refused=row.refused,
        made=from_ms(row.made_ms), made_by=row.made_by,
    )  # fmt: skip


def feed_source(row: FeedSource, *, simulated: bool) -> shapes.FeedSourceShape:
    """A source of a feed."""
    return shapes.FeedSourceShape(
        source=row.id, organization=row.organization, name=row.name, region=row.region,
        written=[shapes.SpellingShape(organization=organization, name=name) for organization, name in row.written],
        profile=row.profile, simulated=simulated,
    )  # fmt: skip


def receipt(stored: Stored) -> shapes.ReceiptShape:
    """A stored batch."""
    entry = stored.entry
    return shapes.ReceiptShape(
        position=stored.position,
        gateway=str(entry.gateway),
        epoch=str(entry.epoch),
        sequence=entry.seq,
        batch_hash=entry.hash.hex(),
        previous_hash=entry.previous_hash.hex(),
        key_id=entry.key_id,
        received=from_ms(entry.received_ms),
        span_start=from_ms(entry.span_start_ms),
        span_end=from_ms(entry.span_end_ms),
        conflict=stored.conflict,
    )


def gap(view: GapView) -> shapes.GapShape:
    """A gap."""
    return shapes.GapShape(
        gateway=view.gateway,
        channel=view.channel,
        start=from_ms(view.start_ms),
        end=from_ms(view.end_ms),
        count=view.count,
        cause=view.cause,
    )


def gateway(view: GatewayView) -> shapes.GatewayShape:
    """A gateway."""
    return shapes.GatewayShape(
        gateway=view.gateway,
        facility=view.facility,
        role=view.role,
        simulated=view.simulated,
        enrolled=from_ms(view.enrolled_ms),
        last_batch=moment(view.last_batch_ms),
        lag_ms=view.lag_ms,
        batches=view.batches,
        readings=view.readings,
        missing_batches=view.missing_batches,
        chain_verdict=view.chain_verdict,
        clock_offset_ms=view.clock_offset_ms,
        plan_state=view.plan_state,
        key_id=view.key_id,
    )


def plan(of: Plan) -> shapes.PlanShape:
    """A configuration with its plan."""
    inner = of.configuration.plan
    return shapes.PlanShape(
        digest=of.digest,
        facility=of.facility,
        plan=inner.id,
        valid_from=inner.valid_from,
        valid_to=inner.valid_to,
        rule_pack=inner.rule_pack,
        state=of.state,
        simulated=of.simulated,
        first_seen=from_ms(of.first_seen_ms),
    )


def finding(of: Finding) -> shapes.FindingShape:
    """A finding."""
    return shapes.FindingShape(
        check=of.check,
        severity=of.severity.value,
        clause=of.clause,
        message=of.message,
        title=worded(of, voice("en")),
        subject=of.subject,
        start=from_ms(of.start_ms),
        end=from_ms(of.end_ms),
        evidence=dict(of.evidence),
    )
