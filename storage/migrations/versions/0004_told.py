"""Whether the chat shows how a job has ended."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_ENDED = "('done', 'failed', 'cancelled')"


def upgrade() -> None:
    op.add_column("jobs", sa.Column("told", sa.Boolean, nullable=False, server_default=sa.false()))
    op.execute(f"UPDATE jobs SET told = (1 = 1) WHERE state IN {_ENDED}")  # noqa: S608 - a constant
    op.create_index("jobs_untold", "jobs", ["told", "state"])
