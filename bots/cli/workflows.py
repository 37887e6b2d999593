"""What `cliprelay doctor` finds on a ComfyUI server, and in the folder of its workflows."""

from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

import httpx

from bots.cli.finding import Finding
from core.catalog import Model
from core.dialects import Endpoint
from core.dialects.comfyui_server import ComfyServer
from core.errors import JobError


async def examine_workflows(
    endpoint: Endpoint, http: httpx.AsyncClient, models: Sequence[Model], folder: Path | None
) -> AsyncIterator[Finding]:
    """Ask a server that answers how it is, and whether it has what each workflow names."""
    server = ComfyServer(endpoint, http)
    try:
        yield Finding(what=endpoint.gateway, fine=True, says=await server.about())
        for model in models:
            lacks = await server.lacks(model)
            says = "; ".join(lacks) or "all its nodes and files are installed"
            yield Finding(what=model.key, fine=not lacks, says=says)
    except JobError as error:
        yield Finding(what=endpoint.gateway, fine=False, says=f"cannot be asked more ({error})")
    if not models:
        says = "it has no workflow yet: set COMFYUI_WORKFLOWS to a folder (docs/comfyui.md)"
        yield Finding(what=endpoint.gateway, fine=None, says=says)
    for file in _alone(folder):
        says = f"{file} is not used: there is no {file.stem}.toml beside it"
        yield Finding(what=endpoint.gateway, fine=None, says=says)


def _alone(folder: Path | None) -> Iterator[Path]:
    """Workflows without a map."""
    if folder and folder.is_dir():
        files = sorted(folder.glob("*.json"))
        yield from (file for file in files if not file.with_suffix(".toml").exists())
