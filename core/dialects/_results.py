"""A creation that is answered with what it has made, at once.

Source: docs/gateways.md, "Picture answers", "Gemini answers", "What is billed when".
"""

from collections.abc import Awaitable, Callable

import httpx

from core.bodies import body_of
from core.dialects._faults import Circumstances, classify, fault_of, is_html, refuse
from core.dialects._generation import Generation
from core.dialects._http import Creation, Wire, broken_off
from core.dialects._json import Json, document
from core.dialects._tasks import cost_of
from core.errors import MODERATION, Fault, FaultKind, JobError
from core.media import Accepted, MediaRequest, RemoteAsset, Rendering
from core.redact import quote

# Silent until the picture is done: a minute or two is normal at 4k.
_IDLE_SECONDS = 300.0
# Ten pictures as base64 in one answer.
_LIMIT_BYTES = 128_000_000
# Patterns over more than that would cost more time than they are worth.
_READ_CHARS = 20_000


Create = Callable[[Generation], Awaitable[Creation]]


async def generate_at_once(
    wire: Wire,
    generation: Generation,
    *,
    create: Create,
    answer: Callable[[Json, MediaRequest], tuple[RemoteAsset, ...]],
    failure: Callable[[Json, Circumstances], Fault],
) -> tuple[RemoteAsset, ...]:
    """Do all that `MediaDialect.generate` promises; what differs between protocols is given.

    `create` writes the request that costs money, `answer` finds what was made in the JSON that it
    is answered with, and `failure` says why there is nothing.

    Raises:
        JobError: saying why there is no result: what `Wire.create` raises, a refusal under status
            200, or that the answer cannot be read, which may have been paid for. INTERRUPTED where
            an earlier process has sent it: there is no task to be asked for, and it is never sent
            a second time.
    """
    reply = await _ask(wire, generation, create)
    if made := answer(reply, generation.request):
        return made
    raise JobError(failure(reply, generation.circumstances))


async def _ask(wire: Wire, generation: Generation, create: Create) -> Json:
    if generation.task is not None:
        raise JobError(Fault(kind=FaultKind.INTERRUPTED, maybe_billed=True))
    circumstances = generation.circumstances
    await generation.report(Rendering())  # such an answer comes when all is done
    async with wire.create(
        await create(generation), idle_seconds=_IDLE_SECONDS, circumstances=circumstances
    ) as response:
        await generation.report(Accepted())
        raw = await _read_whole(response)
    reply = document(raw)
    # Also what is refused after all: some bill what their filter takes away.
    await generation.charge(cost_of(reply))
    refuse(reply, circumstances)
    if is_html(raw):
        raise JobError(fault_of(raw, response.status_code))
    if not reply:
        fault = Fault(kind=FaultKind.BAD_PAYLOAD, reason=quote(raw), maybe_billed=True)
        raise JobError(fault)
    return reply


async def _read_whole(response: httpx.Response) -> str:
    body = bytearray()
    try:
        async for piece in body_of(response, _LIMIT_BYTES):
            body += piece
    except (httpx.TransportError, httpx.DecodingError) as error:
        raise JobError(broken_off(error)) from error
    return body.decode("utf-8-sig", "replace")


def nothing_made(reason: str, circumstances: Circumstances) -> Fault:
    """Say why a good answer holds no result; gateways may bill it all the same."""
    kind = classify(reason[:_READ_CHARS], None, circumstances)
    kind = kind if kind in MODERATION else FaultKind.NO_MEDIA
    return Fault(kind=kind, reason=quote(reason), maybe_billed=True)
