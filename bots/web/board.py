"""What viewers of one page in one language are told: drawn once for all of them."""

import json
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from bots.web.overview import Elsewhere, Overview, look
from core.engine.engine import Engine

BEAT = b":\n\n"
"""Says nothing, and keeps a connection open."""
_WHOLE_SECONDS = 1.0


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What goes on at one moment, for all boards; looked at only where one of them wants it.

    Attributes:
        elsewhere: the jobs of other processes, as they were not long ago.
    """

    engine: Engine
    elsewhere: Elsewhere
    now: float = field(default_factory=time.time)

    @cached_property
    def overview(self) -> Overview:
        """All jobs and answers of this process."""
        return look(self.engine, self.now, self.elsewhere)


class SharedBoard(ABC):
    """The state of one page in one language.

    Attributes:
        number: how often it has changed.
        change: what has changed the last time, as it is sent.
    """

    def __init__(self) -> None:
        self.number = 0
        self.change = BEAT
        self._whole: bytes | None = None
        self._drawn_at = 0.0

    @abstractmethod
    async def follow(self, scene: Scene) -> None:
        """Take in what goes on now. Raises StorageError where that has to be asked and cannot."""

    @abstractmethod
    def everything(self) -> Mapping[str, object]:
        """All there is; empty before anything was taken in."""

    def beat(self) -> None:
        """Let connections stay open although nothing changes."""
        self._send(BEAT)

    def whole(self) -> bytes:
        """All there is, for who has just come or was too slow."""
        now = time.monotonic()
        # How long something takes is told as well: that is no older than this.
        if self._whole is None or now - self._drawn_at > _WHOLE_SECONDS:
            self._drawn_at = now
            all_ = self.everything()
            self._whole = b"retry: 3000\n" + _event(all_) if all_ else BEAT
        return self._whole

    def tell(self, change: Mapping[str, object]) -> None:
        """Let viewers know what is another now; nothing where that is empty."""
        if change:
            self._send(_event(change))

    def _send(self, change: bytes) -> None:
        self.number += 1
        self.change, self._whole = change, None


def differing(now: Mapping[str, object], before: Mapping[str, object]) -> dict[str, object]:
    """What is not as it was, by its names."""
    return {
        name: value for name, value in now.items() if name not in before or before[name] != value
    }


def _event(told: Mapping[str, object]) -> bytes:
    # One line: JSON has no line breaks but those that are written out.
    return f"data: {json.dumps(told, ensure_ascii=False, separators=(',', ':'))}\n\n".encode()
