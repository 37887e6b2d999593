"""Several places that may take a message, tried in order."""

import logging
from collections.abc import Awaitable, Callable, Sequence

from core.platform import MessageLostError, MessageRef

log = logging.getLogger(__name__)

Attempt = Callable[[], Awaitable[MessageRef]]


async def first(attempts: Sequence[Attempt]) -> MessageRef:
    """Write to the first place that takes it; raises why the first did not."""
    reason: MessageLostError | None = None
    for attempt in attempts:
        try:
            return await attempt()
        except MessageLostError as error:
            log.info("not taken: %s", error)
            # The first says why it failed where it was meant to be; the others were makeshifts.
            reason = reason or error
    raise reason or MessageLostError("there is nowhere to write to")
