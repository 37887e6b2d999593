"""The sandbox in a process of its own, so that its work is not counted as the client's."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory

from sandbox.options import SandboxOptions
from sandbox.server import serve

MODEL = "sandbox-bench"
CHAT_MODEL = "sandbox-chat"
_FAREWELL_SECONDS = 10


@contextmanager
def open_gateway(stream_seconds: float) -> Generator[str]:
    """Start the sandbox, lend its root URL, end it; it also ends when this process dies."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    with TemporaryDirectory() as folder:
        options = SandboxOptions(state_dir=Path(folder), seconds_per_clip=stream_seconds)
        process = context.Process(target=_run, args=(theirs, options))
        process.start()
        theirs.close()
        try:
            yield ours.recv()
        finally:
            ours.close()
            process.join(_FAREWELL_SECONDS)
            process.kill()
            process.join()


def _run(pipe: Connection, options: SandboxOptions) -> None:
    asyncio.run(_serve(pipe, options))


async def _serve(pipe: Connection, options: SandboxOptions) -> None:
    async with serve(options) as root:
        pipe.send(root)
        with suppress(EOFError):
            await asyncio.to_thread(pipe.recv)
