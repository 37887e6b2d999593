"""The models that can do a job, in the order in which they are asked, and its own hook."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("jobs", sa.Column("route", sa.JSON, nullable=False, server_default="[]"))
    op.add_column(
        "jobs", sa.Column("hook", sa.String, nullable=False, server_default=sa.text("''"))
    )
