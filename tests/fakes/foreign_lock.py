"""Another process that holds a lock on a SQLite file, as a backup or a curious operator does."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

_HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""


@asynccontextmanager
async def foreign_lock(database: Path) -> AsyncGenerator[None]:
    """Hold it while the block runs."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _HOLD, str(database)), stdin=PIPE, stdout=PIPE
    )
    assert process.stdout
    assert await process.stdout.readline() == b"held\n"
    try:
        yield
    finally:
        await process.communicate(b"")
