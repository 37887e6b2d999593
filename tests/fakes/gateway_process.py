"""The sandbox in a process of its own: it outlives the bot, and can be frozen or killed itself.

`python -m tests.fakes.gateway_process FOLDER PORT CATALOG` is that process; it says its address.
"""

import asyncio
import signal
import sys
import tomllib
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sandbox.options import SandboxOptions
from sandbox.orders.ledger import read_ledger
from sandbox.orders.order import PaidOrder
from sandbox.server import run
from tests.fakes.cli import ROOT, environment
from tests.fakes.ports import free_port

_SPEED = 20.0


class GatewayProcess:
    """Plays the models of a catalog, always at the same address.

    Attributes:
        root: where it is.
    """

    def __init__(self, folder: Path, catalog: Path) -> None:
        self.root = ""
        self._folder = folder
        self._catalog = catalog
        self._port = free_port()
        self._process: Process | None = None

    async def start(self) -> None:
        """Start it, or start it again where it was, with the orders that it had."""
        arguments = (str(self._folder), str(self._port), str(self._catalog))
        # It has much to say about clients that are killed while they speak to it.
        with (self._folder.with_suffix(".log")).open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.fakes.gateway_process", *arguments),
                cwd=ROOT,
                env=environment({}),
                stdin=DEVNULL,
                stdout=PIPE,
                stderr=log,
            )
        assert self._process.stdout
        self.root = (await self._process.stdout.readline()).decode().strip()
        assert self.root, "the gateway did not start"

    async def kill(self) -> None:
        """End it at once."""
        if self._process and self._process.returncode is None:
            self._process.kill()
            await self._process.communicate()

    async def hang(self, seconds: float) -> None:
        """Let it answer nobody for so long, though it takes connections."""
        assert self._process
        self._process.send_signal(signal.SIGSTOP)
        try:
            await asyncio.sleep(seconds)
        finally:
            self._process.send_signal(signal.SIGCONT)

    def paid(self) -> list[PaidOrder]:
        """All orders that it has taken money for."""
        return read_ledger(self._folder)


@asynccontextmanager
async def gateway_process(folder: Path, catalog: Path) -> AsyncGenerator[GatewayProcess]:
    """Run it while the block runs."""
    gateway = GatewayProcess(folder, catalog)
    await gateway.start()
    try:
        yield gateway
    finally:
        await gateway.kill()


def _serve(folder: Path, port: int, catalog: Path) -> None:
    tables: dict[str, Any] = tomllib.loads(catalog.read_text(encoding="utf-8"))
    options = SandboxOptions(
        state_dir=folder,
        speed=_SPEED,
        short_side=64,
        fps=4,
        models=tables["model"],
        chats=tables["chat"],
    )
    run(options, port, lambda root: print(root, flush=True))  # noqa: T201 - to whoever started it


if __name__ == "__main__":
    _serve(Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
