"""Measured values of key results, and how each measure stands."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
"""Sorts by code points everywhere."""


def upgrade() -> None:
    op.create_table(
        "measured",
        sa.Column("key_result", TEXT, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("definition", TEXT, nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("key_result", "at"),
    )
    op.create_table(
        "measure",
        sa.Column("key_result", TEXT, nullable=False),
        sa.Column("definition", TEXT, nullable=False),
        sa.Column("attempted", sa.DateTime(timezone=True), nullable=False),
        sa.Column("problem", TEXT, nullable=True),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key_result"),
    )
