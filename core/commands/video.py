"""/video: make a video from words and pictures."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated

from pydantic import BaseModel, Field

from core.catalog import Ability
from core.commands.command import Command, Context
from core.commands.ordering import place_order
from core.commands.shared_options import (
    COUNT,
    FAST,
    MODEL,
    PRIVATE,
    RATIO,
    RATIO_PATTERN,
    RESOLUTION,
    SECONDS,
    SEED,
    SOUND,
    SPOILER,
    WATERMARK,
    VideoResolution,
)
from core.media import Asset, MediaRequest
from core.options.options import OPTIONS_CONFIG


class VideoOptions(BaseModel):
    """What every media command understands."""

    model_config = OPTIONS_CONFIG

    prompt: str = Field(description="option-prompt")
    ratio: Annotated[
        str | None, RATIO, Field(pattern=f"^{RATIO_PATTERN}$", description="option-ratio")
    ] = None
    seconds: Annotated[int | None, SECONDS, Field(ge=1, le=600, description="option-seconds")] = (
        None
    )
    resolution: Annotated[
        VideoResolution | None, RESOLUTION, Field(description="option-resolution")
    ] = None
    fast: Annotated[bool, FAST, Field(description="option-fast")] = False
    count: Annotated[int, COUNT, Field(ge=1, le=99, description="option-count")] = 1
    sound: Annotated[bool | None, SOUND, Field(description="option-sound")] = None
    private: Annotated[bool, PRIVATE, Field(description="option-private")] = False
    spoiler: Annotated[bool, SPOILER, Field(description="option-spoiler")] = False
    watermark: Annotated[bool, WATERMARK, Field(description="option-watermark")] = False
    seed: Annotated[int | None, SEED, Field(ge=0, le=2**32 - 1, description="option-seed")] = None
    model: Annotated[str | None, MODEL, Field(description="option-model")] = None


async def run(context: Context, options: VideoOptions) -> None:
    """Order the video."""
    await place_order(context, partial(request_of, options))


def request_of(options: VideoOptions, images: Sequence[Asset]) -> MediaRequest:
    """The request that the options and pictures mean."""
    return MediaRequest(images=tuple(images), **options.model_dump())


VIDEO = Command(
    name="video", options=VideoOptions, run=run, pictures=30, pays=True, needs=Ability.VIDEO
)
