"""The tables of the store. A change here needs a migration beside it; a test compares the two.

Everything that a tool said, and everything that is only looked at as a whole, is JSON text: it can be read with any
database shell. Columns exist for what statements search, sort or compare.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Date, Float, Index, Integer, MetaData, Table

from syncd.store.rows import UtcTime, Words

metadata = MetaData()

issue = Table(
    "issue",
    metadata,
    Column("source", Words, primary_key=True),
    Column("id", Words, primary_key=True),
    Column("folded", Words, nullable=False),  # the key, casefolded
    Column("revision", Words, nullable=False),
    Column("updated", UtcTime, nullable=False),  # by the tool's clock
    Column("people", UtcTime),  # `updated` before our own last write, where nobody changed it since
    Column("epoch", Integer, nullable=False),  # of the cursor when this copy came
    Column("gone", UtcTime),
    Column("changed", BigInteger, nullable=False, server_default="0"),  # `change.number` when it last differed
    Column("data", Words, nullable=False),
    Index("issue_alive", "source", "gone", "id"),
    Index("issue_folded", "folded"),
    Index("issue_changed", "source", "changed"),
)

change = Table(
    "change",
    metadata,
    Column("source", Words, primary_key=True),
    Column("number", BigInteger, nullable=False),
)

patch = Table(
    "patch",
    metadata,
    Column("source", Words, primary_key=True),
    Column("id", Words, primary_key=True),
    Column("digest", Words, nullable=False),
    Column("data", Words, nullable=False),
)

former_key = Table(
    "former_key",
    metadata,
    Column("source", Words, primary_key=True),
    Column("folded", Words, primary_key=True),
    Column("id", Words, nullable=False),
    Column("seen", UtcTime, nullable=False),  # `updated` of the last copy that carried it
)

native_order = Table(
    "native_order",
    metadata,
    Column("source", Words, primary_key=True),
    Column("scope", Words, primary_key=True),
    Column("ids", Words, nullable=False),
    Column("at", UtcTime, nullable=False),
)

left_order = Table(
    "left_order",
    metadata,
    Column("source", Words, primary_key=True),
    Column("scope", Words, primary_key=True),
    Column("ids", Words, nullable=False),
    Column("entry", Integer, nullable=False),  # our moves up to this entry of the journal are in it
    Column("at", UtcTime, nullable=False),
)

order_pin = Table(
    "order_pin",
    metadata,
    Column("source", Words, primary_key=True),
    Column("scope", Words, primary_key=True),
    Column("id", Words, primary_key=True),
    Column("below", Words),  # empty: the top of the scope
    Column("was_below", Words),
    Column("after", UtcTime, nullable=False),
    Column("at", UtcTime, nullable=False),
)

cursor = Table(
    "cursor",
    metadata,
    Column("source", Words, primary_key=True),
    Column("cursor", Words),
    Column("epoch", Integer, nullable=False),  # grows when the cursor is forgotten
)

ledger = Table(
    "ledger",
    metadata,
    Column("source", Words, primary_key=True),
    Column("id", Words, primary_key=True),
    Column("target", Words, primary_key=True),
    Column("value", Words, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("run", Words, nullable=False),
)

author = Table(
    "author",
    metadata,
    Column("source", Words, primary_key=True),
    Column("id", Words, primary_key=True),
    Column("target", Words, primary_key=True),
    Column("data", Words, nullable=False),
)

entry = Table(
    "entry",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run", Words, nullable=False),
    Column("source", Words, nullable=False),
    Column("issue", Words, nullable=False),
    Column("folded", Words, nullable=False),
    Column("kind", Words, nullable=False),
    Column("scope", Words),
    Column("at", UtcTime, nullable=False),
    Column("body", Words, nullable=False),
    Column("verdict", Words),
    Column("message", Words, nullable=False, default=""),
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
    Column("source", Words, nullable=False),
    Column("digest", Words, nullable=False),
    Column("run", Words, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("tripped", Words, nullable=False),
    Column("body", Words, nullable=False),
    Column("because", Words),  # why the waiting part waits
    Column("waiting_digest", Words),
    Column("waiting", Words),  # the part that waits; empty: the whole plan, or nothing
    Column("cost", Words),
    Index("plan_source", "source"),
    sqlite_autoincrement=True,
)

approval = Table(
    "approval",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", Words, nullable=False),
    Column("digest", Words, nullable=False),
    Column("approver", Words, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("used", UtcTime),  # when nothing of it was left
    Column("writes", Integer),
    Column("void", Integer),  # of these, unmade: something else was wanted there
    Index("approval_source", "source"),
    sqlite_autoincrement=True,
)

approved_write = Table(
    "approved_write",
    metadata,
    Column("source", Words, primary_key=True),
    Column("issue", Words, primary_key=True),
    Column("place", Words, primary_key=True),
    Column("what", Words, nullable=False),
    Column("approval", Integer, nullable=False),
    Index("approved_write_approval", "approval"),
)

ranking = Table(
    "ranking",
    metadata,
    Column("source", Words, primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("body", Words, nullable=False),
)

placed = Table(
    "placed",
    metadata,
    Column("source", Words, primary_key=True),
    Column("id", Words, primary_key=True),
    Column("rank", Integer, nullable=False),
    Column("horizon", Words),
    Column("score", Float),
)

placed_day = Table(
    "placed_day",
    metadata,
    Column("source", Words, primary_key=True),
    Column("id", Words, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("rank", Integer),  # empty: left the backlog
    Column("horizon", Words),
    Column("score", Float),
)

inputs = Table(
    "inputs",
    metadata,
    Column("source", Words, primary_key=True),
    Column("id", Words, primary_key=True),
    Column("at", UtcTime, primary_key=True),  # of the decision that first read them
    Column("digest", Words),  # of what a change of makes a new row
    Column("data", Words),  # empty: left the backlog
)

rules_text = Table(
    "rules_text",
    metadata,
    Column("digest", Words, primary_key=True),
    Column("texts", Words, nullable=False),
)

rules_since = Table(
    "rules_since",
    metadata,
    Column("at", UtcTime, primary_key=True),
    Column("digest", Words, nullable=False),
    Column("measured", Words, nullable=False),  # key result → its value then
)

run = Table(
    "run",
    metadata,
    Column("run", Words, primary_key=True),
    Column("started", UtcTime, nullable=False),
    Column("finished", UtcTime),
    Column("outcome", Words),
    Column("summary", Words, nullable=False, default="{}"),
    Column("owner", Words),  # the replica; empty where there is only one process
    Index("run_started", "started"),
)

source_state = Table(
    "source_state",
    metadata,
    Column("source", Words, primary_key=True),
    Column("last_success", UtcTime),
    Column("last_attempt", UtcTime),
    Column("last_census", UtcTime),
    Column("last_sweep", UtcTime),
    Column("last_order", UtcTime),
    Column("problem", Words),
    Column("paused_until", UtcTime),
    Column("paused_because", Words),
    Column("held_by", Words),
    Column("held_because", Words),
    Column("held_since", UtcTime),
    Column("review_because", Words),
    Column("rules_digest", Words),
    Column("requests", Words),
    Column("scope", Words),
    Column("rules_seen", Words),
    Column("instance", Words),
    Column("claimed", UtcTime),
    Column("rival", Words),
    Column("marked", BigInteger),
    Column("site", Words),
)

problem = Table(
    "problem",
    metadata,
    Column("source", Words, primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("key", Words),
    Column("code", Words, nullable=False),
    Column("message", Words, nullable=False),
    Column("remedy", Words, nullable=False),
    Column("excludes", Boolean, nullable=False),
    Column("since", UtcTime, nullable=False),  # when it first appeared
)

hint = Table(
    "hint",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("source", Words, nullable=False),
    Column("delivery", Words),  # empty: the tool does not name its deliveries
    Column("at", UtcTime, nullable=False),
    Column("done", Boolean, nullable=False),
    Column("body", Words, nullable=False),
    Index("hint_delivery", "source", "delivery", unique=True),
    Index("hint_waiting", "done", "source", "id"),
    sqlite_autoincrement=True,
)

letter = Table(
    "letter",
    metadata,
    Column("kind", Words, primary_key=True),
    Column("name", Words, primary_key=True),
    Column("body", Words, nullable=False),
    Column("claimed", UtcTime),  # when a process began to follow it
)

lease = Table(
    "lease",
    metadata,
    Column("source", Words, primary_key=True),
    Column("owner", Words),  # empty: given up
    Column("until", UtcTime, nullable=False),  # by the database's clock
    Column("fence", BigInteger, nullable=False),  # grows with every owner
    Column("wanted", Words),  # who asked to have it for a moment
    Column("wanted_until", UtcTime),
)

replica = Table(
    "replica",
    metadata,
    Column("owner", Words, primary_key=True),
    Column("seen", UtcTime, nullable=False),  # by the database's clock
)

measured = Table(
    "measured",
    metadata,
    Column("key_result", Words, primary_key=True),
    Column("at", UtcTime, primary_key=True),
    Column("definition", Words, nullable=False),  # digest of what was asked
    Column("value", Float, nullable=False),
)

measure = Table(
    "measure",
    metadata,
    Column("key_result", Words, primary_key=True),
    Column("definition", Words, nullable=False),
    Column("attempted", UtcTime, nullable=False),
    Column("problem", Words),  # of the last attempt
    Column("failing_since", UtcTime),
)

told = Table(
    "told",
    metadata,
    Column("receiver", Words, primary_key=True),
    Column("subject", Words, primary_key=True),
    Column("since", UtcTime, nullable=False),  # when it was first seen to stand
    Column("at", UtcTime),  # when it was last told; empty: not yet
    Column("over", UtcTime),
    Column("times", Integer, nullable=False),
    Column("parts", Words, nullable=False),  # what was told of it
    Column("headline", Words, nullable=False),
)

receiver = Table(
    "receiver",
    metadata,
    Column("receiver", Words, primary_key=True),
    Column("arrived", UtcTime),  # when a message last arrived
    Column("problem", Words),  # of the last attempt
    Column("failing_since", UtcTime),
)
