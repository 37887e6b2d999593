"""Who has set a model aside, who keeps whom out, and what was spent on which days."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("aside", sa.Column("by", sa.String, nullable=False, server_default=""))
    op.add_column("kept_out", sa.Column("by", sa.String, nullable=False, server_default=""))
    op.add_column("kept_out", sa.Column("at", sa.Float, nullable=False, server_default="0"))
    op.create_index("ledger_by_day", "ledger", ["day"])
