"""What somebody has said aloud, as words: paid for once, and no more than words."""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from core.catalog import SpeechModel
from core.chat.endings import with_price
from core.commands.command import Context
from core.commands.ordering import shown_at
from core.commands.spending import settled
from core.dialects import Transcript, transcribe
from core.errors import HAD_ELSEWHERE, FaultKind, JobError, StorageError, UserError
from core.exchanges import Exchange, ExchangeState, ledger_ref
from core.files.sounds import seconds_of
from core.i18n import translate
from core.invocation import Voice
from core.services import Services
from core.storing import until_stored

log = logging.getLogger(__name__)

# Where neither the file nor the platform says how long it is.
_UNTOLD_SECONDS = 60.0
# A key that is not accepted has not paid for anything either.
_ELSEWHERE = HAD_ELSEWHERE | {FaultKind.AUTH}


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardWords:
    """Words, which model has heard them, and what that has cost."""

    text: str
    model: str
    credits: float


async def listen(context: Context, voice: Voice, held: Exchange) -> HeardWords:
    """Have it listened to. The event is taken before: it is not paid for a second time.

    Its price stands in the ledger under the question that comes of it.

    Args:
        context: of the command.
        voice: what was said.
        held: see `held_place`; what a stop or a kill breaks off is told by its row.

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
    async with voice.attachment.file() as path:
        found = await seconds_of(path)
        told = voice.seconds or _UNTOLD_SECONDS
        most = max(model.credits_for(found or told) for model in listeners)
        held = replace(held, model=listeners[0].key, credits=most, heard_credits=most)
        await services.exchanges.add(held, context.event, reserved=most)
        try:
            model, transcript = await _transcribed(services, listeners, path)
        except Exception:
            withdraw = partial(services.exchanges.withdraw, held.id)
            await until_stored(held.id, withdraw)
            raise
    # Whoever was paid knows best; what only they say may be more than what the file admits.
    seconds = max(found or 0.0, transcript.seconds or 0.0) or told
    log.info("%s has listened for %.1f s", model.key, seconds)
    credits_ = await settled(context, ledger_ref(held.id), model.credits_for(seconds))
    return HeardWords(text=transcript.text, model=model.key, credits=credits_)


def held_place(context: Context, exchange_id: str, follows: str, *, private: bool) -> Exchange:
    """What stands in the place of a question while it is listened to.

    Raises:
        UserError: it is private, and the platform has no place for it.
    """
    place, command = shown_at(context, private=private)
    return Exchange(
        id=exchange_id,
        user=context.invocation.user,
        locale=context.locale,
        conversation=place,
        command=command,
        model="",
        prompt="",
        note=translate(context.locale, "voice-failed"),
        follows=follows,
        created_at=time.time(),
    )


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


async def keep_heard(context: Context, held: Exchange, heard: HeardWords) -> str:
    """Store what was heard where no question came of it: one that got no answer.

    Gives what its person is told of its price, which is in the ledger already.
    """
    exchange = replace(
        held,
        model=heard.model,
        prompt=heard.text,
        note="",
        state=ExchangeState.FAILED,
        credits=heard.credits,
        heard_credits=heard.credits,
        told=True,
        ended_at=time.time(),
    )
    try:
        exchange = await with_price(context.services, exchange)
        await context.services.exchanges.add(exchange)
    except StorageError as error:
        log.warning("%s has listened for %.2f credits: %s", heard.model, heard.credits, error)
    return exchange.paid
