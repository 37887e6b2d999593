"""A command as it arrives from a chat platform, and what came along with it."""

import re
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from core.errors import UserError
from core.i18n import Locale
from core.platform import ConversationRef, MessageRef, Party, User

Asked = Callable[[], Awaitable[bool]]


@dataclass(frozen=True, slots=True, kw_only=True)
class IdFormat:
    """How a platform writes its ids, each a regular expression for all of one.

    Attributes:
        mention: a message that names a person, with the id in its first group; "" for none.
        name: what people are called, where the platform tells nobody whose name it is.
    """

    user: str = r"\S+"
    chat: str = r"\S+"
    mention: str = ""
    name: str = ""

    def mentioned(self, said: str) -> str:
        """The id of a person who is mentioned by this; "" where it is no mention."""
        found = re.fullmatch(self.mention, said) if self.mention else None
        return found[1] if found else ""

    def is_name(self, said: str) -> bool:
        """Whether it is somebody's name, of which the id cannot be learned."""
        return bool(self.name) and re.fullmatch(self.name, said) is not None

    def kind_of(self, id: str) -> Literal["user", "chat"] | None:  # noqa: A002 - as in Party
        """Whom an id names: a person, where it could be either; None where it is no id here."""
        if re.fullmatch(self.user, id):
            return "user"
        return "chat" if re.fullmatch(self.chat, id) else None

    def fits(self, party: Party) -> bool:
        """Whether it has the shape of an id here."""
        pattern = self.user if party.kind == "user" else self.chat
        return re.fullmatch(pattern, party.id) is not None


class Attachment(Protocol):
    """A file that came with a command."""

    @property
    def name(self) -> str: ...

    def file(self) -> AbstractAsyncContextManager[Path]:
        """Lend the file; where it had to be fetched it is gone afterwards."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """Speech that came with a command.

    Attributes:
        seconds: how long it is, as far as the platform says.
        is_own: whether whoever gave the command has said it there, and not somebody else before.
    """

    attachment: Attachment
    seconds: float
    is_own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where something should go, as the person chose it and the platform permits.

    Attributes:
        name: how a message there names the place, in the platform's own markup.
        by: how a message names who brings it.
    """

    conversation: ConversationRef
    name: str
    by: str


# A question and not a flag: some platforms have to be asked over the network.
async def _no() -> bool:
    return False


async def _yes() -> bool:
    return True


def known(answer: bool) -> Asked:  # noqa: FBT001 - it is all there is to say
    """A question whose answer came along with the command."""
    return _yes if answer else _no


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """A command as it arrived.

    Attributes:
        command: its name; "" where the bot was spoken to without one, which is answered.
        text: all behind the command's name, untouched.
        given: options that were chosen by name, as a platform's own forms do.
        asks: the option that the person is to be asked for next; until then nothing is done.
        event: the platform's own id of what arrived: a message, a press, an interaction. The same
            when it arrives again; "" where nothing can.
        sent_at: when the person has sent it, in seconds since 1970; None where a repeat is meant.
        message: the command's own message, which answers refer to.
        replied: the message that the command replies to.
        replied_user: who wrote the message that the command replies to, if that can be known.
        quoted: words of somebody else that it is about: of the message that it replies to, or what
            was marked in that.
        voice: what was said aloud, where the command listens.
        place: what a chosen place is.
        place_objection: why nothing can be brought anywhere from here, or not to that place.
        objection: why what came along cannot be used, as only the platform can tell.
        is_chat_admin: asks the platform whether the user runs this chat.
        ids: how the platform writes the ids that the user may type.
        is_private: whether nobody but the user sees what answers this command.
        is_alone: whether nobody but the user and the bot reads this chat.
        is_elsewhere: whether the user has given it at another place than the conversation, and so
            may never see what is written there.
        is_masked: whether the user is a name that whoever wrote it can exchange for others of
            theirs, as who writes under the name of a channel can.
        reads: the language of the page that shows the answer, where it is not shown in a chat.
    """

    command: str
    text: str
    user: User
    conversation: ConversationRef
    given: Mapping[str, str] = field(default_factory=dict[str, str])
    asks: str = ""
    event: str = ""
    sent_at: float | None = None
    message: MessageRef | None = None
    attachments: tuple[Attachment, ...] = ()
    replied: MessageRef | None = None
    replied_user: User | None = None
    quoted: str = ""
    voice: Voice | None = None
    place: Place | None = None
    place_objection: UserError | None = None
    objection: UserError | None = None
    is_chat_admin: Asked = _no
    ids: IdFormat = IdFormat()
    is_private: bool = False
    is_alone: bool = False
    is_elsewhere: bool = False
    is_masked: bool = False
    reads: Locale | None = None
