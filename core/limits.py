"""What a chat accepts: how often, how large, in which form."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoLimits:
    """Which pictures a chat shows; others go as files.

    Attributes:
        sides: most pixels of width and height together.
        ratio: most of the long side to the short one.
    """

    size_bytes: int
    sides: int
    ratio: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewLimits:
    """How often what is being written may be shown, and for how long it then stays."""

    edit_seconds: float
    shown_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a conversation accepts.

    Attributes:
        writes: how many messages and edits together are allowed in `window_seconds`.
        edit_seconds: least time between two edits of one message, as far as people care.
        markdown_chars: where a text in Markdown may be longer than others.
        upload_bytes: the largest file; None means no limit.
        photo: where pictures have narrower limits than files.
        per_thread: whether each thread of a chat may be written to so often.
        platform_writes: how many writes a second the platform takes in all chats together.
        album: how many media one post holds; None means any number.
        in_place: how many of them can take the place of a message.
        album_counts: whether several media in one post are as many writes, and have no buttons:
            those follow in a message of their own.
        written: makes of Markdown what is shown there, before it is cut into messages.
        previews: where a text is shown while it is being written, in no message yet.
    """

    writes: int
    window_seconds: float
    edit_seconds: float
    text_chars: int
    markdown_chars: int | None = None
    upload_bytes: int | None = None
    photo: PhotoLimits | None = None
    per_thread: bool = False
    platform_writes: int | None = None
    album: int | None = None
    in_place: int | None = None
    album_counts: bool = False
    written: Callable[[str], str] = str
    previews: PreviewLimits | None = None

    @property
    def answer_chars(self) -> int:
        """How long an answer in one message may be, in Markdown."""
        return self.markdown_chars or self.text_chars
