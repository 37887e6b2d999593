"""Events that the library cannot read: it would give up the whole connection over one of them."""

import logging
from collections.abc import Callable
from functools import partial
from typing import Any

import discord

log = logging.getLogger(__name__)

Parse = Callable[[Any], None]
# Without what stands in this one there is no connection.
_NEEDED = "READY"


def skip_unreadable(client: discord.Client) -> None:
    """Have a client leave out, with a word, what it cannot read."""
    # The library has no other place for it: what its parsers raise closes the client.
    parsers: dict[str, Parse] = client._connection.parsers  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
    for event, parse in [*parsers.items()]:
        if event != _NEEDED:
            parsers[event] = partial(_read, event, parse)


def _read(event: str, parse: Parse, data: object) -> None:
    try:
        parse(data)
    except Exception:
        log.exception("an event of Discord cannot be read and is left out: %s", event)
