"""Rules of access, preferences, and how long jobs of a model took."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "access",
        sa.Column("platform", sa.String, primary_key=True),
        sa.Column("kind", sa.String, primary_key=True),
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("allowed", sa.Boolean, nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
    )
    op.create_table(
        "preferences",
        sa.Column("platform", sa.String, primary_key=True),
        sa.Column("kind", sa.String, primary_key=True),
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("model", sa.String),
        sa.Column("ratio", sa.String),
        sa.Column("seconds", sa.Integer),
        sa.Column("language", sa.String),
    )
    op.create_index("jobs_by_model", "jobs", ["model", "state", "ended_at"])
