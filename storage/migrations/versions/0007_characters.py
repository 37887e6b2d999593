"""The characters that people have made."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "characters",
        sa.Column("platform", sa.String, primary_key=True),
        sa.Column("user_id", sa.String, primary_key=True),
        sa.Column("alias", sa.String, primary_key=True),
        sa.Column("username", sa.String, nullable=False),
        sa.Column("gateway", sa.String, nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
    )
