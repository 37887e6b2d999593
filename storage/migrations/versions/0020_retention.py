"""What is old is found without reading all that there is."""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("jobs_by_end", "jobs", ["ended_at"])
    op.create_index("taken_by_time", "taken", ["at"])
