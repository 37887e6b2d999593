"""What somebody has asked last in a chat is found without all that they ever asked elsewhere."""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("exchanges_by_user", "exchanges")
    op.create_index(
        "exchanges_by_user", "exchanges", ["platform", "user_id", "chat", "thread", "created_at"]
    )
