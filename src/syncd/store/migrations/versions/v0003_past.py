"""What was known: the inputs of scores, and the rules, for every change of them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
"""Sorts by code points everywhere."""


def upgrade() -> None:
    op.create_table(
        "inputs",
        sa.Column("source", TEXT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", TEXT, nullable=True),
        sa.Column("data", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("source", "id", "at"),
    )
    op.create_table(
        "rules_text",
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("texts", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_table(
        "rules_since",
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("measured", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("at"),
    )
