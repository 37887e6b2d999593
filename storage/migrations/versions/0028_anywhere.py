"""What arrives at one process another may deal with; and what one has told the admins."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

# See storage/fleet/calls.py for the channel and the form of a call. However much one transaction
# adds, it calls once.
_ARRIVED = """
CREATE FUNCTION cliprelay_arrived() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify(
    'cliprelay', json_build_object('kind', 'arrived', 'about', NEW.platform)::text
  );
  RETURN NULL;
END $$
"""
_TELL = """
CREATE TRIGGER told AFTER INSERT ON arrivals
FOR EACH ROW EXECUTE FUNCTION cliprelay_arrived()
"""


def upgrade() -> None:
    op.create_table(
        "notices",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("at", sa.Float, nullable=False),
    )
    left = sa.text("body IS NOT NULL")
    op.create_index(
        "arrivals_left", "arrivals", ["number"], sqlite_where=left, postgresql_where=left
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(_ARRIVED)
        op.execute(_TELL)
