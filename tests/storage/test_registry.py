"""The registry's contract, run by both of its adapters."""

from __future__ import annotations

import itertools
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import UUID

import pytest
from postgres_kit import BIN, MISSING, postgres_server
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import DatabaseError

from tynys.domain.configuration import FacilityConfiguration
from tynys.domain.errors import ConfigurationError, NotFoundError, RefusedError, StorageError
from tynys.domain.facility import Facility, Names
from tynys.domain.finding import Finding, Severity
from tynys.domain.instrument import Acquisition, AcquisitionMode, Channel
from tynys.domain.plan import MonitoringPlan
from tynys.domain.quantity import Unit
from tynys.storage.registry import Registry
from tynys.storage.registry_feed import FeedSource
from tynys.storage.registry_migrate import migrate
from tynys.storage.registry_model import metadata

NOW_MS = 1_800_000_000_000
G1, G2 = UUID(int=1), UUID(int=2)
START = datetime(2020, 1, 1, tzinfo=UTC)
_numbers = itertools.count()


@pytest.fixture(scope="session")
def postgres():
    if BIN is None:
        pytest.skip(MISSING)
    with postgres_server() as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/deep/registry.sqlite"
    server = request.getfixturevalue("postgres")
    name = f"registry_{next(_numbers)}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return server.replace("/postgres?", f"/{name}?")


@pytest.fixture
def registry(url):
    with Registry.open(url) as opened:
        yield opened


def configuration(facility="gres-1", channels=("stack-1.so2",), operator="EGRES-1"):
    return FacilityConfiguration(
        facility=Facility(
            id=facility,
            names=Names(kk="ГРЭС-1", ru="ГРЭС-1", en="GRES-1"),
            operator=Names(kk=f"{operator}, қазақша", ru=f"{operator}, по-русски", en=operator),
            region="KZ-55",
            region_valid_from=START,
            sector="power",
            category=1,
            latitude_deg=51.8,
            longitude_deg=75.3,
        ),
        units=(),
        sources=(),
        ducts=(),
        points=(),
        analysers=(),
        channels=tuple(
            Channel(
                id=UUID(int=100 + place),
                name=name,
                component="so2",
                unit=Unit.MG_M3,
                acquisition=(Acquisition(valid_from=START, interval_ms=1000, mode=AcquisitionMode.REPLAYED),),
            )
            for place, name in enumerate(channels)
        ),
        plan=MonitoringPlan(id="p", facility=facility, rule_pack="kz", components=(), valid_from=START),
    )


def put(registry, made, seen_ms=NOW_MS, position=1):
    return registry.put_configuration(made.digest(), made.facility.id, made.encode(), seen_ms, position, G1, simulated=True)


def code(registry, **more):
    fields = {"facility": "gres-1", "role": "live", "simulated": True, "expires_ms": NOW_MS + 1000, "made_ms": NOW_MS, "by": "a.k"} | more
    return registry.create_code(**fields)


def enrol(registry, text_, gateway=G1, facility="gres-1", role="live", key_id="k1", now_ms=NOW_MS):
    return registry.enrol(text_, gateway, facility, role, b"p" * 32, key_id, now_ms)


def test_a_gateway_enrols_once_with_a_code_that_fixes_what_it_is(registry):
    secret = code(registry)
    gateway = enrol(registry, secret)
    assert (gateway.id, gateway.facility, gateway.role, gateway.simulated, gateway.enrolled_ms) == (G1, "gres-1", "live", True, NOW_MS)
    assert registry.gateway(G1) == gateway
    assert registry.gateways("gres-1") == registry.gateways() == [gateway]
    assert registry.gateways("gres-2") == []
    (key,) = registry.keys(G1)
    assert (key.key_id, key.public_key, key.retired_ms, key.revoked_ms) == ("k1", b"p" * 32, None, None)
    assert secret not in str(registry.audit_log())


@pytest.mark.parametrize(
    ("wrong", "error_code"),
    [
        ({"facility": "gres-2"}, "enrolment.code_mismatch"),
        ({"role": "history"}, "enrolment.code_mismatch"),
        ({"now_ms": NOW_MS + 1000}, "enrolment.code_expired"),
    ],
)
def test_a_code_is_refused_for_anything_else(registry, wrong, error_code):
    secret = code(registry)
    with pytest.raises(RefusedError) as caught:
        enrol(registry, secret, **wrong)
    assert caught.value.error_code == error_code
    assert enrol(registry, secret).id == G1


