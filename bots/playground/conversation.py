"""The one conversation of the page; its messages stand on the board."""

from hashlib import sha256
from secrets import token_hex

from bots.playground.board import Board, FieldAsked, Note
from bots.playground.ids import HERE, NAME
from core.limits import Limits
from core.platform import (
    ConversationRef,
    MediaPost,
    MessageRef,
    User,
    View,
    WithoutAccess,
    WithoutMembers,
    WithoutPreviews,
)

# As much as is still read; and who has a limit is given what plays.
_LIMITS = Limits(
    writes=100,
    window_seconds=1,
    edit_seconds=0.25,
    text_chars=100_000,
    upload_bytes=4_000_000_000,
)


class PlaygroundConversation(WithoutPreviews, WithoutAccess):
    """A `Conversation`."""

    limits = _LIMITS

    def __init__(self, board: Board) -> None:
        self._board = board

    async def send(self, view: View, *, replying: MessageRef | None = None) -> MessageRef:
        del replying
        return self.say(view)

    async def edit(self, message: MessageRef, view: View) -> None:
        """A message of an earlier process is a new one here."""
        self._board.show(message.id, view)

    async def deliver(self, post: MediaPost, *, replacing: MessageRef | None) -> MessageRef:
        """Show the media. The same post once more is the same message."""
        del replacing
        note = Note(
            id=sha256(post.key.encode()).hexdigest()[:16],
            view=post.view,
            assets=post.assets,
            covered=post.spoiler,
            as_files=post.as_documents,
        )
        self._board.put(note)
        return _ref(note)

    def say(
        self, view: View, *, is_refusal: bool = False, asked: FieldAsked | None = None
    ) -> MessageRef:
        """Show a message."""
        # Not counted: jobs of an earlier process go on under the names that it gave them.
        note = Note(id=token_hex(8), view=view, is_refusal=is_refusal, asked=asked)
        self._board.put(note)
        return _ref(note)


class PlaygroundPlatform(WithoutMembers):
    """A `Platform` with one conversation, and one person who reads it."""

    name = NAME

    def __init__(self) -> None:
        self.board = Board()
        self._conversation = PlaygroundConversation(self.board)

    def privately(self, place: ConversationRef, user: User) -> ConversationRef:
        del user
        return place

    def conversation(self, ref: ConversationRef) -> PlaygroundConversation:
        del ref
        return self._conversation


def _ref(note: Note) -> MessageRef:
    return MessageRef(conversation=HERE, id=note.id)
