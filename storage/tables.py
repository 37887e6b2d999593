"""The tables. A column has the name of the field of core.jobs.Job that it holds."""

from sqlalchemy import JSON, Boolean, Column, Float, Index, Integer, MetaData, String, Table

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
    Column("posting", Boolean, nullable=False),
    Column("delivered", JSON(none_as_null=True)),
    Column("fault", JSON(none_as_null=True)),
    Column("created_at", Float, nullable=False),
    Column("started_at", Float),
    Column("ended_at", Float),
    Index("jobs_by_state", "state", "created_at"),
    Index("jobs_by_user", "platform", "user_id", "created_at"),
)
