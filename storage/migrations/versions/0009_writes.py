"""What chats were written lately."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "writes",
        sa.Column("platform", sa.String, primary_key=True),
        sa.Column("chat", sa.String, primary_key=True),
        sa.Column("thread", sa.String, primary_key=True),
        sa.Column("times", sa.JSON, nullable=False),
        sa.Column("under_way", sa.Integer, nullable=False),
        sa.Column("pauses", sa.JSON, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("ended", sa.Boolean, nullable=False),
    )
