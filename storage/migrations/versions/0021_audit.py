"""What admins have done, whom they keep out, and the pause that they ordered."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("platform", sa.String, nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("command", sa.String, nullable=False),
        sa.Column("about", sa.String, nullable=False),
        sa.Column("what", sa.String, nullable=False),
        sa.Column("chat", sa.String, nullable=False),
    )
    op.add_column(
        "access", sa.Column("banned", sa.Boolean, nullable=False, server_default=sa.false())
    )
    op.create_table(
        "pauses",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("until", sa.Float),
        sa.Column("text", sa.String, nullable=False),
    )
    op.create_table(
        "kept_out",
        sa.Column("platform", sa.String, primary_key=True),
        sa.Column("chat", sa.String, primary_key=True),
        sa.Column("user_id", sa.String, primary_key=True),
    )
