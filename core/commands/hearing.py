"""What somebody has said aloud, as words: paid for once, and no more than words."""

import logging
from dataclasses import dataclass

from core.commands.command import Context
from core.dialects import transcribe
from core.errors import UserError
from core.invocation import Voice

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardWords:
    """Words, and what it has cost to understand them."""

    text: str
    credits: float


async def listen(context: Context, voice: Voice) -> HeardWords:
    """Have it listened to. The event is taken before: it is not paid for a second time.

    Raises:
        UserError: no model here can, the file cannot be had, or there is no word in it.
        JobError: the gateway has given no words.
        TakenError: the event has had its effect.
    """
    services = context.services
    model = next(iter(services.catalog.listeners), None)
    if model is None:
        raise UserError("voice-not-heard", for_admins=(UserError("hint-set-speech"),))
    async with voice.attachment.file() as path:
        await context.take_event()
        endpoint = services.endpoints[model.gateway]
        transcript = await transcribe(endpoint, services.http, model, path)
    seconds = transcript.seconds or voice.seconds
    log.info("%s has listened for %.1f s", model.key, seconds)
    if not transcript.text:
        raise UserError("voice-empty")
    return HeardWords(text=transcript.text, credits=model.credits_for(seconds))
