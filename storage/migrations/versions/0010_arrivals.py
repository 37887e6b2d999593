"""What platforms have handed over, until it is dealt with."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "arrivals",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("platform", sa.String, nullable=False),
        sa.Column("id", sa.String, nullable=False),
        sa.Column("body", sa.String),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("starts", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.UniqueConstraint("platform", "id"),
    )
    op.create_index("arrivals_by_time", "arrivals", ["at"])
