"""The sandbox as this program runs it: what it is told of the catalog, and where it is."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from pydantic import SecretStr

from bots.setup import Setup
from core.catalog import CatalogData, Gateway
from core.dialects import Endpoint
from core.dialects.endpoint import Pace
from core.settings import Settings
from sandbox.options import SANDBOX_PORT, SandboxOptions

# It makes a clip in 12 s, so it is asked ten times as often as a real gateway.
_PACE = Pace().scaled(0.1)


def sandbox_endpoint(gateway: Gateway, root: str) -> Endpoint:
    """How a gateway is reached while the sandbox at `root` stands in for it."""
    return Endpoint(
        gateway=gateway.name,
        root=root,
        key=SecretStr("sandbox"),
        lists=gateway.lists,
        pace=_PACE,
    )


def sandbox_folder(settings: Settings) -> Path:
    """Where the sandbox keeps what was ordered, whoever runs it."""
    return (settings.media_dir.parent / "sandbox").absolute()


def sandbox_tables(data: CatalogData) -> tuple[Mapping[str, object], ...]:
    """The catalog as the sandbox takes it: plain tables, since it shares no code with us."""
    return tuple(model.model_dump(mode="json") for model in data.models)


def sandbox_chats(data: CatalogData) -> tuple[Mapping[str, object], ...]:
    """The chat models of the catalog, in the same way."""
    return tuple(chat.model_dump(mode="json") for chat in data.chats)


def sandbox_speeches(data: CatalogData) -> tuple[Mapping[str, object], ...]:
    """The models that listen, in the same way."""
    return tuple(speech.model_dump(mode="json") for speech in data.speeches)


@asynccontextmanager
async def serve_sandbox(setup: Setup) -> AsyncGenerator[str]:
    """Serve it on this machine, with the whole catalog; gives its root address."""
    from sandbox.server import serve  # noqa: PLC0415 - libav and Pillow cost a live bot 40 MB

    options = SandboxOptions(
        state_dir=sandbox_folder(setup.settings),
        renders_ahead=True,
        models=sandbox_tables(setup.data),
        chats=sandbox_chats(setup.data),
        speeches=sandbox_speeches(setup.data),
    )
    async with AsyncExitStack() as stack:
        try:
            # The same address as last time, so that links of an earlier process go on working.
            root = await stack.enter_async_context(serve(options, SANDBOX_PORT))
        except OSError:
            root = await stack.enter_async_context(serve(options, 0))
        yield root
