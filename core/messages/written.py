"""What chats were written lately, as one process leaves it to the next."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Protocol

# New messages and changes of old ones: platforms count them apart, and refuse them apart.
Lane = Literal["post", "edit"]


class ChatKey(NamedTuple):
    """What has a budget of its own."""

    platform: str
    chat: str
    thread: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """Writes to one chat.

    Attributes:
        times: when they were answered, in seconds.
        under_way: how many had not been.
        pauses: until when the platform wanted none.
    """

    times: tuple[float, ...] = ()
    under_way: int = 0
    pauses: Mapping[Lane, float] = field(default_factory=dict[Lane, float])

    def shifted(self, seconds: float) -> "Written":
        """The same by a clock that is so far ahead."""
        return Written(
            times=tuple(time + seconds for time in self.times),
            under_way=self.under_way,
            pauses={lane: until + seconds for lane, until in self.pauses.items()},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteLog:
    """What was stored, in seconds since 1970.

    Attributes:
        cut_off_at: when it was stored last, if that process did not end in order: then it has
            written what is not in here.
    """

    chats: Mapping[ChatKey, Written] = field(default_factory=dict[ChatKey, Written])
    cut_off_at: float | None = None


class WriteStore(Protocol):
    """Where it is kept. Raises StorageError where that is not possible."""

    async def load(self, since: float) -> WriteLog:
        """What was stored since then; what is older is forgotten."""
        ...

    async def save(self, chats: Mapping[ChatKey, Written], at: float, *, ended: bool) -> None:
        """Put these in place of what was stored about the same chats.

        `ended` says that nothing is written after it.
        """
        ...