def test_a_used_or_invented_code_and_a_known_gateway_are_refused(registry):
    secret = code(registry)
    enrol(registry, secret)
    for wrong, error_code in ((secret, "enrolment.code_used"), ("invented", "enrolment.code_unknown")):
        with pytest.raises(RefusedError) as caught:
            enrol(registry, wrong, gateway=G2, key_id="k2")
        assert caught.value.error_code == error_code
    with pytest.raises(RefusedError) as caught:
        enrol(registry, code(registry), key_id="k3")
    assert caught.value.error_code == "enrolment.gateway_known"
    with pytest.raises(NotFoundError):
        registry.gateway(G2)


def test_a_gateway_that_never_got_the_answer_is_answered_again_and_nobody_else_is(registry):
    secret = code(registry)
    gateway = enrol(registry, secret)
    assert enrol(registry, secret, now_ms=NOW_MS + 10**9) == gateway
    assert len(registry.gateways()) == len(registry.keys(G1)) == 1
    for wrong in ({"gateway": G2}, {"facility": "gres-2"}, {"role": "history"}):
        with pytest.raises(RefusedError, match="has been used"):
            enrol(registry, secret, **wrong)
    with pytest.raises(RefusedError, match="has been used"):
        registry.enrol(secret, G1, "gres-1", "live", b"q" * 32, "k2", NOW_MS)
    registry.revoke_key("k1", NOW_MS, "a.k", "stolen")
    with pytest.raises(RefusedError, match="has been used"):
        enrol(registry, secret)


def test_of_many_who_use_one_code_at_once_one_gets_in(registry):
    secret = code(registry)
    barrier = threading.Barrier(4)

    def attempt(number):
        barrier.wait()
        try:
            return enrol(registry, secret, gateway=UUID(int=number), key_id=f"k{number}").id
        except RefusedError as error:
            return error.error_code

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(attempt, range(1, 5)))
    assert results.count("enrolment.code_used") == 3
    assert len(registry.gateways()) == 1
    assert registry.verify_audit() is None


def test_keys_follow_one_another_and_can_be_revoked(registry):
    enrol(registry, code(registry))
    registry.introduce_key(G1, b"q" * 32, "k2", NOW_MS + 10)
    registry.retire_key("k1", NOW_MS + 20, "gateway")
    registry.revoke_key("k2", NOW_MS + 30, "a.k", "laptop stolen")
    first, second = registry.keys(G1)
    assert (first.key_id, first.retired_ms, first.revoked_ms) == ("k1", NOW_MS + 20, None)
    assert (second.key_id, second.revoked_ms, second.reason) == ("k2", NOW_MS + 30, "laptop stolen")
    with pytest.raises(NotFoundError):
        registry.revoke_key("k9", NOW_MS, "a.k", "")
    with pytest.raises(NotFoundError):
        registry.introduce_key(G2, b"q" * 32, "k3", NOW_MS)


def test_a_configuration_is_kept_once_waits_and_is_decided(registry):
    made = configuration()
    kept = put(registry, made)
    assert (kept.state, kept.approved, kept.document, kept.simulated, kept.gateway) == ("waiting", False, made.encode(), True, G1)
    assert put(registry, made, NOW_MS + 5, 9) == kept
    assert registry.configurations("gres-1") == [kept]
    decided = registry.decide(made.digest(), approved=True, by="a.k", at_ms=NOW_MS + 1, reason="checked")
    assert (decided.approved, decided.decided_by, decided.decided_ms, decided.reason) == (True, "a.k", NOW_MS + 1, "checked")
    newer = configuration(operator="New operator")
    put(registry, newer, NOW_MS + 10, 2)
    assert [row.digest for row in registry.configurations("gres-1")] == [made.digest(), newer.digest()]
    assert not registry.decide(newer.digest(), approved=False, by="a.k", at_ms=NOW_MS + 11).approved
    for unknown in (lambda: registry.configuration(b"?" * 32), lambda: registry.decide(b"?" * 32, approved=True, by="x", at_ms=0)):
        with pytest.raises(NotFoundError):
            unknown()


