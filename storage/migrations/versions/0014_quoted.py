"""Questions know what they quote."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "exchanges", sa.Column("quoted", sa.String, nullable=False, server_default=sa.text("''"))
    )
