"""Pictures as they travel inside JSON."""

import asyncio
import base64
from collections.abc import Sequence

from core.media import Asset


async def data_uris(images: Sequence[Asset]) -> list[str]:
    """Read the pictures from disk as `data:` URIs, in their order."""
    return await asyncio.to_thread(lambda: [_data_uri(image) for image in images])


def _data_uri(image: Asset) -> str:
    return f"data:{image.mime};base64,{base64.b64encode(image.path.read_bytes()).decode()}"
