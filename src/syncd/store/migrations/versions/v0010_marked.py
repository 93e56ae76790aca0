"""How often a store marked a source as its own: by that a store that was put back from a copy is told from the real one."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("source_state", sa.Column("marked", sa.BigInteger(), nullable=True))
