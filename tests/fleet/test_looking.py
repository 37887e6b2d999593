"""What an operator is told of a fleet, while it works; and what nobody is told."""

import json
from pathlib import Path

import pytest

from tests.fakes.cli import ROOT, run
from tests.fakes.fleet import Fleet
from tests.fakes.postgres import PostgresServer
from tests.fakes.telegram.server import TOKEN

pytestmark = pytest.mark.fleet

_LOOKS = ("doctor", "jobs", "stats", "workers")


def _told(url: str) -> dict[str, str]:
    """With a password, which the server does not ask for."""
    return {"DATABASE_URL": url.replace("postgres@", "postgres:hush%20hush%40@")}


async def test_workers_are_listed_and_the_other_looks_work_beside_them(
    fleet: Fleet, tmp_path: Path
) -> None:
    ada = fleet.telegram.user(7)
    chat = fleet.telegram.private(ada)
    front = await fleet.start()
    await front.until_logged("listening as @")
    await front.until_logged("on Discord")
    worker = await fleet.start("worker")
    await worker.until_logged("platforms:")
    fleet.telegram.say(chat, ada, "/video --model apiyi/veo-3.1 a cat")
    await fleet.telegram.until(
        lambda: any("Done in" in post.text for post in fleet.telegram.answers(chat))
    )
    variables = {**fleet.variables, "DATABASE_URL": fleet.url}

    doctor, jobs, stats, table = [
        await run(tmp_path, look, variables=variables) for look in _LOOKS
    ]
    listed = await run(tmp_path, "workers", "--json", variables=variables)

    assert "database: writable and up to date" in doctor.out
    assert "telegram:7" in jobs.out
    assert "last 30 days: 1" in stats.out
    first, second = json.loads(listed.out)
    assert f"-{front.process.pid}-" in first["worker"]
    assert f"-{worker.process.pid}-" in second["worker"]
    assert first["listens"] == ["discord", "telegram"]
    assert second["listens"] == []
    assert not first["gone"]
    assert first["worker"] in table.out
    assert "discord, telegram" in table.out


@pytest.mark.parametrize("command", [*_LOOKS, "backup copy.db", "run", "worker"])
async def test_the_password_of_a_database_that_is_away_is_not_printed(
    tmp_path: Path, server: PostgresServer, command: str
) -> None:
    variables = {**_told(server.url("away")), "TELEGRAM_BOT_TOKEN": TOKEN}

    done = await run(tmp_path, *command.split(), variables=variables)

    assert done.code
    assert "hush" not in done.out + done.err
    assert "Traceback" not in done.out + done.err


async def test_nor_that_of_one_that_is_used_whatever_is_logged(fleet: Fleet) -> None:
    fleet.variables |= {"LOG_LEVEL": "DEBUG"}
    fleet.url = _told(fleet.url)["DATABASE_URL"]

    process = await fleet.start()
    await process.until_logged("listening as @")
    await process.stop()

    assert process.said("database: postgresql")
    assert not process.said("hush")


@pytest.mark.parametrize("missing", ["psycopg", "procrastinate"])
@pytest.mark.parametrize("command", ["doctor", "worker"])
async def test_whoever_has_not_installed_what_postgres_needs_is_told_how(
    tmp_path: Path, command: str, missing: str
) -> None:
    (tmp_path / "sitecustomize.py").write_text(f"import sys\nsys.modules[{missing!r}] = None\n")
    variables = {
        "DATABASE_URL": "postgresql://me@127.0.0.1:9/away",
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "TELEGRAM_API_URL": "http://127.0.0.1:9",
        "PYTHONPATH": f"{tmp_path}:{ROOT}",
    }

    done = await run(tmp_path, command, variables=variables)

    assert done.code
    assert "DATABASE_URL: Postgres needs more to be installed: pip install '.[fleet]'" in (
        done.out + done.err
    )
    assert "Traceback" not in done.out + done.err


async def test_on_sqlite_there_is_nobody_to_list(tmp_path: Path) -> None:
    done = await run(tmp_path, "workers")

    assert done.code == 2
    assert "DATABASE_URL: on SQLite one process works alone" in done.err
    assert "Traceback" not in done.err