def test_facilities_and_channels_follow_the_newest_configuration(registry):
    put(registry, configuration(channels=("stack-1.so2", "stack-1.nox")))
    put(registry, configuration(channels=("stack-2.so2", "stack-1.nox", "stack-1.co"), operator="B"), NOW_MS + 1, 2)
    (facility,) = registry.facilities()
    assert (facility.id, facility.operator.en, facility.operator.kk, facility.region, facility.names.en, facility.simulated) == (
        "gres-1",
        "B",
        "B, қазақша",
        "KZ-55",
        "GRES-1",
        True,
    )
    assert [row.name for row in registry.channels("gres-1")] == ["stack-1.co", "stack-1.nox", "stack-2.so2"]
    channel = registry.channel(UUID(int=100))
    assert (channel.name, channel.facility, channel.component, channel.unit) == ("stack-2.so2", "gres-1", "so2", "mg/m3")
    assert channel.acquisition[0].interval_ms == 1000
    with pytest.raises(NotFoundError):
        registry.channel(UUID(int=999))


def test_feed_profiles_and_imports_are_kept(registry):
    registry.put_feed_profile("nobd", {"zone": "Asia/Almaty", "единица": "мг/м3"}, by="a.k", at_ms=NOW_MS)
    registry.put_feed_profile("nobd", {"zone": "UTC"}, by="a.k", at_ms=NOW_MS + 1)
    assert registry.feed_profile("nobd") == {"zone": "UTC"}
    with pytest.raises(NotFoundError):
        registry.feed_profile("other")
    number = registry.record_import("a.csv", "ab" * 32, "nobd", rows=10, refused=1, made_ms=NOW_MS, by="a.k")
    assert registry.record_import("b.csv", "cd" * 32, "nobd", rows=2, refused=0, made_ms=NOW_MS, by="a.k") == number + 1
    assert [(row.id, row.file, row.rows, row.refused) for row in registry.imports()] == [
        (number, "a.csv", 10, 1),
        (number + 1, "b.csv", 2, 0),
    ]


def test_sources_of_a_feed_gather_their_spellings_and_stay_simulated(registry):
    def written(*spellings, simulated=False, region="Абай"):
        return FeedSource("nbd-x.n1", "ТОО «X»", "Труба №1", region, spellings, "kz-nbd", simulated)

    first, second = ("ТОО «X»", "Труба №1\t"), ("ТОО «Х»", "Труба №1")
    assert registry.put_feed_sources([written(first, simulated=True)], by="a.k", at_ms=NOW_MS) == 1
    assert registry.put_feed_sources([written(second, region="")], by="a.k", at_ms=NOW_MS + 1) == 1
    assert registry.put_feed_sources([written(first)], by="a.k", at_ms=NOW_MS + 2) == 0
    kept = written(*sorted([first, second]), simulated=True)
    assert registry.feed_source("nbd-x.n1") == kept
    assert registry.feed_sources() == [kept]
    assert registry.feed_sources(after="nbd-x.n1") == []
    assert registry.feed_source("other") is None
    assert [row.action for row in registry.audit_log()] == ["feed_source.changed"] * 2


def test_findings_are_kept_once(registry):
    found = Finding("SERIES-FROZEN", Severity.QUERY, "EN 17255-2", "series.frozen", "gres-1.stack-1", 1, 2, {"значение": 5, "share": 0.5})
    other = Finding("LINE-FORK", Severity.SERIOUS, "", "line.fork", "gres-2", 3, 3)
    assert registry.record_findings([found, other, found], NOW_MS) == 2
    assert registry.record_findings([found], NOW_MS + 1) == 0
    assert registry.findings() == [other, found]
    assert registry.findings("gres-1.stack-1") == [found]
    assert registry.findings(since_ms=NOW_MS + 1) == []
    assert registry.findings(limit=1) == [other]


def test_findings_of_one_window_that_differ_in_their_evidence_are_each_kept(registry):
    both = [
        Finding("AVERAGE-DIFFERS", Severity.QUERY, "", "average.differs", "gres-1.stack-1", 1, 2, {"component": c}) for c in ("so2", "nox")
    ]
    assert registry.record_findings(both, NOW_MS) == 2
    assert (
        registry.record_findings([Finding("AVERAGE-DIFFERS", Severity.QUERY, "", "average.differs", "gres-1.stack-1", 1, 2)], NOW_MS) == 1
    )
    assert registry.record_findings(both, NOW_MS + 1) == 0
    (newest, _), (number, _), *_ = registry.findings_page()
    assert [each.evidence for _, each in registry.findings_page(before=newest)] == [{"component": "nox"}, {"component": "so2"}]
    assert [each.evidence for _, each in registry.findings_page(before=number, limit=1)] == [{"component": "so2"}]


