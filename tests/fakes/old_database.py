"""A database as an earlier version has left it."""

import json
from pathlib import Path

from alembic import command
from alembic.config import Config
from pydantic import TypeAdapter
from sqlalchemy import Column, MetaData, String, Table, create_engine, insert

from core.jobs import Job

_SCRIPTS = Path(__file__).parents[2] / "storage" / "migrations"


def make_old_database(path: Path, revision: str, *jobs: Job) -> None:
    """Make it with the tables of that version, and with these jobs as that version wrote them."""
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(_SCRIPTS))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        table = Table("jobs", MetaData(), autoload_with=connection)
        for job in jobs:
            row = TypeAdapter(Job).dump_python(job, mode="json")
            owner = {"platform": job.user.platform, "user_id": job.user.id}
            values = {name: _stored(value) for name, value in {**row, **owner}.items()}
            plain = Table("jobs", MetaData(), *(Column(c.name, String) for c in table.columns))
            known = {column.name for column in table.columns}
            kept = {name: value for name, value in values.items() if name in known}
            connection.execute(insert(plain).values(kept))
    engine.dispose()


def _stored(value: object) -> object:
    return json.dumps(value) if isinstance(value, dict | list) else value
