"""How a platform that shows pages inside itself tells who looks at them."""

from dataclasses import dataclass
from typing import Protocol

from core.events import Event
from core.platform import ConversationRef, User


@dataclass(frozen=True, slots=True, kw_only=True)
class Introduced:
    """Somebody whom a platform vouches for.

    Attributes:
        place: where they and the bot are alone.
        event: what was told; it counts once.
    """

    user: User
    place: ConversationRef
    event: Event


class WayIn(Protocol):
    """A platform that opens a page of ours, and tells it behind the # of the address for whom.

    Attributes:
        name: the platform's; the page is at `/in/<name>`.
        frames: the origins of its own pages that would show ours in a frame.
    """

    @property
    def name(self) -> str: ...

    @property
    def frames(self) -> str: ...

    def introduced(self, said: str, now: float) -> Introduced | None:
        """Whom that is about; None unless the platform has told it, to this bot, just now.

        Args:
            said: what stands behind the #.
            now: the time, in seconds since 1970.
        """
        ...
