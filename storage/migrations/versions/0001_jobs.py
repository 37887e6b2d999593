"""The jobs table."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("run", sa.Integer, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("platform", sa.String, nullable=False),
        sa.Column("user_id", sa.String, nullable=False),
        sa.Column("user", sa.JSON, nullable=False),
        sa.Column("locale", sa.String, nullable=False),
        sa.Column("conversation", sa.JSON, nullable=False),
        sa.Column("model", sa.String, nullable=False),
        sa.Column("request", sa.JSON, nullable=False),
        sa.Column("credits", sa.Integer, nullable=False),
        sa.Column("status", sa.JSON),
        sa.Column("task", sa.JSON),
        sa.Column("results", sa.JSON, nullable=False),
        sa.Column("assets", sa.JSON, nullable=False),
        sa.Column("fraction", sa.Float),
        sa.Column("posting", sa.Boolean, nullable=False),
        sa.Column("delivered", sa.JSON),
        sa.Column("fault", sa.JSON),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("started_at", sa.Float),
        sa.Column("ended_at", sa.Float),
    )
    op.create_index("jobs_by_state", "jobs", ["state", "created_at"])
    op.create_index("jobs_by_user", "jobs", ["platform", "user_id", "created_at"])
