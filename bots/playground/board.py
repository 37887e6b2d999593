"""What stands on the page: each message as it is now, for whoever looks at it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from secrets import token_hex

from core.media import Asset
from core.options.options import OptionHelp
from core.platform import Button, View

# What is older stays in open pages, and its files on disk.
_KEPT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldAsked:
    """What a message asks for: the option that a button lacks, and what that says already."""

    button: Button
    option: OptionHelp
    current: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A message of the page.

    Attributes:
        covered: whether its media are covered until somebody wants to see them.
        as_files: whether they are there to be saved, since nothing could play them.
        is_refusal: whether it says that something was not done.
        presses: how many buttons under it have been pressed.
        changed: the revision of the board that brought it here as it is.
    """

    id: str
    view: View
    assets: tuple[Asset, ...] = ()
    covered: bool = False
    as_files: bool = False
    is_refusal: bool = False
    asked: FieldAsked | None = None
    presses: int = 0
    changed: int = 0


class Board:
    """The messages of this process, the oldest first; who looks at them waits for changes."""

    def __init__(self) -> None:
        # Ids of messages outlive a process, presses do not.
        self._epoch = token_hex(4)
        self._notes: dict[str, Note] = {}
        self._revision = 0
        self._news = asyncio.Event()
        self._is_closed = False

    @property
    def revision(self) -> int:
        """How often anything has changed."""
        return self._revision

    @property
    def notes(self) -> Sequence[Note]:
        """All of them."""
        return list(self._notes.values())

    def note(self, note_id: str) -> Note | None:
        """One of them; None where it is not here, or not any more."""
        return self._notes.get(note_id)

    def put(self, note: Note) -> None:
        """Add a message, or show another one in its place."""
        self._revision += 1
        self._notes[note.id] = replace(note, changed=self._revision)
        if len(self._notes) > _KEPT:
            del self._notes[next(iter(self._notes))]
        self._wake()

    def show(self, note_id: str, view: View) -> None:
        """Let a message say something else; what is with it stays."""
        self.put(replace(self._notes.get(note_id) or Note(id=note_id, view=view), view=view))

    def event_of(self, note: Note) -> str:
        """What the next press under a message is called, however often it arrives."""
        return f"{self._epoch}-{note.id}-{note.presses}"

    def pressed(self, note_id: str) -> None:
        """The next press under it is another one."""
        if note := self._notes.get(note_id):
            self.put(replace(note, presses=note.presses + 1))

    def after(self, revision: int) -> list[Note]:
        """What has changed since then, the latest last."""
        changed = (note for note in self._notes.values() if note.changed > revision)
        return sorted(changed, key=lambda note: note.changed)

    async def has_news(self, revision: int) -> bool:
        """Wait until something has changed since then; False at the end."""
        while revision >= self._revision and not self._is_closed:
            await self._news.wait()
        return not self._is_closed

    def close(self) -> None:
        """Let nobody wait any longer."""
        self._is_closed = True
        self._wake()

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()
