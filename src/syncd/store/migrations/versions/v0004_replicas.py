"""Hints that outlive the process, and what replicas share: changes, leases, letters, who is there."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("issue", sa.Column("changed", sa.BigInteger(), nullable=False, server_default="0"))
    op.create_index("issue_changed", "issue", ["source", "changed"], unique=False)
    op.add_column("run", sa.Column("owner", TEXT, nullable=True))
    op.create_table(
        "change",
        sa.Column("source", TEXT, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("source"),
    )
    op.create_table(
        "hint",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("delivery", TEXT, nullable=True),
        sa.Column("at", TIME, nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.Column("body", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("hint_delivery", "hint", ["source", "delivery"], unique=True)
    op.create_index("hint_waiting", "hint", ["done", "source", "id"], unique=False)
    op.create_table(
        "letter",
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("body", TEXT, nullable=False),
        sa.Column("claimed", TIME, nullable=True),
        sa.PrimaryKeyConstraint("kind", "name"),
    )
    op.create_table(
        "lease",
        sa.Column("source", TEXT, nullable=False),
        sa.Column("owner", TEXT, nullable=True),
        sa.Column("until", TIME, nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("wanted", TEXT, nullable=True),
        sa.Column("wanted_until", TIME, nullable=True),
        sa.PrimaryKeyConstraint("source"),
    )
    op.create_table(
        "replica",
        sa.Column("owner", TEXT, nullable=False),
        sa.Column("seen", TIME, nullable=False),
        sa.PrimaryKeyConstraint("owner"),
    )
