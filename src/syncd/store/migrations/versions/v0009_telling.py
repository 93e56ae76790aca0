"""What receivers of messages were told, and whether messages arrive."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
"""Sorts by code points everywhere."""


def upgrade() -> None:
    op.create_table(
        "told",
        sa.Column("receiver", TEXT, nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("over", sa.DateTime(timezone=True), nullable=True),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("parts", TEXT, nullable=False),
        sa.Column("headline", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("receiver", "subject"),
    )
    op.create_table(
        "receiver",
        sa.Column("receiver", TEXT, nullable=False),
        sa.Column("arrived", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", TEXT, nullable=True),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("receiver"),
    )
