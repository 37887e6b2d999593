"""/remix: change a video that the bot has made."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, Field

from core.catalog import Ability, Model
from core.commands.command import Command, Context
from core.commands.ordering import place_order
from core.commands.shared_options import OF, PRIVATE, SPOILER
from core.commands.sources import find_source
from core.dialects import TELLS_PRIVATE
from core.errors import UserError
from core.jobs import Job
from core.media import Asset, MediaRequest
from core.options.options import OPTIONS_CONFIG


class RemixOptions(BaseModel):
    """What should change, and in which video."""

    model_config = OPTIONS_CONFIG

    prompt: str = Field(description="option-change")
    of: Annotated[str | None, OF, Field(description="option-of")] = None
    private: Annotated[bool, PRIVATE, Field(description="option-private")] = False
    spoiler: Annotated[bool, SPOILER, Field(description="option-spoiler")] = False


async def run(context: Context, options: RemixOptions) -> None:
    """Order the change from the model that made the video."""
    job, task = await find_source(context, options.of, Ability.REMIX)
    if _is_kept_nowhere(job, context.services.model(job.model)):
        raise UserError("remix-private")
    first = job.request

    def request_of(_: Sequence[Asset]) -> MediaRequest:
        return MediaRequest(
            prompt=options.prompt,
            source=task,
            model=job.model,
            ratio=first.ratio,
            seconds=first.seconds,
            resolution=first.resolution,
            sound=first.sound,
            private=options.private,
            spoiler=options.spoiler,
        )

    await place_order(context, request_of)


def _is_kept_nowhere(job: Job, model: Model | None) -> bool:
    """Whether the gateway was told that the video is private. A change of one tells it nothing."""
    told = model is not None and model.dialect in TELLS_PRIVATE and job.request.source is None
    return told and job.request.private


REMIX = Command(
    name="remix", options=RemixOptions, run=run, pays=True, result="of", needs=Ability.REMIX
)
