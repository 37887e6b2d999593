"""A finger that taps twice orders once."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from hashlib import file_digest
from pathlib import Path

from core.commands.command import Context
from core.errors import UserError
from core.events import DoubleTapError


@asynccontextmanager
async def once(context: Context, pictures: Sequence[Path] = ()) -> AsyncGenerator[None]:
    """Do what costs something, unless the same person has sent the very same there just now.

    Args:
        context: of the command.
        pictures: what came along; the platform may give the same ones other names.

    Raises:
        UserError: they have, and it is being done.
    """
    invocation = context.invocation
    if invocation.sent_at is None:
        yield
        return
    place, about = invocation.conversation, invocation.replied
    what = (
        (invocation.user.party, place.party, place.thread, about and about.id),
        (invocation.command, invocation.text, frozenset(invocation.given.items())),
        await asyncio.to_thread(_digests, pictures),
    )
    try:
        with context.services.events.untapped(what, invocation.sent_at):
            yield
    except DoubleTapError:
        raise UserError("ordered-twice") from None


def _digests(pictures: Sequence[Path]) -> tuple[bytes, ...]:
    return tuple(map(_digest, pictures))


def _digest(picture: Path) -> bytes:
    with picture.open("rb") as file:
        return file_digest(file, "sha256").digest()
