"""What was imported, found and done: feed profiles, imports, findings, the audit log."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select

from tynys.domain.errors import NotFoundError
from tynys.domain.finding import Finding, Severity
from tynys.storage import registry_audit as auditing
from tynys.storage.registry_base import RegistryPart
from tynys.storage.registry_model import audit, feed_profiles, findings, imports
from tynys.storage.registry_rows import AuditRow, ImportRow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any


class Records(RegistryPart):
    """Imports, findings and the audit log of the registry."""

    def put_feed_profile(self, name: str, document: Mapping[str, object], *, by: str, at_ms: int) -> None:
        """Keep how a feed's columns are to be read."""
        with self._engine.begin() as connection:
            connection.execute(delete(feed_profiles).where(feed_profiles.c.name == name))
            connection.execute(insert(feed_profiles).values(name=name, document=json.dumps(document, ensure_ascii=False), changed_ms=at_ms))
            auditing.append(connection, "feed_profile.changed", name, by, at_ms, dict(document))

    def feed_profile(self, name: str) -> dict[str, Any]:
        """How a feed's columns are to be read."""
        row = self._one(feed_profiles, feed_profiles.c.name == name)
        if row is None:
            raise NotFoundError(f"no feed profile is called {name!r}", code="feed_profile.unknown")
        document: dict[str, Any] = json.loads(row.document)
        return document

    def record_import(self, file: str, sha256: str, profile: str, *, rows: int, refused: int, made_ms: int, by: str) -> int:
        """Note that a file was imported; returns its number."""
        with self._engine.begin() as connection:
            key = connection.execute(
                insert(imports).values(file=file, sha256=sha256, profile=profile, rows=rows, refused=refused, made_ms=made_ms, made_by=by)
            ).inserted_primary_key
            auditing.append(connection, "feed.imported", file, by, made_ms, {"sha256": sha256, "rows": rows, "refused": refused})
        return int(key[0]) if key else 0

    def imports(self) -> list[ImportRow]:
        """Every import, oldest first."""
        return [
            ImportRow(row.id, row.file, row.sha256, row.profile, row.rows, row.refused, row.made_ms, row.made_by)
            for row in self._all(select(imports).order_by(imports.c.id))
        ]

    def record_findings(self, found: Sequence[Finding], found_ms: int) -> int:
        """Keep findings; the same check, subject, span and evidence is kept once. Returns how many were new."""
        new = 0
        with self._engine.begin() as connection:
            for item in found:
                evidence = json.dumps(dict(item.evidence), ensure_ascii=False)
                digest = hashlib.sha256(json.dumps(dict(item.evidence), sort_keys=True).encode()).hexdigest()
                key = (
                    findings.c.check_id == item.check,
                    findings.c.subject == item.subject,
                    findings.c.start_ms == item.start_ms,
                    findings.c.end_ms == item.end_ms,
                    findings.c.evidence_digest == digest,
                )
                if connection.execute(select(findings.c.id).where(*key)).first() is None:
                    new += 1
                    connection.execute(
                        insert(findings).values(
                            check_id=item.check, severity=item.severity.value, clause=item.clause, message=item.message,
                            subject=item.subject, start_ms=item.start_ms, end_ms=item.end_ms, found_ms=found_ms,
                            evidence=evidence, evidence_digest=digest,
                        )
                    )  # fmt: skip
        return new

    def findings(self, subject: str | None = None, since_ms: int | None = None, limit: int = 1000) -> list[Finding]:
        """Findings, newest first."""
        return [finding for _, finding in self.findings_page(subject, since_ms, limit=limit)]

    def findings_page(
        self, subject: str | None = None, since_ms: int | None = None, *, before: int | None = None, limit: int = 1000
    ) -> list[tuple[int, Finding]]:
        """Findings with their numbers, newest first, those recorded before number ``before``."""
        query = select(findings).order_by(findings.c.id.desc()).limit(limit)
        if subject is not None:
            query = query.where(findings.c.subject == subject)
        if since_ms is not None:
            query = query.where(findings.c.found_ms >= since_ms)
        if before is not None:
            query = query.where(findings.c.id < before)
        return [
            (
                row.id,
                Finding(
                    row.check_id,
                    Severity(row.severity),
                    row.clause,
                    row.message,
                    row.subject,
                    row.start_ms,
                    row.end_ms,
                    json.loads(row.evidence),
                ),
            )
            for row in self._all(query)
        ]

    def audit(self, action: str, subject: str, by: str, at_ms: int, detail: Mapping[str, object]) -> AuditRow:
        """Note something that changed elsewhere."""
        with self._engine.begin() as connection:
            return auditing.append(connection, action, subject, by, at_ms, detail)

    def audit_log(self, after: int = 0, limit: int = 100) -> list[AuditRow]:
        """Changes in order."""
        return [AuditRow(*tuple(row)) for row in self._all(select(audit).where(audit.c.id > after).order_by(audit.c.id).limit(limit))]

    def verify_audit(self) -> int | None:
        """Number of the first audit row that was changed or removed afterwards, or None."""
        return auditing.first_broken([AuditRow(*tuple(row)) for row in self._all(select(audit).order_by(audit.c.id))])
