"""Questions, their answers, and the messages that these stand in."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "exchanges",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("platform", sa.String, nullable=False),
        sa.Column("user_id", sa.String, nullable=False),
        sa.Column("chat", sa.String, nullable=False),
        sa.Column("thread", sa.String, nullable=False),
        sa.Column("user", sa.JSON, nullable=False),
        sa.Column("locale", sa.String, nullable=False),
        sa.Column("conversation", sa.JSON, nullable=False),
        sa.Column("model", sa.String, nullable=False),
        sa.Column("route", sa.JSON, nullable=False),
        sa.Column("prompt", sa.String, nullable=False),
        sa.Column("media", sa.JSON, nullable=False),
        sa.Column("thinks", sa.Boolean, nullable=False),
        sa.Column("searches", sa.Boolean, nullable=False),
        sa.Column("shows_thoughts", sa.Boolean, nullable=False),
        sa.Column("follows", sa.String, nullable=False),
        sa.Column("command", sa.JSON),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("text", sa.String, nullable=False),
        sa.Column("thought", sa.String, nullable=False),
        sa.Column("sources", sa.JSON, nullable=False),
        sa.Column("is_cut", sa.Boolean, nullable=False),
        sa.Column("usage", sa.JSON),
        sa.Column("credits", sa.Float, nullable=False),
        sa.Column("messages", sa.JSON, nullable=False),
        sa.Column("offers", sa.JSON, nullable=False),
        sa.Column("note", sa.String, nullable=False),
        sa.Column("told", sa.Boolean, nullable=False),
        sa.Column("fault", sa.JSON),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("ended_at", sa.Float),
    )
    op.create_index("exchanges_by_user", "exchanges", ["platform", "user_id", "created_at"])
    op.create_index("exchanges_untold", "exchanges", ["told"])
    op.create_index("exchanges_by_time", "exchanges", ["created_at"])
    op.create_table(
        "exchange_messages",
        sa.Column("platform", sa.String, primary_key=True),
        sa.Column("chat", sa.String, primary_key=True),
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("exchange", sa.String, nullable=False),
    )
    op.create_index("exchange_messages_by_exchange", "exchange_messages", ["exchange"])
    op.add_column("preferences", sa.Column("chat_model", sa.String))
    op.add_column("preferences", sa.Column("system", sa.String))
    op.add_column("preferences", sa.Column("thoughts", sa.Boolean))
