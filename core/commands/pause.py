"""/pause and /resume: nothing new is taken for a while."""

import time
from typing import Annotated

from pydantic import BaseModel, Field

from core.commands.command import Audience, Command, Context, NoOptions
from core.errors import UserError
from core.i18n import translate
from core.options.minutes import Minutes, as_typed, is_unit
from core.options.options import OPTIONS_CONFIG, Option
from core.people.pause import Pause, length_told
from core.platform import View

_WEEK_MINUTES = 7 * 24 * 60
# All that looks like a number is meant as one: a pause without end is no answer to "-5" or "2 h".
_NUMBER = r"([-+–—−]*[.,]?(?u:\d)\S*|[-+–—−]*(?:nan|inf|infinity))"
_MINUTES = Option(flags=("--minutes",), patterns=(_NUMBER,), metavar="30 | 2h | 7d")


class PauseOptions(BaseModel):
    """For how long, and what people are told; without minutes until /resume."""

    model_config = OPTIONS_CONFIG

    minutes: Annotated[
        Annotated[Minutes, Field(ge=1, le=_WEEK_MINUTES)] | None,
        _MINUTES,
        Field(description="option-minutes"),
    ] = None
    prompt: Annotated[str, Field(max_length=500, description="option-pause-text")] = ""


async def pause(context: Context, options: PauseOptions) -> View:
    """Take nothing new, for some minutes or until somebody resumes.

    Raises:
        UserError: behind the minutes stands what was meant as their unit.
    """
    minutes, text = options.minutes or 0, options.prompt.strip()
    if minutes and text and is_unit(text.split(maxsplit=1)[0]):
        raise UserError("minutes-one-word")
    until = time.time() + minutes * 60 if minutes else None
    what = " ".join(filter(None, (as_typed(minutes) if minutes else "", text)))
    pauses = context.services.pauses
    await pauses.set(Pause(until=until, text=text), context.act("", what))
    length = length_told(context.locale, minutes)
    return View(
        text=translate(context.locale, "pause-begun", length=length, where=context.where_read)
    )


async def resume(context: Context, _: NoOptions) -> View:
    """End the pause."""
    pauses = context.services.pauses
    if pauses.current is None:
        raise UserError("pause-none")
    await pauses.set(None, context.act(""))
    return View(text=translate(context.locale, "pause-ended"))


PAUSE = Command(name="pause", options=PauseOptions, run=pause, audience=Audience.ADMINS)
RESUME = Command(name="resume", options=NoOptions, run=resume, audience=Audience.ADMINS)
