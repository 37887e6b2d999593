"""Sessions of browsers, and the links that become them."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "web_sessions",
        sa.Column("digest", sa.String, primary_key=True),
        sa.Column("area", sa.String, nullable=False),
        sa.Column("platform", sa.String, nullable=False),
        sa.Column("user", sa.String, nullable=False),
        sa.Column("locale", sa.String, nullable=False),
        sa.Column("place", sa.JSON, nullable=False),
        sa.Column("until", sa.Float, nullable=False),
        sa.Column("opened", sa.Boolean, nullable=False),
        sa.Index("web_sessions_by_person", "platform", "user"),
        sa.Index("web_sessions_by_end", "until"),
    )
