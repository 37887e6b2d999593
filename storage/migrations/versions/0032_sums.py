"""Sums of days: how jobs have ended, and what was spent for which model."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_jobs = sa.table(
    "jobs",
    sa.column("id", sa.String),
    sa.column("model", sa.String),
    sa.column("state", sa.String),
    sa.column("credits", sa.Integer),
    sa.column("fault", sa.JSON(none_as_null=True)),
    sa.column("cost", sa.JSON(none_as_null=True)),
    sa.column("created_at", sa.Float),
    sa.column("ended_at", sa.Float),
)
_exchanges = sa.table("exchanges", sa.column("id", sa.String), sa.column("model", sa.String))
_ledger = sa.table(
    "ledger",
    sa.column("day", sa.String),
    sa.column("kind", sa.String),
    sa.column("ref", sa.String),
    sa.column("model", sa.String),
    sa.column("allowance", sa.Integer),
    sa.column("own", sa.Integer),
)
_ENDED = ("done", "failed", "cancelled")
_SPENT = ("reserve", "settle", "return")
_ANSWER = "answer/"


def upgrade() -> None:
    job_sums = op.create_table(
        "job_sums",
        sa.Column("day", sa.String, primary_key=True),
        sa.Column("part", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("model", sa.String, primary_key=True),
        sa.Column("state", sa.String, primary_key=True),
        sa.Column("fault", sa.String, primary_key=True),
        sa.Column("unit", sa.String, primary_key=True),
        sa.Column("jobs", sa.Integer, nullable=False),
        sa.Column("credits", sa.BigInteger, nullable=False),
        sa.Column("charged", sa.Integer, nullable=False),
        sa.Column("amount", sa.Float, nullable=False),
        sa.Column("last_at", sa.Float, nullable=False),
    )
    spending_sums = op.create_table(
        "spending_sums",
        sa.Column("day", sa.String, primary_key=True),
        sa.Column("part", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("model", sa.String, primary_key=True),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("orders", sa.Integer, nullable=False),
    )
    op.add_column("ledger", sa.Column("model", sa.String, nullable=False, server_default=""))
    op.execute(_models())
    op.execute(job_sums.insert().from_select([c.name for c in job_sums.c], _ended()))
    op.execute(spending_sums.insert().from_select([c.name for c in spending_sums.c], _spent()))
    # With the platform: else all its answers are read to find those that nobody was told.
    op.drop_index("exchanges_untold", "exchanges")
    op.create_index("exchanges_untold", "exchanges", ["told", "platform"])


def _models() -> sa.Update:
    """What each entry of the ledger is for, as far as it is still known."""
    of_job = sa.select(_jobs.c.model).where(_jobs.c.id == _ledger.c.ref).scalar_subquery()
    answer = sa.func.substr(_ledger.c.ref, len(_ANSWER) + 1)
    of_answer = (
        sa.select(_exchanges.c.model)
        .where(_exchanges.c.id == answer, _ledger.c.ref.startswith(_ANSWER))
        .scalar_subquery()
    )
    return (
        _ledger.update()
        .where(_ledger.c.kind.in_(_SPENT))
        .values(model=sa.func.coalesce(of_job, of_answer, ""))
    )


def _ended() -> sa.Select[*tuple[Any, ...]]:
    cost = _jobs.c.cost
    keys = (
        _day(_jobs.c.created_at).label("day"),
        sa.literal_column("0", sa.Integer).label("part"),
        _jobs.c.model,
        _jobs.c.state,
        sa.func.coalesce(_jobs.c.fault["kind"].as_string(), "").label("fault_kind"),
        sa.func.coalesce(cost["unit"].as_string(), "").label("unit"),
    )
    ended_at = sa.func.coalesce(_jobs.c.ended_at, _jobs.c.created_at)
    return (
        sa.select(
            *keys,
            sa.func.count(),
            sa.func.sum(_jobs.c.credits),
            sa.func.count(cost),
            sa.func.coalesce(sa.func.sum(cost["amount"].as_float()), 0.0),
            sa.func.max(ended_at),
        )
        .where(_jobs.c.state.in_(_ENDED))
        .group_by("day", _jobs.c.model, _jobs.c.state, "fault_kind", "unit")
    )


def _spent() -> sa.Select[*tuple[Any, ...]]:
    orders = sa.case((_ledger.c.kind == "reserve", 1), (_ledger.c.kind == "return", -1), else_=0)
    return (
        sa.select(
            _ledger.c.day,
            sa.literal_column("0", sa.Integer),
            _ledger.c.model,
            sa.func.sum(-_ledger.c.allowance - _ledger.c.own),
            sa.func.sum(orders),
        )
        .where(_ledger.c.kind.in_(_SPENT))
        .group_by(_ledger.c.day, _ledger.c.model)
    )


def _day(at: sa.ColumnElement[float]) -> sa.ColumnElement[str]:
    """The day in UTC, as an ISO date."""
    if op.get_bind().dialect.name == "postgresql":
        there = sa.func.timezone("UTC", sa.func.to_timestamp(at))
        return sa.func.to_char(there, "YYYY-MM-DD")
    return sa.func.date(at, "unixepoch")
