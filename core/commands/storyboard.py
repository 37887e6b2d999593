"""/storyboard: a video of several shots. The plan is shown before anything is paid."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from core.catalog import Ability
from core.commands.command import Command, Context, JobOptions
from core.commands.ordering import place_order
from core.commands.shared_options import LENGTH, MODEL, PRIVATE, RATIO, RATIO_PATTERN, SPOILER
from core.errors import UserError
from core.media import Asset, MediaRequest
from core.storyboard import read_shots, storyboard, total_seconds


class StoryboardOptions(BaseModel):
    """The shots, and what counts for all of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    prompt: str = Field(description="option-shots")
    ratio: Annotated[
        str | None, RATIO, Field(pattern=f"^{RATIO_PATTERN}$", description="option-ratio")
    ] = None
    seconds: Annotated[int | None, LENGTH, Field(ge=1, le=600, description="option-length")] = None
    private: Annotated[bool, PRIVATE, Field(description="option-private")] = False
    spoiler: Annotated[bool, SPOILER, Field(description="option-spoiler")] = False
    model: Annotated[str | None, MODEL, Field(description="option-model")] = None


async def run(context: Context, options: StoryboardOptions) -> None:
    """Show the plan; its buttons order it or drop it."""
    shots = read_shots(options.prompt)
    wanted = options.model_dump()
    wanted |= {"prompt": storyboard(shots), "seconds": total_seconds(shots, options.seconds)}

    def request_of(images: Sequence[Asset]) -> MediaRequest:
        return MediaRequest(images=tuple(images), has_shots=True, **wanted)

    await place_order(context, request_of, is_draft=True)


async def confirm(context: Context, _: JobOptions) -> None:
    """Order what a plan shows; only who has made the plan can."""
    if context.job is None:
        raise UserError("nothing-to-confirm")
    await context.engine.confirm(context.job.id, context.event)


STORYBOARD = Command(
    name="storyboard",
    options=StoryboardOptions,
    run=run,
    pictures=9,
    pays=True,
    needs=Ability.STORYBOARD,
)
CONFIRM = Command(
    name="confirm", options=JobOptions, run=confirm, is_typed=False, pays=True, job="job"
)
