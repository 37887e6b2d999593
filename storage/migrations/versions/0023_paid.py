"""Answers know what was told of their price, and drafts are found by whose they are."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "exchanges", sa.Column("paid", sa.String, nullable=False, server_default=sa.text("''"))
    )
    op.create_index(
        "jobs_drafts",
        "jobs",
        ["platform", "user_id", "created_at"],
        sqlite_where=sa.text("state = 'draft'"),
        postgresql_where=sa.text("state = 'draft'"),
    )