def test_findings_of_an_older_registry_are_kept_when_it_is_brought_to_the_newest_version(url, tmp_path):
    (tmp_path / "deep").mkdir(exist_ok=True)
    engine = create_engine(url)
    migrate(engine, "0003")
    with engine.begin() as connection:
        old = "INSERT INTO findings (check_id, severity, clause, message, subject, start_ms, end_ms, evidence, found_ms) VALUES "
        connection.execute(text(old + "('LINE-FORK', 'serious', '', 'line.fork', 'gres-1', 1, 1, '{}', 5)"))
    engine.dispose()
    with Registry.open(url) as registry:
        (kept,) = registry.findings()
        assert (kept.check, kept.subject, kept.start_ms) == ("LINE-FORK", "gres-1", 1)
        assert registry.record_findings([Finding("LINE-FORK", Severity.SERIOUS, "", "line.fork", "gres-1", 1, 1, {"gateway": "g"})], 6) == 1
        assert len(registry.findings()) == 2


def test_every_change_is_in_the_audit_log_and_a_changed_past_shows(registry, url):
    enrol(registry, code(registry))
    registry.audit("limit.changed", "gres-1", "a.k", NOW_MS, {"причина": "ошибка"})
    log = registry.audit_log()
    assert [row.action for row in log] == ["code.created", "gateway.enrolled", "limit.changed"]
    assert [row.id for row in registry.audit_log(after=1, limit=1)] == [2]
    assert registry.verify_audit() is None
    engine = create_engine(url)
    with pytest.raises(DatabaseError, match="append-only"), engine.begin() as connection:
        connection.execute(text("DELETE FROM audit WHERE id = 2"))
    with engine.begin() as connection:  # whoever owns the database can take the guard away, and is seen
        if engine.dialect.name == "postgresql":
            connection.execute(text("DROP TRIGGER audit_append_only ON audit"))
        else:
            connection.execute(text("DROP TRIGGER audit_no_update"))
        connection.execute(text("UPDATE audit SET made_by = 'nobody' WHERE id = 2"))
    engine.dispose()
    assert registry.verify_audit() == 2


def test_many_writers_leave_one_unbroken_audit_log(registry):
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda n: registry.audit("a", str(n), "t", NOW_MS, {}), range(30)))
    assert [row.id for row in registry.audit_log()] == list(range(1, 31))
    assert registry.verify_audit() is None


def test_opening_again_keeps_everything_and_the_tables_are_the_model(registry, url):
    enrol(registry, code(registry))
    with Registry.open(url) as again:
        assert again.gateway(G1).facility == "gres-1"
    engine = create_engine(url)
    found = inspect(engine)
    assert set(found.get_table_names()) == {*metadata.tables, "alembic_version"}
    for name, table in metadata.tables.items():
        assert {item["name"] for item in found.get_columns(name)} == {item.name for item in table.columns}
    engine.dispose()


def test_several_processes_may_open_a_new_registry_at_once(url):
    with ThreadPoolExecutor(3) as pool:
        for opened in pool.map(lambda _: Registry.open(url), range(3)):
            assert opened.gateways() == []
            opened.close()


def test_a_reader_is_not_held_up_by_a_writer(registry, url):
    enrol(registry, code(registry))
    engine = create_engine(url)
    with engine.connect() as connection:
        connection.execute(text("BEGIN IMMEDIATE" if engine.dialect.name == "sqlite" else "SELECT 1"))
        connection.execute(text("UPDATE gateways SET role = 'history'"))
        assert registry.gateway(G1).role == "live"
        connection.rollback()
    engine.dispose()


@pytest.mark.parametrize("wrong", ["mysql+nothing://x", "no address"])
def test_an_address_that_cannot_be_used_names_what_can(wrong):
    with pytest.raises(ConfigurationError, match="postgresql"):
        Registry.open(wrong)


def test_a_registry_that_cannot_be_reached_says_where(tmp_path):
    (tmp_path / "registry.sqlite").write_bytes(b"no database, but long enough to be read as one" * 50)
    with pytest.raises(StorageError, match=r"registry\.sqlite"):
        Registry.open(f"sqlite:///{tmp_path}/registry.sqlite")
