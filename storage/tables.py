"""The tables. A column has the name of the field that it holds.

What is searched for has columns of its own: a condition on JSON reads every row.
"""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ColumnElement,
    Float,
    FromClause,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    Update,
    false,
    select,
    text,
    tuple_,
    update,
)

from core.platform import Party

metadata = MetaData()

jobs = Table(
    "jobs",
    metadata,
    Column("id", String, primary_key=True),
    Column("run", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("platform", String, nullable=False),
    Column("user_id", String, nullable=False),
    Column("user", JSON, nullable=False),
    Column("locale", String, nullable=False),
    Column("conversation", JSON, nullable=False),
    Column("model", String, nullable=False),
    Column("request", JSON, nullable=False),
    Column("credits", Integer, nullable=False),
    Column("command", JSON(none_as_null=True)),
    Column("status", JSON(none_as_null=True)),
    Column("task", JSON(none_as_null=True)),
    Column("results", JSON, nullable=False),
    Column("assets", JSON, nullable=False),
    Column("fraction", Float),
    Column("cost", JSON(none_as_null=True)),
    Column("posting", Boolean, nullable=False),
    Column("delivered", JSON(none_as_null=True)),
    Column("delivered_chat", String),
    Column("delivered_thread", String),
    Column("delivered_id", String),
    Column("told", Boolean, nullable=False, server_default=false()),
    Column("hook", String, nullable=False, server_default=text("''")),
    Column("route", JSON, nullable=False, server_default="[]"),
    Column("fault", JSON(none_as_null=True)),
    Column("created_at", Float, nullable=False),
    Column("started_at", Float),
    Column("ended_at", Float),
    Index("jobs_by_state", "state", "created_at"),
    Index("jobs_untold", "told", "state"),
    Index("jobs_by_user", "platform", "user_id", "created_at"),
    Index("jobs_by_model", "model", "state", "ended_at"),
    Index("jobs_charged", "created_at", sqlite_where=text("cost IS NOT NULL")),
    Index("jobs_by_message", "platform", "delivered_chat", "delivered_thread", "delivered_id"),
    Index("jobs_by_end", "ended_at"),
)

access = Table(
    "access",
    metadata,
    Column("platform", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("allowed", Boolean, nullable=False),
    Column("banned", Boolean, nullable=False, server_default=false()),
    Column("by", String, nullable=False),
    Column("at", Float, nullable=False),
)

# Whom the admins of a chat want not to use the bot there.
kept_out = Table(
    "kept_out",
    metadata,
    Column("platform", String, primary_key=True),
    Column("chat", String, primary_key=True),
    Column("user_id", String, primary_key=True),
)

characters = Table(
    "characters",
    metadata,
    Column("platform", String, primary_key=True),
    Column("user_id", String, primary_key=True),
    Column("alias", String, primary_key=True),
    Column("username", String, nullable=False),
    Column("gateway", String, nullable=False),
    Column("created_at", Float, nullable=False),
)

preferences = Table(
    "preferences",
    metadata,
    Column("platform", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("model", String),
    Column("ratio", String),
    Column("seconds", Integer),
    Column("language", String),
    Column("chat_model", String),
    Column("system", String),
    Column("thoughts", Boolean),
)

former_ids = Table(
    "former_ids",
    metadata,
    Column("platform", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("former", String, nullable=False),
)

taken = Table(
    "taken",
    metadata,
    Column("platform", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("at", Float, nullable=False),
    Index("taken_by_time", "at"),
)

writes = Table(
    "writes",
    metadata,
    Column("platform", String, primary_key=True),
    Column("chat", String, primary_key=True),
    Column("thread", String, primary_key=True),
    Column("times", JSON, nullable=False),
    Column("under_way", Integer, nullable=False),
    Column("pauses", JSON, nullable=False),
    Column("at", Float, nullable=False),
    Column("ended", Boolean, nullable=False),
)

listings = Table(
    "listings",
    metadata,
    Column("model", String, primary_key=True),
    Column("listed", Boolean, nullable=False),
    Column("told", Boolean, nullable=False, server_default=false()),
)

arrivals = Table(
    "arrivals",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("platform", String, nullable=False),
    Column("id", String, nullable=False),
    Column("body", String),
    Column("at", Float, nullable=False),
    Column("starts", Integer, nullable=False, server_default=text("0")),
    UniqueConstraint("platform", "id"),
    Index("arrivals_by_time", "at"),
)

exchanges = Table(
    "exchanges",
    metadata,
    Column("id", String, primary_key=True),
    Column("platform", String, nullable=False),
    Column("user_id", String, nullable=False),
    Column("chat", String, nullable=False),
    Column("thread", String, nullable=False),
    Column("user", JSON, nullable=False),
    Column("locale", String, nullable=False),
    Column("conversation", JSON, nullable=False),
    Column("model", String, nullable=False),
    Column("route", JSON, nullable=False),
    Column("prompt", String, nullable=False),
    Column("quoted", String, nullable=False, server_default=text("''")),
    Column("media", JSON, nullable=False),
    Column("thinks", Boolean, nullable=False),
    Column("searches", Boolean, nullable=False),
    Column("shows_thoughts", Boolean, nullable=False),
    Column("follows", String, nullable=False),
    Column("request", JSON(none_as_null=True)),
    Column("command", JSON(none_as_null=True)),
    Column("state", String, nullable=False),
    Column("text", String, nullable=False),
    Column("thought", String, nullable=False),
    Column("sources", JSON, nullable=False),
    Column("is_cut", Boolean, nullable=False),
    Column("usage", JSON(none_as_null=True)),
    Column("credits", Float, nullable=False),
    Column("heard_credits", Float, nullable=False, server_default=text("0")),
    Column("messages", JSON, nullable=False),
    Column("stand_in", JSON(none_as_null=True)),
    Column("posting", Boolean, nullable=False, server_default=false()),
    Column("offers", JSON, nullable=False),
    Column("note", String, nullable=False),
    Column("told", Boolean, nullable=False),
    Column("fault", JSON(none_as_null=True)),
    Column("created_at", Float, nullable=False),
    Column("ended_at", Float),
    Index("exchanges_by_user", "platform", "user_id", "created_at"),
    Index("exchanges_untold", "told"),
    Index("exchanges_by_time", "created_at"),
)

exchange_messages = Table(
    "exchange_messages",
    metadata,
    Column("platform", String, primary_key=True),
    Column("chat", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("exchange", String, nullable=False),
    Index("exchange_messages_by_exchange", "exchange"),
)


_PAYMENTS = "kind IN ('buy', 'refund')"
# Append-only. Amounts are in thousandths of a credit, below 0 what is spent: of somebody's
# allowance for that day, or of what is their own. All about one job or answer has the same `ref`.
ledger = Table(
    "ledger",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("at", Float, nullable=False),
    Column("day", String, nullable=False),
    Column("platform", String, nullable=False),
    Column("user_id", String, nullable=False),
    Column("chat", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("ref", String, nullable=False),
    Column("allowance", Integer, nullable=False),
    Column("own", Integer, nullable=False),
    Column("by", String, nullable=False),
    Index("ledger_by_ref", "ref"),
    # Paid for once, refunded once.
    Index("ledger_payments", "kind", "ref", unique=True, sqlite_where=text(_PAYMENTS)),
    Index("ledger_by_user", "platform", "user_id", "day", "allowance"),
    Index("ledger_by_chat", "platform", "chat", "day", "allowance"),
    Index("ledger_own", "platform", "user_id", "own", sqlite_where=text("own != 0")),
)

# `kind` is "user", "chat", "here": what the admins of a chat allow in it, or "group": then `id` is
# the name of a group of people.
allowances = Table(
    "allowances",
    metadata,
    Column("platform", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("daily", Integer),
    Column("monthly", Integer),
)

members = Table(
    "members",
    metadata,
    Column("platform", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("group", String, nullable=False),
)

# Append-only. `about` and `what` are told as they are.
audit = Table(
    "audit",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("at", Float, nullable=False),
    Column("platform", String, nullable=False),
    Column("by", String, nullable=False),
    Column("command", String, nullable=False),
    Column("about", String, nullable=False),
    Column("what", String, nullable=False),
    Column("chat", String, nullable=False),
)

# One row, or none.
pauses = Table(
    "pauses",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("until", Float),
    Column("text", String, nullable=False),
)


def renamed(table: Table, old: Party, new: Party) -> Update:
    """Put what is stored about a party under its new name, unless something is there already."""
    rows = table.alias()
    taken = select(rows.c.id).where(is_party(rows, new)).exists()
    return update(table).where(is_party(table, old), ~taken).values(id=new.id)


def is_party(table: FromClause, *parties: Party) -> ColumnElement[bool]:
    """Whether a row is about one of these."""
    key = tuple_(table.c.platform, table.c.kind, table.c.id)
    return key.in_([(party.platform, party.kind, party.id) for party in parties])
