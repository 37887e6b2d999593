"""A database as a bot has it that has served a community for three months."""

import json
import sqlite3
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from core.errors import FaultKind
from core.exchanges import Exchange, ExchangeState
from core.jobs import Job, JobState
from core.media import Cost, MediaRequest
from core.people.audit import Act
from core.platform import ConversationRef, MessageRef, Party, User
from storage.audit import SqlAuditStore
from storage.database import open_database
from storage.exchanges import SqlExchangeStore
from storage.jobs import SqlJobStore

PLATFORM = "bench"
BUSIEST = "busiest"
"""Whose id it is that has ordered every twentieth job, all in the chat of the next name."""
CROWD = "crowd"
JOBS_EACH = 50
"""As many as everybody else has ordered, so there are more people among more jobs."""
_DAYS = 90
_DAY_SECONDS = 86_400
_MEDIA_DAYS = 7
_FIRST = "0"
_WHERE = ConversationRef(platform=PLATFORM, chat=CROWD)
_WHO = User(platform=PLATFORM, id=BUSIEST)
_PROMPT = "a cat surfing a long wave at sunset " * 5

# `i` counts jobs, the oldest first; `round` those of each person.
_COUNT = """
CREATE TEMP TABLE n AS
WITH RECURSIVE each(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM each WHERE i < :rows)
SELECT i, i / :people AS round,
    printf('%032x', i) AS job, :began + i * :pause AS at,
    CASE i % 20 WHEN 8 THEN :busiest ELSE 'user ' || (i % :people) END AS user,
    CASE i % 2 WHEN 0 THEN :crowd ELSE 'chat ' || (i % :people) END AS chat,
    i / :people % 10 = 3 AS failed, i / :people % 5 = 4 AS own
FROM each
"""
# What the first row of each table has is kept, but for these.
_WHO_AND_WHERE = {
    "user_id": "n.user",
    "user": "json_set(t.user, '$.id', n.user)",
    "conversation": "json_set(t.conversation, '$.chat', n.chat)",
    "created_at": "n.at",
    "ended_at": "n.at + 60",
}
_JOBS = {
    **_WHO_AND_WHERE,
    "id": "n.job",
    "started_at": "n.at + 5",
    "state": "iif(n.failed, 'failed', 'done')",
    "fault": "iif(n.failed, :fault, NULL)",
    "cost": "iif(n.failed, NULL, t.cost)",
    "delivered": "iif(n.failed, NULL, json_set(t.delivered, "
    "'$.id', CAST(n.i AS TEXT), '$.conversation.chat', n.chat))",
    "delivered_chat": "iif(n.failed, NULL, n.chat)",
    "delivered_thread": "iif(n.failed, NULL, t.delivered_thread)",
    "delivered_id": "iif(n.failed, NULL, CAST(n.i AS TEXT))",
}
_EXCHANGES = {**_WHO_AND_WHERE, "id": "'asked ' || n.job", "chat": "n.chat"}
_ACTS = {"number": "n.i + 1", "at": "n.at"}
# What is kept for some time only is there for as long.
_ASKED = "n.round % 5 = 2 AND n.at > :now - 29 * 86400"
_GROW = """
INSERT INTO {table} ({names})
SELECT {values} FROM n, (SELECT * FROM {table} LIMIT 1) AS t WHERE {where}
"""
_MORE = """
DELETE FROM jobs WHERE id = '0';
DELETE FROM exchanges WHERE id = '0';
INSERT INTO exchange_messages
SELECT platform, chat, 'said ' || id, id FROM exchanges;
INSERT INTO taken SELECT 'bench', 'event ' || i, at FROM n WHERE at > :now - 29 * 86400;
INSERT INTO arrivals (platform, id, at)
SELECT 'bench', 'update ' || i, at FROM n WHERE at > :now - 2 * 86400;
INSERT INTO ledger (at, day, platform, user_id, chat, kind, ref, allowance, own, "by")
SELECT :began, date(:began, 'unixepoch'), 'bench', user, '', 'grant', user, 0, 900000000, 'admin'
FROM n GROUP BY user;
INSERT INTO ledger (at, day, platform, user_id, chat, kind, ref, allowance, own, "by", model)
SELECT at, date(at, 'unixepoch'), 'bench', user, chat, 'reserve', job,
    iif(own, 0, -5000), iif(own, -5000, 0), '', 'sandbox/sandbox-bench'
FROM n;
INSERT INTO ledger (at, day, platform, user_id, chat, kind, ref, allowance, own, "by", model)
SELECT n.at + 60, day, platform, user_id, n.chat, 'return', ref, -allowance, -ledger.own, '', model
FROM ledger JOIN n ON n.job = ledger.ref WHERE n.failed;
DELETE FROM job_sums;
INSERT INTO job_sums
SELECT date(created_at, 'unixepoch'), 0, model, state, coalesce(fault ->> '$.kind', '') AS fault,
    coalesce(cost ->> '$.unit', '') AS unit, count(*), sum(credits), count(cost),
    coalesce(sum(cost ->> '$.amount'), 0.0), max(ended_at)
FROM jobs GROUP BY 1, model, state, 5, 6;
DELETE FROM spending_sums;
INSERT INTO spending_sums
SELECT day, 0, model, sum(-allowance - own), sum(iif(kind = 'reserve', 1, -1))
FROM ledger WHERE kind IN ('reserve', 'return') GROUP BY day, model
"""


