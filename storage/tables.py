"""The tables: all of them in one file, which shows what is stored and holds no code.

A column has the name of the field that it holds. What is searched for has columns of its own: a
condition on JSON reads every row.

The migrations make them. Where an index has only some of the rows they say so to both databases,
and this file only to SQLite: to name Postgres here would load all that speaks to it.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    false,
    text,
)

from storage.words import Words

metadata = MetaData()

# Which of several processes has a job or a question; none where there is only one.
_HELD = "holder IS NOT NULL"
_DRAFTS = "state = 'draft'"
_LEFT = "body IS NOT NULL"
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
    Column("holder", String),
    Index("jobs_by_holder", "holder", sqlite_where=text(_HELD)),
    Index("jobs_by_state", "state", "created_at"),
    Index("jobs_untold", "told", "state"),
    Index("jobs_by_user", "platform", "user_id", "created_at"),
    Index("jobs_by_model", "model", "state", "ended_at"),
    Index(
        "jobs_charged",
        "created_at",
        sqlite_where=text("cost IS NOT NULL"),
    ),
    Index("jobs_by_message", "platform", "delivered_chat", "delivered_thread", "delivered_id"),
    Index("jobs_by_end", "ended_at"),
    Index(
        "jobs_drafts",
        "platform",
        "user_id",
        "created_at",
        sqlite_where=text(_DRAFTS),
    ),
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
    Column("by", String, nullable=False, server_default=text("''")),
    Column("at", Float, nullable=False, server_default=text("0")),
)

characters = Table(
    "characters",
    metadata,
    Column("platform", String, primary_key=True),
    Column("user_id", String, primary_key=True),
    Column("alias", Words, primary_key=True),
    Column("username", Words, nullable=False),
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
    Column("system", Words),
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
    Column("body", Words),
    Column("at", Float, nullable=False),
    Column("starts", Integer, nullable=False, server_default=text("0")),
    UniqueConstraint("platform", "id"),
    Index("arrivals_by_time", "at"),
    Index("arrivals_left", "number", sqlite_where=text(_LEFT)),
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
    Column("prompt", Words, nullable=False),
    Column("quoted", Words, nullable=False, server_default=text("''")),
    Column("media", JSON, nullable=False),
    Column("thinks", Boolean, nullable=False),
    Column("searches", Boolean, nullable=False),
    Column("shows_thoughts", Boolean, nullable=False),
    Column("follows", String, nullable=False),
    Column("request", JSON(none_as_null=True)),
    Column("command", JSON(none_as_null=True)),
    Column("state", String, nullable=False),
    Column("text", Words, nullable=False),
    Column("thought", Words, nullable=False),
    Column("sources", JSON, nullable=False),
    Column("is_cut", Boolean, nullable=False),
    Column("usage", JSON(none_as_null=True)),
    Column("credits", Float, nullable=False),
    Column("heard_credits", Float, nullable=False, server_default=text("0")),
    Column("paid", String, nullable=False, server_default=text("''")),
    Column("messages", JSON, nullable=False),
    Column("stand_in", JSON(none_as_null=True)),
    Column("posting", Boolean, nullable=False, server_default=false()),
    Column("offers", JSON, nullable=False),
    Column("note", Words, nullable=False),
    Column("told", Boolean, nullable=False),
    Column("fault", JSON(none_as_null=True)),
    Column("created_at", Float, nullable=False),
    Column("ended_at", Float),
    Column("holder", String),
    Index("exchanges_by_holder", "holder", sqlite_where=text(_HELD)),
    Index("exchanges_by_user", "platform", "user_id", "chat", "thread", "created_at"),
    Index("exchanges_untold", "told", "platform"),
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
# allowance for that day, or of what is their own. All about one job or answer has the same `ref`,
# and the model that was to make it when it was ordered; "" where that is not known.
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
    Column("model", String, nullable=False, server_default=text("''")),
    Index("ledger_by_ref", "ref"),
    Index("ledger_by_day", "day"),
    # Paid for once, refunded once.
    Index(
        "ledger_payments",
        "kind",
        "ref",
        unique=True,
        sqlite_where=text(_PAYMENTS),
    ),
    Index("ledger_by_user", "platform", "user_id", "day", "allowance"),
    Index("ledger_by_chat", "platform", "chat", "day", "allowance"),
    Index(
        "ledger_own",
        "platform",
        "user_id",
        "own",
        sqlite_where=text("own != 0"),
    ),
)

# See `storage.sums` for both of them. The day is the one of the order, in UTC.
job_sums = Table(
    "job_sums",
    metadata,
    Column("day", String, primary_key=True),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("model", String, primary_key=True),
    Column("state", String, primary_key=True),
    Column("fault", String, primary_key=True),
    Column("unit", String, primary_key=True),
    Column("jobs", Integer, nullable=False),
    Column("credits", BigInteger, nullable=False),
    Column("charged", Integer, nullable=False),
    Column("amount", Float, nullable=False),
    Column("last_at", Float, nullable=False),
)
spending_sums = Table(
    "spending_sums",
    metadata,
    Column("day", String, primary_key=True),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("model", String, primary_key=True),
    Column("amount", BigInteger, nullable=False),
    Column("orders", Integer, nullable=False),
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
    Column("about", Words, nullable=False),
    Column("what", Words, nullable=False),
    Column("chat", String, nullable=False),
)

# One row, or none.
pauses = Table(
    "pauses",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("until", Float),
    Column("text", Words, nullable=False),
)


# The processes that work on this database; times by its clock.
workers = Table(
    "workers",
    metadata,
    Column("name", String, primary_key=True),
    Column("listens", String, nullable=False),
    Column("jobs", Integer, nullable=False),
    Column("since", Float, nullable=False),
    Column("beat", Float, nullable=False),
)

# What other machines may need of the disk of one, named from MEDIA_DIR on.
files = Table(
    "files",
    metadata,
    Column("name", String, primary_key=True),
    Column("owner", String, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("at", Float, nullable=False),
    Index("files_by_owner", "owner"),
)

# What only one of them may do, and until when.
leases = Table(
    "leases",
    metadata,
    Column("name", String, primary_key=True),
    Column("holder", String, nullable=False),
    Column("until", Float, nullable=False),
)

# What all of them write to a chat, or on a platform: one without a chat; times by its clock.
budgets = Table(
    "budgets",
    metadata,
    Column("platform", String, primary_key=True),
    Column("chat", String, primary_key=True),
    Column("thread", String, primary_key=True),
    Column("writes", JSON, nullable=False),
    Column("waiting", JSON, nullable=False),
    Column("pauses", JSON, nullable=False),
    Column("at", Float, nullable=False),
)

# What one of them has told the admins, for all; times by its clock.
notices = Table(
    "notices",
    metadata,
    Column("name", Words, primary_key=True),
    Column("at", Float, nullable=False),
)

# Models that are not chosen by themselves, and until when.
aside = Table(
    "aside",
    metadata,
    Column("model", String, primary_key=True),
    Column("until", Float, nullable=False),
    Column("by", String, nullable=False, server_default=text("''")),
)

# The addresses of results: the digest of what each ends with, and which job's result it shows.
shares = Table(
    "shares",
    metadata,
    Column("digest", String, primary_key=True),
    Column("job", String, nullable=False),
    Column("at", Float, nullable=False),
    Column("until", Float, nullable=False),
    Index("shares_by_job", "job"),
    Index("shares_by_end", "until"),
)

# Sessions of browsers, and the links that become them: the digest of what opens each.
web_sessions = Table(
    "web_sessions",
    metadata,
    Column("digest", String, primary_key=True),
    Column("area", String, nullable=False),
    Column("platform", String, nullable=False),
    Column("user", String, nullable=False),
    Column("locale", String, nullable=False),
    Column("place", JSON, nullable=False),
    Column("until", Float, nullable=False),
    Column("opened", Boolean, nullable=False),
    Index("web_sessions_by_person", "platform", "user"),
    Index("web_sessions_by_end", "until"),
)

broadcasts = Table(
    "broadcasts",
    metadata,
    Column("id", String, primary_key=True),
    Column("by", JSON, nullable=False),
    Column("locale", String, nullable=False),
    Column("text", String, nullable=False),
    Column("place", JSON, nullable=False),
    Column("message", JSON(none_as_null=True)),
    Column("at", Float, nullable=False),
    Column("state", String, nullable=False),
    Column("told", Boolean, nullable=False, server_default=false()),
)

# The chats of a broadcast: stored before anything is sent.
recipients = Table(
    "recipients",
    metadata,
    Column("broadcast", String, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("platform", String, nullable=False),
    Column("chat", String, nullable=False),
    Column("thread", String, nullable=False),
    Column("receipt", String, nullable=False),
    Column("at", Float, nullable=False),
)
