"""Native orders as we left them, and the places in them that people chose."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "left_order",
        sa.Column("source", TEXT, nullable=False),
        sa.Column("scope", TEXT, nullable=False),
        sa.Column("ids", TEXT, nullable=False),
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("source", "scope"),
    )
    op.create_table(
        "order_pin",
        sa.Column("source", TEXT, nullable=False),
        sa.Column("scope", TEXT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("below", TEXT, nullable=True),
        sa.Column("was_below", TEXT, nullable=True),
        sa.Column("after", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("source", "scope", "id"),
    )
