"""How many writes of an approval ended unmade, since something else was wanted there."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("approval", sa.Column("void", sa.Integer(), nullable=True))
