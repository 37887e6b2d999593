"""/enhance: a better prompt and options that fit it, shown before anything is ordered."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, Field

from core.catalog import ChatAbility
from core.commands.command import Command, Context
from core.commands.shared_options import PICTURE_KIND, PRIVATE, RATIO, RATIO_PATTERN, SECONDS
from core.commands.suggesting import suggest
from core.media import Asset, MediaKind, MediaRequest, Wording
from core.options.options import OPTIONS_CONFIG


class EnhanceOptions(BaseModel):
    """The prompt so far, and what is fixed already."""

    model_config = OPTIONS_CONFIG

    prompt: str = Field(description="option-prompt")
    ratio: Annotated[
        str | None, RATIO, Field(pattern=f"^{RATIO_PATTERN}$", description="option-ratio")
    ] = None
    seconds: Annotated[int | None, SECONDS, Field(ge=1, le=600, description="option-seconds")] = (
        None
    )
    picture: Annotated[bool, PICTURE_KIND, Field(description="option-picture-kind")] = False
    private: Annotated[bool, PRIVATE, Field(description="option-private")] = False


async def run(context: Context, options: EnhanceOptions) -> None:
    """Show a better prompt, with buttons that order or change it."""

    def request_of(images: Sequence[Asset]) -> MediaRequest:
        return MediaRequest(
            prompt=options.prompt,
            kind=MediaKind.IMAGE if options.picture else MediaKind.VIDEO,
            images=tuple(images),
            ratio=options.ratio,
            seconds=options.seconds,
            private=options.private,
            wording=Wording.ENHANCED,
        )

    await suggest(context, options.prompt, request_of)


ENHANCE = Command(
    name="enhance",
    options=EnhanceOptions,
    run=run,
    pictures=9,
    needs=ChatAbility.STRUCTURE,
    pays=True,
)