async def fill(path: Path, media_dir: Path, rows: int) -> None:
    """Make a database with so many ended jobs, and the files of the last of them."""
    await _begin(path)
    now = time.time()
    values = {
        "rows": rows,
        "people": rows // JOBS_EACH,
        "now": now,
        "began": now - _DAYS * _DAY_SECONDS,
        "pause": _DAYS * _DAY_SECONDS / rows,
        "busiest": BUSIEST,
        "crowd": CROWD,
        "fault": json.dumps({"kind": FaultKind.BAD_REQUEST, "reason": "no"}),
    }
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(_COUNT, values)
        _grow(connection, "jobs", _JOBS, values)
        _grow(connection, "exchanges", _EXCHANGES, values, _ASKED)
        _grow(connection, "audit", _ACTS, values, "n.i % 100 = 0")
        for statement in _MORE.split(";"):
            connection.execute(statement, values)
        kept = connection.execute(
            "SELECT job FROM n WHERE at > :now - :kept",
            {"now": now, "kept": _MEDIA_DAYS * _DAY_SECONDS},
        ).fetchall()
    for (job,) in kept:
        folder = media_dir / job
        folder.mkdir(parents=True)
        (folder / "video-1.mp4").touch()


async def _begin(path: Path) -> None:
    """The tables, each with a row that the others are made of."""
    job = Job(
        id=_FIRST,
        user=_WHO,
        locale="en",
        conversation=_WHERE,
        model="sandbox/sandbox-bench",
        request=MediaRequest(prompt=_PROMPT),
        credits=5,
        created_at=1.0,
        state=JobState.DONE,
        told=True,
        cost=Cost(amount=0.25, unit="USD"),
        delivered=MessageRef(conversation=_WHERE, id="0", files=("video:" + "x" * 70,)),
    )
    exchange = Exchange(
        id=_FIRST,
        user=_WHO,
        locale="en",
        conversation=_WHERE,
        model="sandbox/sandbox-chat",
        prompt=_PROMPT,
        text=_PROMPT * 5,
        state=ExchangeState.DONE,
        told=True,
        created_at=1.0,
    )
    admin = Party(platform=PLATFORM, kind="user", id="admin")
    act = Act(by=admin, at=1.0, command="grant", about="user 1", what="50", place=_WHERE.party)
    async with open_database(f"sqlite:///{path}") as database:
        # Ended before there was a ledger: what it cost is written with the others.
        await SqlJobStore(database).add(replace(job, state=JobState.DRAFT))
        await SqlExchangeStore(database).add(exchange)
        await SqlAuditStore(database).write(act)


def _grow(
    connection: sqlite3.Connection,
    table: str,
    columns: Mapping[str, str],
    values: Mapping[str, object],
    where: str = "1",
) -> None:
    names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    grow = _GROW.format(
        table=table,
        names=", ".join(f'"{name}"' for name in names),
        values=", ".join(columns.get(name, f't."{name}"') for name in names),
        where=where,
    )
    connection.execute(grow, values)
