"""What people may spend, and what they have spent."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ledger",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("day", sa.String, nullable=False),
        sa.Column("platform", sa.String, nullable=False),
        sa.Column("user_id", sa.String, nullable=False),
        sa.Column("chat", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("ref", sa.String, nullable=False),
        sa.Column("allowance", sa.Integer, nullable=False),
        sa.Column("own", sa.Integer, nullable=False),
        sa.Column("by", sa.String, nullable=False),
    )
    op.create_index("ledger_by_ref", "ledger", ["ref"])
    op.create_index(
        "ledger_payments",
        "ledger",
        ["kind", "ref"],
        unique=True,
        sqlite_where=sa.text("kind IN ('buy', 'refund')"),
        postgresql_where=sa.text("kind IN ('buy', 'refund')"),
    )
    op.create_index("ledger_by_user", "ledger", ["platform", "user_id", "day", "allowance"])
    op.create_index("ledger_by_chat", "ledger", ["platform", "chat", "day", "allowance"])
    op.create_index(
        "ledger_own",
        "ledger",
        ["platform", "user_id", "own"],
        sqlite_where=sa.text("own != 0"),
        postgresql_where=sa.text("own != 0"),
    )
    op.create_table(
        "allowances",
        sa.Column("platform", sa.String, primary_key=True),
        sa.Column("kind", sa.String, primary_key=True),
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("daily", sa.Integer),
        sa.Column("monthly", sa.Integer),
    )
    op.create_table(
        "members",
        sa.Column("platform", sa.String, primary_key=True),
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("group", sa.String, nullable=False),
    )
