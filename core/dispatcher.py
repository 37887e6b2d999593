"""The border to whatever decides which job runs when: this process alone, or many together."""

from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from core.jobs import Job
from core.platform import User

# What only so many jobs may have at once: a gateway's place, or one of a person's.
Room = tuple[str, ...]
# A job needs one of each.
Rooms = tuple[Room, Room]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueLimits:
    """How many jobs may run at once: of one user, and at each gateway."""

    per_user: int
    per_gateway: Mapping[str, int]

    def is_full(self, room: Room, used: Counter[Room]) -> bool:
        """Whether nobody else may have a place there."""
        kind, *name = room
        if kind == "user":
            return used[room] >= self.per_user
        return used[room] >= self.per_gateway.get(name[0], 1)


def rooms_of(model: str, user: User) -> Rooms:
    """What a job of theirs at the gateway of that model needs."""
    return ("gateway", model.partition("/")[0]), room_of(user)


def room_of(user: User) -> Room:
    """What all jobs of theirs need."""
    return "user", user.platform, user.id


def places(line: Iterable[tuple[str, Rooms]]) -> dict[str, int]:
    """The places of those who wait, from 1, by what each is called.

    Only jobs that want the same room are ahead of each other; a global number would scare.
    """
    found: dict[str, int] = {}
    ahead = Counter[Room]()
    for name, (gateway, user) in line:
        both = gateway + user
        found[name] = ahead[gateway] + ahead[user] - ahead[both] + 1
        ahead.update((gateway, user, both))
    return found


class Line(NamedTuple):
    """How many jobs wait for their turn: of one person, and of all."""

    theirs: int
    in_all: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hands:
    """What a dispatcher asks of the engine of its process.

    Attributes:
        run: does one job to its end, or as far as it gets; never raises. False says that another
            process has it.
        moved: shows that a waiting job has another place in the line.
        take_up: opens a job that was ordered or left elsewhere; tells whether it will be enqueued.
        has: whether a model is set up in this process.
        rests: shows that nobody goes on with a job, since its model is not set up anywhere.
        let_go: forgets a job that runs elsewhere from now on.
        look: takes up what others have left and is no job; whoever `takes_up` calls it again and
            again.
    """

    run: Callable[[str], Coroutine[None, None, bool]]
    moved: Callable[[Job, int], None]
    take_up: Callable[[Job], bool]
    has: Callable[[str], bool]
    rests: Callable[[Job], None]
    let_go: Callable[[str], None]
    look: Callable[[], Awaitable[None]]


class Dispatcher(Protocol):
    """Who runs a job, and when."""

    @property
    def takes_up(self) -> bool:
        """Whether it finds by itself what other processes have left."""
        ...

    async def start(self, hands: Hands) -> None:
        """Begin to give work to these."""
        ...

    async def join(self, platform: str) -> None:
        """Give work of this platform, too."""
        ...

    async def enqueue(self, job: Job) -> None:
        """Let the job wait for its turn; it starts at once where there is room."""
        ...

    async def line(self, user: User) -> Line:
        """How long the line is."""
        ...

    def position(self, job_id: str) -> int:
        """Its place in the line, from 1; 0 when it does not wait, or nobody knows yet."""
        ...

    def lacks(self, job_id: str) -> str:
        """Where there is no room for a waiting job: "gateway" or "user"; "" if nobody knows."""
        ...

    def tell_moved(self) -> None:
        """Tell of each waiting job whose place in the line has changed since the last time."""
        ...

    async def stop(self, job_id: str) -> bool:
        """Take a job out, and wait until nothing of it runs any more, wherever that is.

        Tells whether another process is about to show it, and so will tell how it has ended.
        """
        ...

    async def idle(self) -> None:
        """Wait until nothing runs here and nothing waits."""
        ...

    async def hand_over(self, besides: Callable[[], Collection[str]]) -> None:
        """Begin nothing more, and let other processes go on at once with all jobs but these.

        `besides` is asked at the last moment: until then a run may come to where nobody could pick
        it up. Of these, what others have taken over all the same is broken off. It may be called
        again, for those that are left. Without other processes nothing
        happens: each gets as far as it can.
        """
        ...

    async def close(self) -> None:
        """Stop everything here; the rows stay as they are, and others go on with them."""
        ...
