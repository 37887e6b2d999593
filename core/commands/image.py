"""/image: make a picture from words, or from words and pictures."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from core.catalog import Ability
from core.commands.command import Command, Context
from core.commands.ordering import place_order
from core.commands.shared_options import (
    COUNT,
    FAST,
    MASK,
    MODEL,
    PRIVATE,
    RATIO,
    RATIO_PATTERN,
    SEED,
    SIZE,
    SPOILER,
)
from core.errors import UserError
from core.media import Asset, MediaKind, MediaRequest
from core.options.options import OPTIONS_CONFIG

# What gpt-image-1 documents; no gateway is known to take more.
_MASK_LIMIT_BYTES = 4_000_000


class ImageOptions(BaseModel):
    """What can be said about a picture."""

    model_config = OPTIONS_CONFIG

    prompt: str = Field(description="option-prompt")
    ratio: Annotated[
        str | None, RATIO, Field(pattern=f"^{RATIO_PATTERN}$", description="option-ratio")
    ] = None
    resolution: Annotated[
        Literal["hd", "1k", "2k", "4k"] | None, SIZE, Field(description="option-size")
    ] = None
    fast: Annotated[bool, FAST, Field(description="option-fast")] = False
    count: Annotated[int, COUNT, Field(ge=1, le=99, description="option-count")] = 1
    mask: Annotated[bool, MASK, Field(description="option-mask")] = False
    private: Annotated[bool, PRIVATE, Field(description="option-private")] = False
    spoiler: Annotated[bool, SPOILER, Field(description="option-spoiler")] = False
    seed: Annotated[int | None, SEED, Field(ge=0, le=2**32 - 1, description="option-seed")] = None
    model: Annotated[str | None, MODEL, Field(description="option-model")] = None


async def run(context: Context, options: ImageOptions) -> None:
    """Order the picture."""
    await place_order(context, partial(request_of, options))


def request_of(options: ImageOptions, images: Sequence[Asset]) -> MediaRequest:
    """The request that the options and pictures mean; a mask is the last of the pictures.

    Raises:
        UserError: a mask is wanted and there are not two pictures of one size, or it is too large.
    """
    wanted = options.model_dump(exclude={"mask"})
    request = MediaRequest(kind=MediaKind.IMAGE, images=tuple(images), **wanted)
    if not options.mask:
        return request
    *pictures, mask = images or (None,)
    if mask is None or not pictures:
        raise UserError("mask-missing")
    if mask.mime != "image/png":
        raise UserError("mask-missing")
    if (mask.width, mask.height) != (pictures[0].width, pictures[0].height):
        raise UserError("mask-size")
    if mask.size_bytes >= _MASK_LIMIT_BYTES:
        raise UserError("mask-large", megabytes=_MASK_LIMIT_BYTES // 1_000_000)
    return replace(request, images=tuple(pictures), mask=mask)


IMAGE = Command(
    name="image", options=ImageOptions, run=run, pictures=16, pays=True, needs=Ability.IMAGE
)
