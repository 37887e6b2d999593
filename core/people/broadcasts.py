"""Broadcasts: what an admin tells every chat that uses the bot, and who has got it."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from core.i18n import Locale
from core.people.audit import Act
from core.platform import ConversationRef, MessageRef, User

# Who has not used the bot for so long gets none, and they are kept for as long.
BROADCAST_DAYS = 90


class BroadcastState(StrEnum):
    """A draft is only shown; of what is stopped the rest is never sent."""

    DRAFT = "draft"
    SENDING = "sending"
    STOPPED = "stopped"
    DONE = "done"


class Receipt(StrEnum):
    """Of one chat. What is begun may have arrived, so it is never sent again."""

    WAITING = "waiting"
    BEGUN = "begun"
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Broadcast:
    """A text for many chats.

    Attributes:
        by: the admin, who is told in `message`, in `place`, how far it is.
        at: when it was written, in seconds since 1970.
    """

    id: str
    by: User
    locale: Locale
    text: str
    place: ConversationRef
    at: float
    state: BroadcastState = BroadcastState.DRAFT
    message: MessageRef | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedChat:
    """A chat, and who has used the bot there, each as late as possible first.

    Attributes:
        conversation: where in the chat that was the last time.
    """

    conversation: ConversationRef
    users: tuple[User, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """The chat at a position of a broadcast."""

    position: int
    conversation: ConversationRef


class BroadcastStore(Protocol):
    """Where broadcasts are kept, with all their chats, before anything is sent."""

    async def audience(self, since: float, besides: Collection[str]) -> Sequence[UsedChat]:
        """The chats in which something was ordered or asked since then, but not those platforms.

        Nor such as could not be reached the last time, if nobody has used the bot there again.
        """
        ...

    async def draft(self, broadcast: Broadcast, chats: Sequence[ConversationRef]) -> None:
        """Keep a new one, in place of other drafts of its admin."""
        ...

    async def prune(self, before: float) -> None:
        """Delete those that were written before that and are not being sent, with their chats."""
        ...

    async def get(self, id: str) -> Broadcast | None:  # noqa: A002 - as in the other stores
        ...

    async def open(self) -> Sequence[Broadcast]:
        """Those that are being sent, or have ended without their admin being told; in order."""
        ...

    async def confirm(self, broadcast: Broadcast, act: Act) -> bool:
        """Let a draft be sent, and tell its admin in its message; once.

        False where it was none any more, or another one is being sent. The act is written with it.
        """
        ...

    async def stop(self, id: str, act: Act | None = None) -> bool:  # noqa: A002 - as in the other stores
        """Let no more of it be sent; False where it was not being sent. The act goes with it."""
        ...

    async def waiting(self, id: str, platforms: Collection[str]) -> Sequence[Recipient]:  # noqa: A002
        """The chats on these platforms that it has not been sent to."""
        ...

    async def begin(self, id: str, position: int) -> bool:  # noqa: A002
        """Note that it may be in that chat from now on; False where it must not be sent there."""
        ...

    async def settle(self, id: str, position: int, receipt: Receipt) -> None:  # noqa: A002
        """Note what has become of it in that chat."""
        ...

    async def counts(self, id: str) -> Counter[Receipt]:  # noqa: A002
        """How many of its chats there are of each kind."""
        ...

    async def shown_in(self, id: str, message: MessageRef) -> None:  # noqa: A002
        """Note in which message its admin is told."""
        ...

    async def finish(self, id: str) -> bool:  # noqa: A002
        """Note that it is done; False, and nothing changes, while it waits for a chat."""
        ...

    async def told(self, id: str) -> None:  # noqa: A002
        """Note that its admin knows how it has ended."""
        ...
