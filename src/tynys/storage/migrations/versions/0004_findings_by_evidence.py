"""Findings of one check about one subject and span that differ in their evidence are several."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_NAME = "uq_findings_check_id"
_SPAN = ["check_id", "subject", "start_ms", "end_ms"]


def upgrade() -> None:
    """Add the evidence's digest, empty for those found before, to what tells findings apart."""
    with op.batch_alter_table("findings") as table:
        table.add_column(sa.Column("evidence_digest", sa.Text(), nullable=False, server_default=""))
        table.drop_constraint(_NAME, type_="unique")
        table.create_unique_constraint(_NAME, [*_SPAN, "evidence_digest"])


def downgrade() -> None:
    """Keep the first of those that would be one again."""
    op.execute("DELETE FROM findings WHERE id NOT IN (SELECT min(id) FROM findings GROUP BY check_id, subject, start_ms, end_ms)")
    with op.batch_alter_table("findings") as table:
        table.drop_constraint(_NAME, type_="unique")
        table.create_unique_constraint(_NAME, _SPAN)
        table.drop_column("evidence_digest")
