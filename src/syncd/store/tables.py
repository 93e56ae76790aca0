"""The tables of the store. A change here needs a migration beside it; a test compares the two.

Everything that a tool said, and everything that is only looked at as a whole, is JSON text: it can be read with any
SQLite shell. Columns exist for what statements search, sort or compare.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, Float, Index, Integer, MetaData, Table, Text

from syncd.store.rows import UtcTime

metadata = MetaData()

issue = Table(
    "issue",
    metadata,
    Column("source", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("folded", Text, nullable=False),  # the key, casefolded
    Column("revision", Text, nullable=False),
    Column("updated", UtcTime, nullable=False),  # by the tool's clock
    Column("people", UtcTime),  # `updated` before our own last write, where nobody changed it since
    Column("epoch", Integer, nullable=False),  # of the cursor when this copy came
    Column("gone", UtcTime),
    Column("data", Text, nullable=False),
    Index("issue_alive", "source", "gone", "id"),
    Index("issue_folded", "folded"),
)

patch = Table(
    "patch",
    metadata,
    Column("source", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("data", Text, nullable=False),
)

former_key = Table(
    "former_key",
    metadata,
    Column("source", Text, primary_key=True),
    Column("folded", Text, primary_key=True),
    Column("id", Text, nullable=False),
    Column("seen", UtcTime, nullable=False),  # `updated` of the last copy that carried it
)

native_order = Table(
    "native_order",
    metadata,
    Column("source", Text, primary_key=True),
    Column("scope", Text, primary_key=True),
    Column("ids", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
)

cursor = Table(
    "cursor",
    metadata,
    Column("source", Text, primary_key=True),
    Column("cursor", Text),
    Column("epoch", Integer, nullable=False),  # grows when the cursor is forgotten
)

ledger = Table(
    "ledger",
    metadata,
    Column("source", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("target", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("run", Text, nullable=False),
)

entry = Table(
    "entry",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("issue", Text, nullable=False),
    Column("folded", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("scope", Text),
    Column("at", UtcTime, nullable=False),
    Column("body", Text, nullable=False),
    Column("verdict", Text),
    Column("message", Text, nullable=False, default=""),
    Column("finished", UtcTime),
    Index("entry_open", "source", "verdict"),
    Index("entry_issue", "source", "issue"),
    Index("entry_folded", "folded"),
    Index("entry_run", "run"),
    sqlite_autoincrement=True,  # a pruned entry's number is never given again
)

plan = Table(
    "plan",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("run", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("tripped", Text, nullable=False),
    Column("body", Text, nullable=False),
    Index("plan_source", "source"),
    sqlite_autoincrement=True,
)

approval = Table(
    "approval",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("approver", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("used", UtcTime),
    Index("approval_source", "source"),
    sqlite_autoincrement=True,
)

placed = Table(
    "placed",
    metadata,
    Column("source", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("rank", Integer, nullable=False),
    Column("horizon", Text),
    Column("score", Float),
)

placed_day = Table(
    "placed_day",
    metadata,
    Column("source", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("rank", Integer),  # empty: left the backlog
    Column("horizon", Text),
    Column("score", Float),
)

run = Table(
    "run",
    metadata,
    Column("run", Text, primary_key=True),
    Column("started", UtcTime, nullable=False),
    Column("finished", UtcTime),
    Column("outcome", Text),
    Column("summary", Text, nullable=False, default="{}"),
    Index("run_started", "started"),
)

source_state = Table(
    "source_state",
    metadata,
    Column("source", Text, primary_key=True),
    Column("last_success", UtcTime),
    Column("last_attempt", UtcTime),
    Column("last_census", UtcTime),
    Column("last_sweep", UtcTime),
    Column("last_order", UtcTime),
    Column("problem", Text),
    Column("paused_until", UtcTime),
    Column("paused_because", Text),
    Column("held_by", Text),
    Column("held_because", Text),
    Column("held_since", UtcTime),
    Column("review_because", Text),
    Column("rules_digest", Text),
    Column("requests", Text),
)

problem = Table(
    "problem",
    metadata,
    Column("source", Text, primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("key", Text),
    Column("code", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("remedy", Text, nullable=False),
    Column("excludes", Boolean, nullable=False),
    Column("since", UtcTime, nullable=False),  # when it first appeared
)
