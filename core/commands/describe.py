"""/describe: a prompt that would make a picture once more, shown before anything is ordered."""

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
    """What matters in the picture, and what is to be made of it."""

    model_config = OPTIONS_CONFIG

    prompt: str = Field(default="", description="option-describe")
    video: Annotated[bool, VIDEO_KIND, Field(description="option-video-kind")] = False
    private: Annotated[bool, PRIVATE, Field(description="option-private")] = False


async def run(context: Context, options: DescribeOptions) -> None:
    """Show the prompt, with a button that makes it: a picture, where one can be made here."""
    if not context.invocation.attachments:
        raise UserError("describe-nothing")
    makes_pictures = bool(context.services.catalog.able(Ability.IMAGE))
    kind = MediaKind.IMAGE if makes_pictures and not options.video else MediaKind.VIDEO

    def request_of(_: Sequence[Asset]) -> MediaRequest:
        return MediaRequest(
            prompt="", kind=kind, private=options.private, wording=Wording.DESCRIBED
        )

    await suggest(context, "\n".join(filter(None, (_WORDS, options.prompt))), request_of)


DESCRIBE = Command(
    name="describe",
    options=DescribeOptions,
    run=run,
    pictures=1,
    needs=ChatAbility.VISION,
    also_needs=ChatAbility.STRUCTURE,
    pays=True,
)
