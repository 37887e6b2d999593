"""Updates that come twice: after a kill, or where Telegram has missed that we took one."""

from collections import deque

from core.engine.engine import Engine
from core.platform import MessageRef, User

# What somebody pays for, if only at the gateway.
PAID = frozenset(
    {"video", "image", "remix", "storyboard", "confirm", "character", "retry", "again"}
)
_REMEMBERED = 500
_JOBS = 20


class Duplicates:
    """Knows which orders were taken, so that none is paid twice."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._taken: deque[MessageRef | str] = deque(maxlen=_REMEMBERED)

    async def has(self, user: User, message: MessageRef) -> bool:
        """Whether an order was taken, also by an earlier process; it counts as taken from now."""
        if self.took(message):
            return True
        jobs = await self._engine.jobs_of(user, limit=_JOBS)
        return any(job.command == message for job in jobs)

    def took(self, name: MessageRef | str) -> bool:
        """Whether this process has taken a message, or a press; it counts as taken from now."""
        if name in self._taken:
            return True
        self._taken.append(name)
        return False
