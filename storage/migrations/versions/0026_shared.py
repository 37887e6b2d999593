"""Several processes share what chats take, and hear what one of them has changed."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

# See storage/fleet/calls.py for the channel and the form of a call.
_CHANGED = """
CREATE FUNCTION cliprelay_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify(
    'cliprelay', json_build_object('kind', 'changed', 'about', TG_TABLE_NAME)::text
  );
  RETURN NULL;
END $$
"""
_TELL = """
CREATE TRIGGER told AFTER INSERT OR UPDATE OR DELETE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION cliprelay_changed()
"""


def upgrade() -> None:
    op.create_table(
        "budgets",
        sa.Column("platform", sa.String, primary_key=True),
        sa.Column("chat", sa.String, primary_key=True),
        sa.Column("thread", sa.String, primary_key=True),
        sa.Column("writes", sa.JSON, nullable=False),
        sa.Column("waiting", sa.JSON, nullable=False),
        sa.Column("pauses", sa.JSON, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
    )
    op.create_table(
        "aside",
        sa.Column("model", sa.String, primary_key=True),
        sa.Column("until", sa.Float, nullable=False),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(_CHANGED)
        for table in ("access", "pauses", "listings", "aside"):
            op.execute(_TELL.format(table=table))
