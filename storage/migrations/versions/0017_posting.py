"""Questions know whether more of their answer may be in the chat than is known."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("exchanges", sa.Column("stand_in", sa.JSON))
    op.add_column(
        "exchanges",
        sa.Column("posting", sa.Boolean, nullable=False, server_default=sa.false()),
    )
