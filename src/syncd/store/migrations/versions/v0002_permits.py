"""Approvals that name each write, plans of which a part waits, and what brakes and claims compare with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    for name in ("because", "waiting_digest", "waiting", "cost"):
        op.add_column("plan", sa.Column(name, TEXT, nullable=True))
    op.add_column("approval", sa.Column("writes", sa.Integer(), nullable=True))
    for name in ("scope", "rules_seen", "instance", "rival"):
        op.add_column("source_state", sa.Column(name, TEXT, nullable=True))
    op.add_column("source_state", sa.Column("claimed", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "approved_write",
        sa.Column("source", TEXT, nullable=False),
        sa.Column("issue", TEXT, nullable=False),
        sa.Column("place", TEXT, nullable=False),
        sa.Column("what", TEXT, nullable=False),
        sa.Column("approval", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("source", "issue", "place"),
    )
    op.create_index("approved_write_approval", "approved_write", ["approval"], unique=False)
    op.create_table(
        "ranking",
        sa.Column("source", TEXT, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("source"),
    )
    # An approval that named only a digest cannot say which writes it meant: it counts as spent.
    op.execute("UPDATE approval SET used = at WHERE used IS NULL")
