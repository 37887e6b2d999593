"""Results are found by their message, in columns of their own."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_FILL = """
UPDATE jobs
SET delivered_chat = json_extract(delivered, '$.conversation.chat'),
    delivered_thread = json_extract(delivered, '$.conversation.thread'),
    delivered_id = json_extract(delivered, '$.id')
WHERE json_valid(delivered)
"""


def upgrade() -> None:
    for name in ("delivered_chat", "delivered_thread", "delivered_id"):
        op.add_column("jobs", sa.Column(name, sa.String))
    # Elsewhere nobody has had a database of so early a version.
    if op.get_bind().dialect.name == "sqlite":
        op.execute(_FILL)
    op.create_index(
        "jobs_by_message",
        "jobs",
        ["platform", "delivered_chat", "delivered_thread", "delivered_id"],
    )
