"""The border to the chat platforms: what an adapter gives the core and what it takes."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

from core.limits import Limits
from core.media import Asset


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Whom a rule or a preference is about: a person, or a chat with all its threads."""

    platform: str
    kind: Literal["user", "chat"]
    id: str

    def __str__(self) -> str:
        """As the operator writes it: "platform:id"."""
        return f"{self.platform}:{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationRef:
    """Where messages go: a chat and, where the platform has them, a thread in it.

    Attributes:
        person: the id of the one user who may see the answers, where they are for nobody else or
            the platform takes them only in reply to that user's own command.
        owner: the id of whoever asked for what is written: a platform may name them, or tell them
            elsewhere what this chat does not take.
    """

    platform: str
    chat: str
    thread: str = ""
    person: str = ""
    # Not compared: two people's jobs in one chat share its budget.
    owner: str = field(default="", compare=False)

    @property
    def party(self) -> Party:
        return Party(platform=self.platform, kind="chat", id=self.chat)


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRef:
    """One message; plain data that survives a restart.

    Attributes:
        files: the platform's names of the media in it, under which they can be posted again
            without an upload.
        access: what opens the message where the bot is not allowed to reach it by its id alone: a
            short-lived secret, never shown.
    """

    conversation: ConversationRef
    id: str
    files: tuple[str, ...] = ()
    access: str = field(default="", repr=False)

    @property
    def event(self) -> str:
        """What `Invocation.event` is where this message is what arrived."""
        return f"{self.conversation.chat}/{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Who typed. `locale` is what the platform says ("zh-hans"), not yet one of ours."""

    platform: str
    id: str
    locale: str = ""

    @property
    def party(self) -> Party:
        return Party(platform=self.platform, kind="user", id=self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A button under a message; says all that it does.

    Attributes:
        given: options of the command, by name.
        asks: the option that whoever presses is still asked for, by name.
        style: "danger" where something is lost by it, "primary" where it is the way on.
    """

    label: str
    command: str
    given: Mapping[str, str] = field(default_factory=dict[str, str])
    asks: str = ""
    style: Literal["", "danger", "primary"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A page that a platform may open inside itself, and tell who looks at it.

    Attributes:
        label: what a button says that opens it.
    """

    label: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What a message shows. The first line says the most: a narrow platform may show only it.

    Attributes:
        elsewhere: a line that is added where it had to be written to another place than meant.
        is_markdown: whether the text is written in Markdown, as models write; else it is plain.
        aside: plain text above it that is shown small or folded, where a platform can.
        unfolds: whether the chat may show what is behind a link in it.
        opens: offered beside the buttons by platforms that can; the text says all without it.
    """

    text: str
    buttons: tuple[Button, ...] = ()
    elsewhere: str = ""
    is_markdown: bool = False
    aside: str = ""
    unfolds: bool = False
    opens: Opening | None = None

    def moved(self) -> "View":
        """The view as it is written where another place stands in for the one that was meant."""
        return replace(self, text="\n".join(filter(None, (self.text, self.elsewhere))))


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaPost:
    """A message that is media. `view` is what stands under them.

    Attributes:
        key: the same for every attempt to post the same, so that a platform can tell.
        replying: the command that asked for them.
        spoiler: whether they are covered until somebody wants to see them.
        as_documents: whether they go as plain files, since the chat could not play them all.
    """

    key: str
    assets: tuple[Asset, ...]
    view: View
    replying: MessageRef | None = None
    spoiler: bool = False
    as_documents: bool = False


RefusalScope = Literal["message", "method", "bot"]


class SlowDownError(Exception):
    """The platform refuses writes for a while.

    Attributes:
        scope: what it refuses: this one message, such writes to this chat (new messages, or
            changes of old ones), or everything that the bot writes.
    """

    def __init__(self, retry_after: float, scope: RefusalScope = "method") -> None:
        super().__init__(f"retry after {retry_after:g} s ({scope})")
        self.retry_after = retry_after
        self.scope: RefusalScope = scope


class MessageLostError(Exception):
    """The message to edit is gone, or the chat does not take our messages any more."""


class UnreachableError(Exception):
    """The platform has taken nothing, since it cannot be reached or is broken: try again later."""


class LostAnswerError(UnreachableError):
    """A text may have been taken, but the answer to that was lost: it could come twice."""


class BrokenUploadError(UnreachableError):
    """The connection broke while media were sent: by chance, or because they are not wanted."""


class RefusedError(Exception):
    """The platform does not take this in the form that it has; in another form it may."""


class TooLargeError(RefusedError):
    """A file is larger than this place takes; from now on its limits say so."""


class CaptionRefusedError(RefusedError):
    """The words under the media are refused, not the media."""


class TextTooLongError(Exception):
    """The text is longer than this place takes by now; its limits say so, so cut it anew."""


class UncertainError(Exception):
    """The platform may or may not have taken a post; doing the same again could make a second."""


class Conversation(Protocol):
    """One chat (or thread) on one platform.

    `send`, `edit` and `deliver` raise SlowDownError when the platform wants a pause,
    UnreachableError when it cannot be reached (LostAnswerError when it may have taken it all the
    same), and MessageLostError when there is nothing to write to, here or at a place that stands
    in for it. They raise RefusedError for what is not taken like this; `send`, `edit` and
    `preview` raise TextTooLongError where the limits have shrunk. `edit` to the same text is no
    error. `WithoutPreviews` and `WithoutAccess` have four methods for you.
    """

    @property
    def limits(self) -> Limits: ...

    async def measure(self) -> None:
        """Find out how large a file it takes, where that has to be asked for; never fails."""
        ...

    def reached(self, message: MessageRef) -> MessageRef:
        """A message as it is best edited now, or a command as it is best answered.

        What is reached by an access of its own costs the chat no write.
        """
        ...

    async def send(self, view: View, *, replying: MessageRef | None = None) -> MessageRef: ...

    async def edit(self, message: MessageRef, view: View) -> None: ...

    async def deliver(self, post: MediaPost, *, replacing: MessageRef | None) -> MessageRef:
        """Post the media and return only when the platform has confirmed it.

        Raises UncertainError when that was not to be learned. `replacing` is given when the media
        may have been posted before: then they are found there, or the status message is turned
        into them, which can be repeated without a second post.
        """
        ...

    async def preview(self, message: MessageRef, view: View) -> bool:
        """Show what is being written in place of a message, as `limits.previews` says.

        It goes when a message is sent, or by itself; it costs no write. False where the platform
        turns out to have none; then the limits say so, too.
        """
        ...

    async def retract(self, message: MessageRef) -> None:
        """Take away a message that another one has replaced, if that can be done."""
        ...


class WithoutPreviews:
    """The part of a `Conversation` that shows nothing before it is sent."""

    async def preview(self, message: MessageRef, view: View) -> bool:
        del message, view
        return False

    async def retract(self, message: MessageRef) -> None:
        del message


class WithoutAccess:
    """The part of a `Conversation` whose limits are known, and messages reached by their ids."""

    async def measure(self) -> None:
        pass

    def reached(self, message: MessageRef) -> MessageRef:
        return message


class WithoutMembers:
    """The part of a `Platform` whose chats nobody leaves."""

    async def is_among(self, user: User, place: ConversationRef) -> bool:
        del user, place
        return True


class Platform(Protocol):
    """A chat platform: finds conversations, also those of an earlier process."""

    @property
    def name(self) -> str: ...

    def conversation(self, ref: ConversationRef) -> Conversation: ...

    def privately(self, place: ConversationRef, user: User) -> ConversationRef:
        """Where only that user reads what was asked for at a place.

        Raises:
            UserError: the platform has no such place for them.
        """
        ...

    async def is_among(self, user: User, place: ConversationRef) -> bool:
        """Whether a user is in a chat, who may have left it; True where nobody ever can tell.

        Only asked where a command is given at another place. `WithoutMembers` is for a platform
        whose chats nobody leaves.

        Raises:
            UserError: it cannot be found out just now.
        """
        ...
