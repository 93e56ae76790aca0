"""Of which server the issues of a source are."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("source_state", sa.Column("site", sa.Text(), nullable=True))
