"""The first schema."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
"""Sorts by code points everywhere."""


def upgrade() -> None:
    op.create_table(
        "approval",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("approver", TEXT, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("approval_source", "approval", ["source"], unique=False)
    op.create_table(
        "cursor",
        sa.Column("source", TEXT, nullable=False),
        sa.Column("cursor", TEXT, nullable=True),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("source"),
    )
    op.create_table(
        "entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run", TEXT, nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("issue", TEXT, nullable=False),
        sa.Column("folded", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("scope", TEXT, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", TEXT, nullable=False),
        sa.Column("verdict", TEXT, nullable=True),
        sa.Column("message", TEXT, nullable=False),
        sa.Column("finished", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("entry_folded", "entry", ["folded"], unique=False)
    op.create_index("entry_issue", "entry", ["source", "issue"], unique=False)
    op.create_index("entry_open", "entry", ["source", "verdict"], unique=False)
    op.create_index("entry_run", "entry", ["run"], unique=False)
    op.create_table(
        "former_key",
        sa.Column("source", TEXT, nullable=False),
        sa.Column("folded", TEXT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("seen", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("source", "folded"),
    )
    op.create_table(
        "issue",
        sa.Column("source", TEXT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("folded", TEXT, nullable=False),
        sa.Column("revision", TEXT, nullable=False),
        sa.Column("updated", sa.DateTime(timezone=True), nullable=False),
        sa.Column("people", sa.DateTime(timezone=True), nullable=True),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("gone", sa.DateTime(timezone=True), nullable=True),
        sa.Column("data", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("source", "id"),
    )
    op.create_index("issue_alive", "issue", ["source", "gone", "id"], unique=False)
    op.create_index("issue_folded", "issue", ["folded"], unique=False)
    op.create_table(
        "ledger",
        sa.Column("source", TEXT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("target", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("run", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("source", "id", "target"),
    )
    op.create_table(
        "native_order",
        sa.Column("source", TEXT, nullable=False),
        sa.Column("scope", TEXT, nullable=False),
        sa.Column("ids", TEXT, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("source", "scope"),
    )
    op.create_table(
        "patch",
        sa.Column("source", TEXT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("data", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("source", "id"),
    )
    op.create_table(
        "placed",
        sa.Column("source", TEXT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("horizon", TEXT, nullable=True),
        sa.Column("score", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("source", "id"),
    )
    op.create_table(
        "placed_day",
        sa.Column("source", TEXT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("horizon", TEXT, nullable=True),
        sa.Column("score", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("source", "id", "day"),
    )
    op.create_table(
        "plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("run", TEXT, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tripped", TEXT, nullable=False),
        sa.Column("body", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("plan_source", "plan", ["source"], unique=False)
    op.create_table(
        "problem",
        sa.Column("source", TEXT, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("key", TEXT, nullable=True),
        sa.Column("code", TEXT, nullable=False),
        sa.Column("message", TEXT, nullable=False),
        sa.Column("remedy", TEXT, nullable=False),
        sa.Column("excludes", sa.Boolean(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("source", "n"),
    )
    op.create_table(
        "run",
        sa.Column("run", TEXT, nullable=False),
        sa.Column("started", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", TEXT, nullable=True),
        sa.Column("summary", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("run"),
    )
    op.create_index("run_started", "run", ["started"], unique=False)
    op.create_table(
        "source_state",
        sa.Column("source", TEXT, nullable=False),
        sa.Column("last_success", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_attempt", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_census", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_sweep", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_order", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", TEXT, nullable=True),
        sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_because", TEXT, nullable=True),
        sa.Column("held_by", TEXT, nullable=True),
        sa.Column("held_because", TEXT, nullable=True),
        sa.Column("held_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("review_because", TEXT, nullable=True),
        sa.Column("rules_digest", TEXT, nullable=True),
        sa.Column("requests", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("source"),
    )
