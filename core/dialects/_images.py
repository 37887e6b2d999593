"""Pictures that we send: as they travel inside JSON, and in forms."""

import asyncio
import base64
from collections.abc import Sequence

from core.dialects._http import FilePart
from core.dialects._json import Json
from core.media import Asset


async def data_uris(images: Sequence[Asset]) -> list[str]:
    """Read the pictures from disk as `data:` URIs, in their order."""
    return await asyncio.to_thread(lambda: [_data_uri(image) for image in images])


async def file_parts(field: str, images: Sequence[Asset]) -> list[FilePart]:
    """Read the pictures from disk as files of a form, in their order, all under one name."""
    return await asyncio.to_thread(lambda: [_file_part(field, image) for image in images])


def picture_part(url: str) -> Json:
    """A picture among the parts of a message, as OpenAI writes it."""
    return {"type": "image_url", "image_url": {"url": url}}


def _data_uri(image: Asset) -> str:
    return f"data:{image.mime};base64,{base64.b64encode(image.path.read_bytes()).decode()}"


def _file_part(field: str, image: Asset) -> FilePart:
    return FilePart(
        name=field, filename=image.path.name, mime=image.mime, content=image.path.read_bytes()
    )
