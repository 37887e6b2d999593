"""/describe: a prompt that would make what is shown once more; it orders nothing."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, Field

from core.catalog import Ability, ChatAbility
from core.commands.command import Command, Context
from core.commands.shared_options import PRIVATE, VIDEO_KIND
from core.commands.suggesting import suggest
from core.errors import UserError
from core.media import Asset, MediaKind, MediaRequest, Wording
from core.options.options import OPTIONS_CONFIG

# For the model, not for people.
_WORDS = "Describe this as a prompt."


class DescribeOptions(BaseModel):
    """What matters in what is shown, and what is to be made of it."""

    model_config = OPTIONS_CONFIG

    prompt: str = Field(default="", description="option-describe")
    video: Annotated[bool, VIDEO_KIND, Field(description="option-video-kind")] = False
    private: Annotated[bool, PRIVATE, Field(description="option-private")] = False


async def run(context: Context, options: DescribeOptions) -> None:
    """Show the prompt, with a button that makes it: of a picture one, if that can be made."""
    if not context.invocation.attachments:
        raise UserError("describe-nothing")
    makes_pictures = bool(context.services.catalog.able(Ability.IMAGE))

    def request_of(shown: Sequence[Asset]) -> MediaRequest:
        moves = options.video or any(each.kind is MediaKind.VIDEO for each in shown)
        kind = MediaKind.IMAGE if makes_pictures and not moves else MediaKind.VIDEO
        return MediaRequest(
            prompt="", kind=kind, private=options.private, wording=Wording.DESCRIBED
        )

    words = "\n".join(filter(None, (_WORDS, options.prompt)))
    await suggest(context, words, request_of, videos=True)


DESCRIBE = Command(
    name="describe",
    options=DescribeOptions,
    run=run,
    pictures=1,
    videos=True,
    needs=ChatAbility.VISION,
    also_needs=ChatAbility.STRUCTURE,
    pays=True,
)
