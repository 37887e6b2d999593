"""A chat platform in memory: keeps all that is written to it, and is slow or gone when told."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Literal

from core.limits import Limits
from core.media import Asset
from core.platform import (
    Button,
    ConversationRef,
    MediaPost,
    MessageRef,
    User,
    View,
    WithoutAccess,
)

NAME = "chat"
Kind = Literal["send", "edit", "deliver", "preview", "retract"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformWrite:
    """One thing that the platform has taken, by the clock of the loop."""

    kind: Kind
    at: float
    message: MessageRef
    text: str
    buttons: tuple[Button, ...] = ()
    assets: tuple[Asset, ...] = ()
    replacing: MessageRef | None = None


@dataclass(slots=True)
class HeldWrite:
    """Keeps one write waiting: `reached` says that it has come, `release` lets it through.

    With an error it is refused then.
    """

    reached: asyncio.Event = field(default_factory=asyncio.Event)
    release: asyncio.Event = field(default_factory=asyncio.Event)
    error: Exception | None = None


@dataclass(slots=True)
class MemoryPlatform:
    """See `core.platform.Platform`.

    Attributes:
        asked: its limits once they were asked for, where they are others.
        tried: every call that came, taken or refused.
        keys: the key of each post that was tried.
        writes: what was taken, oldest first.
        shown: the text that each message has now.
        left: who has left which chat.
        asked_members: how often it was asked about that.
    """

    limits: Limits = field(
        default_factory=lambda: Limits(
            writes=100_000, window_seconds=1, edit_seconds=0, text_chars=4096
        )
    )
    asked: Limits | None = None
    tried: list[Kind] = field(default_factory=list[Kind])
    keys: list[str] = field(default_factory=list[str])
    writes: list[PlatformWrite] = field(default_factory=list[PlatformWrite])
    shown: dict[str, str] = field(default_factory=dict[str, str])
    left: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    asked_members: int = 0
    _next: defaultdict[Kind, deque[Exception | HeldWrite]] = field(
        default_factory=lambda: defaultdict(deque)
    )
    _numbers: "count[int]" = field(default_factory=lambda: count(1))
    _written: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def name(self) -> str:
        return NAME

    def privately(self, place: ConversationRef, user: User) -> ConversationRef:
        return replace(place, person=user.id)

    async def is_among(self, user: User, place: ConversationRef) -> bool:
        self.asked_members += 1
        return (user.id, place.chat) not in self.left

    def conversation(self, ref: ConversationRef) -> "MemoryConversation":
        return MemoryConversation(self, ref)

    def refuse(self, kind: Kind, *errors: Exception) -> None:
        """Answer the next calls of that kind with these errors, one each."""
        self._next[kind].extend(errors)

    def accept_all(self) -> None:
        """Forget what was to be refused."""
        self._next.clear()

    def hold(self, kind: Kind, error: Exception | None = None) -> HeldWrite:
        """Keep the next call of that kind waiting."""
        held = HeldWrite(error=error)
        self._next[kind].append(held)
        return held

    def of(self, kind: Kind) -> list[PlatformWrite]:
        """What was taken of that kind."""
        return [write for write in self.writes if write.kind == kind]

    async def until(self, fits: Callable[[PlatformWrite], bool]) -> PlatformWrite:
        """Wait for a write that fits; one that has come already counts."""
        async with self._written:
            await self._written.wait_for(lambda: any(map(fits, self.writes)))
        return next(write for write in self.writes if fits(write))

    async def take(
        self,
        kind: Kind,
        ref: ConversationRef,
        view: View,
        *,
        message: MessageRef | None = None,
        assets: Sequence[Asset] = (),
        replacing: MessageRef | None = None,
    ) -> MessageRef:
        """Do one write, or what the script wants instead."""
        self.tried.append(kind)
        if self._next[kind]:
            await _play(self._next[kind].popleft())
        taken = message or replacing
        taken = taken or MessageRef(conversation=ref, id=str(next(self._numbers)))
        async with self._written:
            if kind == "retract":
                del self.shown[taken.id]
            elif kind != "preview":
                self.shown[taken.id] = view.text
            self.writes.append(
                PlatformWrite(
                    kind=kind,
                    at=asyncio.get_running_loop().time(),
                    message=taken,
                    text=view.text,
                    buttons=view.buttons,
                    assets=tuple(assets),
                    replacing=replacing,
                )
            )
            self._written.notify_all()
        return taken


@dataclass(frozen=True, slots=True)
class MemoryConversation(WithoutAccess):
    """See `core.platform.Conversation`."""

    platform: MemoryPlatform
    ref: ConversationRef

    @property
    def limits(self) -> Limits:
        return self.platform.limits

    async def measure(self) -> None:
        self.platform.limits = self.platform.asked or self.platform.limits

    async def send(self, view: View, *, replying: MessageRef | None = None) -> MessageRef:
        del replying
        return await self.platform.take("send", self.ref, view)

    async def edit(self, message: MessageRef, view: View) -> None:
        await self.platform.take("edit", self.ref, view, message=message)

    async def preview(self, message: MessageRef, view: View) -> bool:
        if self.limits.previews is None:
            return False
        await self.platform.take("preview", self.ref, view, message=message)
        return True

    async def retract(self, message: MessageRef) -> None:
        await self.platform.take("retract", self.ref, View(text=""), message=message)

    async def deliver(self, post: MediaPost, *, replacing: MessageRef | None) -> MessageRef:
        self.platform.keys.append(post.key)
        return await self.platform.take(
            "deliver", self.ref, post.view, assets=post.assets, replacing=replacing
        )


async def _play(answer: Exception | HeldWrite) -> None:
    if isinstance(answer, Exception):
        raise answer
    answer.reached.set()
    await answer.release.wait()
    if answer.error:
        raise answer.error
