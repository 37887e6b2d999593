"""Several processes work on one database: who has which job, who is there, and what wakes them."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("jobs", "exchanges"):
        op.add_column(table, sa.Column("holder", sa.String))
        held = sa.text("holder IS NOT NULL")
        op.create_index(
            f"{table}_by_holder", table, ["holder"], sqlite_where=held, postgresql_where=held
        )
    op.create_table(
        "workers",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("listens", sa.String, nullable=False),
        sa.Column("jobs", sa.Integer, nullable=False),
        sa.Column("since", sa.Float, nullable=False),
        sa.Column("beat", sa.Float, nullable=False),
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("holder", sa.String, nullable=False),
        sa.Column("until", sa.Float, nullable=False),
    )
    if op.get_bind().dialect.name == "postgresql":
        from procrastinate.schema import SchemaManager  # noqa: PLC0415 - few have it

        # As one statement: it brings functions with semicolons in them.
        op.get_bind().exec_driver_sql(SchemaManager.get_schema().replace("%", "%%"))
