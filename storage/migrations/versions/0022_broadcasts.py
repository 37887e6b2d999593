"""What admins tell all chats, and which of these have it."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "broadcasts",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("by", sa.JSON, nullable=False),
        sa.Column("locale", sa.String, nullable=False),
        sa.Column("text", sa.String, nullable=False),
        sa.Column("place", sa.JSON, nullable=False),
        sa.Column("message", sa.JSON(none_as_null=True)),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("told", sa.Boolean, nullable=False, server_default=sa.false()),
    )
    op.create_table(
        "recipients",
        sa.Column("broadcast", sa.String, primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("platform", sa.String, nullable=False),
        sa.Column("chat", sa.String, nullable=False),
        sa.Column("thread", sa.String, nullable=False),
        sa.Column("receipt", sa.String, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
    )
