"""The registry's tables: one model for SQLite and PostgreSQL alike (docs/reference/storage.md)."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Integer, LargeBinary, MetaData, Table, Text, UniqueConstraint

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
    }
)

gateways = Table(
    "gateways",
    metadata,
    Column("id", Text, primary_key=True),
    Column("facility", Text, nullable=False, index=True),
    Column("role", Text, nullable=False),
    Column("simulated", Boolean, nullable=False),
    Column("enrolled_ms", BigInteger, nullable=False),
)
gateway_keys = Table(
    "gateway_keys",
    metadata,
    Column("key_id", Text, primary_key=True),
    Column("gateway", Text, ForeignKey("gateways.id"), nullable=False, index=True),
    Column("public_key", LargeBinary, nullable=False),
    Column("introduced_ms", BigInteger, nullable=False),
    Column("retired_ms", BigInteger),
    Column("revoked_ms", BigInteger),
    Column("reason", Text, nullable=False, default=""),
)
enrolment_codes = Table(
    "enrolment_codes",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("facility", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("simulated", Boolean, nullable=False),
    Column("made_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("used_ms", BigInteger),
    Column("used_by", Text),
)
configurations = Table(
    "configurations",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("facility", Text, nullable=False, index=True),
    Column("document", LargeBinary, nullable=False),
    Column("first_seen_ms", BigInteger, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("gateway", Text, nullable=False),
    Column("simulated", Boolean, nullable=False),
    Column("state", Text, nullable=False),
    Column("decided_by", Text),
    Column("decided_ms", BigInteger),
    Column("reason", Text, nullable=False, default=""),
)
facilities = Table(
    "facilities",
    metadata,
    Column("id", Text, primary_key=True),
    Column("region", Text, nullable=False),
    Column("operator_kk", Text, nullable=False),
    Column("operator_ru", Text, nullable=False),
    Column("operator_en", Text, nullable=False),
    Column("name_kk", Text, nullable=False),
    Column("name_ru", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("simulated", Boolean, nullable=False),
)
channels = Table(
    "channels",
    metadata,
    Column("id", Text, primary_key=True),
    Column("facility", Text, nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("component", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("acquisition", Text, nullable=False, server_default="[]"),
    UniqueConstraint("facility", "name"),
)
rule_packs = Table(
    "rule_packs",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("id", Text, nullable=False, index=True),
    Column("valid_from", Text, nullable=False),
    Column("valid_to", Text),
    Column("document", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("entered_by", Text, nullable=False),
    Column("entered_ms", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("replaced_by", Text),
    Column("replaced_ms", BigInteger),
)
recomputations = Table(
    "recomputations",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("facility", Text, nullable=False, index=True),
    Column("sources", Text, nullable=False),
    Column("spans", Text, nullable=False),
    Column("channels", Boolean, nullable=False),
    Column("cause", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("requested_by", Text, nullable=False),
    Column("requested_ms", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("days_left", Text),
    Column("days", Integer, nullable=False),
    Column("windows", BigInteger, nullable=False),
    Column("revised", BigInteger, nullable=False),
    Column("finished_ms", BigInteger),
)
feed_profiles = Table(
    "feed_profiles",
    metadata,
    Column("name", Text, primary_key=True),
    Column("document", Text, nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
)
imports = Table(
    "imports",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("file", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("profile", Text, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("refused", BigInteger, nullable=False),
    Column("made_ms", BigInteger, nullable=False),
    Column("made_by", Text, nullable=False),
)
findings = Table(
    "findings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("check_id", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("clause", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("subject", Text, nullable=False, index=True),
    Column("start_ms", BigInteger, nullable=False),
    Column("end_ms", BigInteger, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("found_ms", BigInteger, nullable=False),
    Column("evidence_digest", Text, nullable=False, server_default=""),
    UniqueConstraint("check_id", "subject", "start_ms", "end_ms", "evidence_digest"),
)
audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("digest", Text, nullable=False),
)
