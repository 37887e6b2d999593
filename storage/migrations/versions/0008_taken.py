"""The events that have had their effect."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# What was ordered before must not be paid again when it is told again after the upgrade.
_ORDERED = """
INSERT OR IGNORE INTO taken (platform, id, at)
SELECT platform,
       json_extract(command, '$.conversation.chat') || '/' || json_extract(command, '$.id'),
       created_at
FROM jobs
WHERE json_extract(command, '$.id') IS NOT NULL
"""


def upgrade() -> None:
    op.create_table(
        "taken",
        sa.Column("platform", sa.String, primary_key=True),
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("at", sa.Float, nullable=False),
    )
    # Elsewhere nobody has had a database of so early a version.
    if op.get_bind().dialect.name == "sqlite":
        op.execute(_ORDERED)
