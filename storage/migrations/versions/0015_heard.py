"""Questions know what it has cost to listen to them."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "exchanges",
        sa.Column("heard_credits", sa.Float, nullable=False, server_default=sa.text("0")),
    )
