"""A family of labels is one place, in whatever letters its prefix is written: ledger lines get the name without case."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
LEDGER = sa.table("ledger", *(sa.column(name, TEXT) for name in ("source", "id", "target")), sa.column("at"))
AUTHOR = sa.table("author", sa.column("target", TEXT))
APPROVED = sa.table("approved_write", sa.column("place", TEXT))


def upgrade() -> None:
    bind = op.get_bind()
    lines: dict[tuple[str, str, str], list[tuple[str, datetime]]] = {}
    for row in bind.execute(sa.select(LEDGER).where(LEDGER.c.target.like("label:%"))):
        lines.setdefault((row.source, row.id, row.target.casefold()), []).append((row.target, row.at))
    for (source, id_, folded), found in lines.items():
        if [target for target, _ in found] == [folded]:
            continue
        here = (LEDGER.c.source == source, LEDGER.c.id == id_)
        last = max(found, key=lambda line: line[1])[0]
        for target, _ in found:
            if target != last:
                bind.execute(sa.delete(LEDGER).where(*here, LEDGER.c.target == target))
        bind.execute(sa.update(LEDGER).where(*here, LEDGER.c.target == last).values(target=folded))
    # Who changed it is asked again, and what was approved and not made is approved again.
    for column in (AUTHOR.c.target, APPROVED.c.place):
        for place in bind.execute(sa.select(column).where(column.like("label:%")).distinct()).scalars().all():
            if place != place.casefold():
                bind.execute(sa.delete(column.table).where(column == place))
