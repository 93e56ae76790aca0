"""Who changed what syncd wrote."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
"""Sorts by code points everywhere."""


def upgrade() -> None:
    op.create_table(
        "author",
        sa.Column("source", TEXT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("target", TEXT, nullable=False),
        sa.Column("data", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("source", "id", "target"),
    )
