"""Jobs know what their gateway has charged."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("jobs", sa.Column("cost", sa.JSON))
    op.create_index(
        "jobs_charged",
        "jobs",
        ["created_at"],
        sqlite_where=sa.text("cost IS NOT NULL"),
        postgresql_where=sa.text("cost IS NOT NULL"),
    )
