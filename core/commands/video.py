"""/video: make a video from words and pictures."""

import asyncio
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from core.catalog import Catalog
from core.commands.command import Command, Context
from core.engine import Order, new_id
from core.errors import UserError
from core.media import Asset, MediaRequest
from core.options import Option
from core.pictures import save_picture
from core.preferences import Preferences

_SIDE = "(?:[1-9]|[1-5][0-9]|6[0-4])"
RATIO_PATTERN = f"{_SIDE}:{_SIDE}"
RATIO_WORDS = {
    "portrait": "9:16",
    "vertical": "9:16",
    "竖屏": "9:16",
    "landscape": "16:9",
    "horizontal": "16:9",
    "横屏": "16:9",
    "square": "1:1",
    "方形": "1:1",
}
_RATIO = Option(
    flags=("--ratio", "--ar"),
    words=RATIO_WORDS,
    patterns=(f"({RATIO_PATTERN})",),
    metavar="W:H",
)
_SECONDS = Option(
    flags=("--seconds", "--dur"), patterns=(r"(\d{1,3})(?:s|sec|秒)",), metavar="15s"
)
_RESOLUTION = Option(
    flags=("--resolution",),
    switches={"--hd": "hd"},
    words={"hd": "hd", "高清": "hd", "720p": "720p", "1080p": "1080p", "4k": "4k"},
)
_FAST = Option(flags=("--fast",), words={"fast": "true", "快速": "true"})
_COUNT = Option(flags=("--count", "-n"), patterns=(r"[x×](\d+)", r"(\d+)个"), metavar="x2")
_SPOILER = Option(flags=("--spoiler",), words={"spoiler": "true", "剧透": "true"})
_PRIVATE = Option(flags=("--private",), words={"private": "true", "私密": "true"})
_SEED = Option(flags=("--seed",), metavar="N")
_MODEL = Option(flags=("--model", "-m"), metavar="NAME")


class VideoOptions(BaseModel):
    """What every media command understands."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    prompt: str = Field(description="option-prompt")
    ratio: Annotated[
        str | None, _RATIO, Field(pattern=f"^{RATIO_PATTERN}$", description="option-ratio")
    ] = None
    seconds: Annotated[int | None, _SECONDS, Field(ge=1, le=600, description="option-seconds")] = (
        None
    )
    resolution: Annotated[
        Literal["hd", "720p", "1080p", "4k"] | None,
        _RESOLUTION,
        Field(description="option-resolution"),
    ] = None
    fast: Annotated[bool, _FAST, Field(description="option-fast")] = False
    count: Annotated[int, _COUNT, Field(ge=1, le=99, description="option-count")] = 1
    private: Annotated[bool, _PRIVATE, Field(description="option-private")] = False
    spoiler: Annotated[bool, _SPOILER, Field(description="option-spoiler")] = False
    seed: Annotated[int | None, _SEED, Field(ge=0, le=2**32 - 1, description="option-seed")] = None
    model: Annotated[str | None, _MODEL, Field(description="option-model")] = None


async def run(context: Context, options: VideoOptions) -> None:
    """Order the video; its status message is the answer."""
    job_id = new_id()
    invocation, catalog = context.invocation, context.engine.workshop.catalog
    try:
        images = await _save_pictures(context, job_id)
        await context.engine.submit(
            Order(
                id=job_id,
                request=fill(catalog, request_of(options, images), context.preferences),
                user=invocation.user,
                locale=context.locale,
                conversation=invocation.conversation,
                command=invocation.message,
            )
        )
    except UserError:
        await _forget_pictures(context, job_id)
        raise


def request_of(options: VideoOptions, images: Sequence[Asset]) -> MediaRequest:
    """The request that the options and pictures mean."""
    return MediaRequest(images=tuple(images), **options.model_dump())


def fill(catalog: Catalog, typed: MediaRequest, wanted: Preferences) -> MediaRequest:
    """Take the defaults for what was not typed, as far as some model can do it all.

    A default never makes an order fail: it is dropped first, the model as the last.
    """
    return next((r for r in _fillings(typed, wanted) if catalog.can(r)), typed)


def _fillings(typed: MediaRequest, wanted: Preferences) -> Iterator[MediaRequest]:
    for model in (wanted.model, None):
        for ratio, seconds in (
            (wanted.ratio, wanted.seconds),
            (wanted.ratio, None),
            (None, wanted.seconds),
            (None, None),
        ):
            yield replace(
                typed,
                model=typed.model or model,
                ratio=typed.ratio or ratio,
                seconds=typed.seconds or seconds,
            )


async def _save_pictures(context: Context, job_id: str) -> list[Asset]:
    folder = context.engine.workshop.folder(job_id)
    pictures: list[Asset] = []
    for number, attachment in enumerate(context.invocation.attachments, 1):
        async with attachment.file() as path:
            pictures.append(await save_picture(path, folder, f"in-{number}"))
    return pictures


async def _forget_pictures(context: Context, job_id: str) -> None:
    folder = context.engine.workshop.folder(job_id)
    await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


VIDEO = Command(name="video", options=VideoOptions, run=run)
