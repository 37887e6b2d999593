"""Addresses at which whoever has them sees a result."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "shares",
        sa.Column("digest", sa.String, primary_key=True),
        sa.Column("job", sa.String, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("until", sa.Float, nullable=False),
        sa.Index("shares_by_job", "job"),
        sa.Index("shares_by_end", "until"),
    )
