"""/storyboard: a video of several shots. The plan is shown before anything is paid."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, Field

from core.catalog import Ability, ChatAbility
from core.commands.command import Command, Context, JobOptions
from core.commands.jobs import numbered, pick
from core.commands.ordering import place_order
from core.commands.shared_options import (
    LENGTH,
    MODEL,
    PRIVATE,
    RATIO,
    RATIO_PATTERN,
    RESOLUTION,
    SOUND,
    SPOILER,
    WATERMARK,
    VideoResolution,
)
from core.commands.suggesting import suggest
from core.errors import UserError
from core.jobs import Job, JobState
from core.media import Asset, MediaRequest, Wording
from core.options.options import OPTIONS_CONFIG
from core.storyboard import has_lengths, read_shots, storyboard, total_seconds


class StoryboardOptions(BaseModel):
    """The shots, and what counts for all of them."""

    model_config = OPTIONS_CONFIG

    prompt: str = Field(description="option-shots")
    ratio: Annotated[
        str | None, RATIO, Field(pattern=f"^{RATIO_PATTERN}$", description="option-ratio")
    ] = None
    seconds: Annotated[int | None, LENGTH, Field(ge=1, le=600, description="option-length")] = None
    resolution: Annotated[
        VideoResolution | None, RESOLUTION, Field(description="option-resolution")
    ] = None
    sound: Annotated[bool | None, SOUND, Field(description="option-sound")] = None
    private: Annotated[bool, PRIVATE, Field(description="option-private")] = False
    spoiler: Annotated[bool, SPOILER, Field(description="option-spoiler")] = False
    watermark: Annotated[bool, WATERMARK, Field(description="option-watermark")] = False
    model: Annotated[str | None, MODEL, Field(description="option-model")] = None


async def run(context: Context, options: StoryboardOptions) -> None:
    """Show the plan; its buttons order it or drop it. An idea is planned by a chat model."""
    wanted = options.model_dump()
    if _is_idea(context, options.prompt):

        def planned(images: Sequence[Asset]) -> MediaRequest:
            kept = {"images": tuple(images), "has_shots": True, "wording": Wording.PLANNED}
            return MediaRequest(**kept, **wanted)

        await suggest(context, options.prompt, planned)
        return
    shots = read_shots(options.prompt)
    wanted |= {"prompt": storyboard(shots), "seconds": total_seconds(shots, options.seconds)}

    def request_of(images: Sequence[Asset]) -> MediaRequest:
        return MediaRequest(images=tuple(images), has_shots=True, **wanted)

    await place_order(context, request_of, is_draft=True)


def _is_idea(context: Context, text: str) -> bool:
    """Whether somebody has to plan the shots first, and can; a model plans its own."""
    able = context.services.catalog.able(ChatAbility.STRUCTURE)
    return bool(able) and not has_lengths(text) and not context.is_proposal


async def confirm(context: Context, options: JobOptions) -> None:
    """Order what a plan shows; only who has made the plan can."""
    plan = context.job or await _plan(context, options.job)
    await context.engine.confirm(plan.id, context.event)


async def _plan(context: Context, number: str | None) -> Job:
    """The plan of that number in /status; without one the only plan."""
    jobs = await numbered(context)
    plans = jobs if number else [job for job in jobs if job.state is JobState.DRAFT]
    if number is None and len(plans) > 1:
        raise UserError("which-plan", count=len(plans))
    return pick(plans, number, none="nothing-to-confirm", command="confirm")


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
