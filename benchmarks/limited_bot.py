"""The bot as an operator has configured it, with limits, before a gateway that never answers."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from benchmarks.progress import Tally
from benchmarks.whole_path import CHAT_DATA, MODEL_DATA, SilentPlatform, endpoint_at
from bots.app import open_engine
from bots.setup import Setup
from core.catalog import CatalogData, Gateway
from core.engine.engine import Engine
from core.limits import Limits
from core.settings import Settings
from tests.fakes.long_past import PLATFORM

ADMIN = "admin"
_PLENTY = 1_000_000
_LIMITS = Limits(writes=100_000, window_seconds=60, edit_seconds=1.0, text_chars=4096)


@asynccontextmanager
async def silent_gateway() -> AsyncGenerator[str]:
    """One that takes everything and says nothing."""

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(65_536):
            pass
        writer.close()

    async with await asyncio.start_server(listen, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def setup_at(folder: Path, root: str) -> Setup:
    """What an operator has configured who limits everything, and keeps all that there is."""
    settings = Settings(
        _env_file=None,  # pyright: ignore[reportCallIssue]
        database_url=f"sqlite:///{folder}/bench.db",
        media_dir=folder / "media",
        history_days=365,
        media_days=30,
        min_free_mb=0,
        admins=(f"{PLATFORM}:{ADMIN}",),
        daily_credits=_PLENTY,
        monthly_credits=_PLENTY,
        chat_daily_credits=_PLENTY,
        per_minute=0,
        waiting_per_user=_PLENTY,
        waiting_jobs=_PLENTY,
        drain_seconds=0,
    )
    name = MODEL_DATA.gateway
    gateway = Gateway(name=name, base_url=root, env="BENCH")
    model = MODEL_DATA.model_copy(update={"credits": 5})
    return Setup(
        settings=settings,
        data=CatalogData(gateways={name: gateway}, models=(model,), chats=(CHAT_DATA,)),
        endpoints={name: endpoint_at(root, concurrency=1)},
        sandboxed=False,
    )


@asynccontextmanager
async def opened(setup: Setup) -> AsyncGenerator[tuple[Engine, float]]:
    """The engine as `run` opens it, and how many milliseconds until it took orders."""
    platform = SilentPlatform(limits=_LIMITS, observer=Tally(), name=PLATFORM)
    began = time.perf_counter()
    async with open_engine(setup, {PLATFORM: platform}) as engine:
        yield engine, (time.perf_counter() - began) * 1e3
