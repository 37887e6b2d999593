"""What somebody has said aloud, as words: paid for once, and no more than words."""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.catalog import SpeechModel
from core.commands.command import Context
from core.dialects import Transcript, transcribe
from core.errors import HAD_ELSEWHERE, FaultKind, JobError, StorageError, UserError
from core.exchanges import Exchange, ExchangeState
from core.invocation import Voice
from core.services import Services

log = logging.getLogger(__name__)

# A key that is not accepted has not paid for anything either.
# Where the platform does not say how long it is.
_UNTOLD_SECONDS = 60.0
_ELSEWHERE = HAD_ELSEWHERE | {FaultKind.AUTH}


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardWords:
    """Words, which model has heard them, and what that has cost."""

    text: str
    model: str
    credits: float


async def listen(context: Context, voice: Voice) -> HeardWords:
    """Have it listened to. The event is taken before: it is not paid for a second time.

    Raises:
        UserError: no model here can, the file cannot be had, or whoever speaks may not spend what
            listening costs.
        JobError: the gateways have given no words.
        TakenError: the event has had its effect.
    """
    services = context.services
    listeners = services.catalog.listeners
    if not listeners:
        raise UserError("voice-not-heard", for_admins=(UserError("hint-set-speech"),))
    invocation = context.invocation
    price = listeners[0].credits_for(voice.seconds or _UNTOLD_SECONDS)
    await services.credits.check(invocation.user, invocation.conversation, price)
    async with voice.attachment.file() as path:
        await context.take_event()
        model, transcript = await _transcribed(services, listeners, path)
    seconds = transcript.seconds or voice.seconds
    log.info("%s has listened for %.1f s", model.key, seconds)
    credits_ = model.credits_for(seconds)
    return HeardWords(text=transcript.text, model=model.key, credits=credits_)


async def _transcribed(
    services: Services, listeners: Sequence[SpeechModel], speech: Path
) -> tuple[SpeechModel, Transcript]:
    """The next model is asked only while nobody can have been paid.

    Raises:
        JobError: why the last that was asked has given no words.
    """
    for number, model in enumerate(listeners, 1):
        try:
            endpoint = services.endpoints[model.gateway]
            return model, await transcribe(endpoint, services.http, model, speech)
        except JobError as error:
            fault = error.fault
            if fault.kind is FaultKind.MODEL_GONE:
                services.catalog.cooldown.put(model.key)
            if number == len(listeners) or fault.maybe_billed or fault.kind not in _ELSEWHERE:
                raise
            log.warning(
                "%s does not listen: %s; next: %s", model.key, fault.kind, listeners[number]
            )
    raise ValueError("nobody listens")


async def keep_price(context: Context, exchange_id: str, heard: HeardWords, follows: str) -> None:
    """Store what listening has cost, where no question came of it: one that got no answer."""
    invocation, now = context.invocation, time.time()
    exchange = Exchange(
        id=exchange_id,
        user=invocation.user,
        locale=context.locale,
        conversation=invocation.conversation,
        model=heard.model,
        prompt=heard.text,
        follows=follows,
        created_at=now,
        state=ExchangeState.FAILED,
        credits=heard.credits,
        heard_credits=heard.credits,
        told=True,
        ended_at=now,
    )
    try:
        await context.services.exchanges.add(exchange, reserved=heard.credits)
    except (StorageError, UserError) as error:
        log.warning("%s has listened for %.2f credits: %s", heard.model, heard.credits, error)
