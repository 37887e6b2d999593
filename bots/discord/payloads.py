"""Interactions as Discord sends them, read before anything is done with them."""

from pydantic import BaseModel

ATTACHMENT = 11


class File(BaseModel):
    """A file as Discord describes it."""

    url: str
    filename: str
    content_type: str | None = None
    size: int = 0


class EmbeddedMedia(BaseModel):
    """A picture or film in an embed, as Discord's own proxy has it."""

    proxy_url: str | None = None


class EmbeddedLink(BaseModel):
    """An embed of a message."""

    type: str = "rich"
    image: EmbeddedMedia | None = None
    thumbnail: EmbeddedMedia | None = None
    video: EmbeddedMedia | None = None


class MessageParts(BaseModel):
    """What can stand in a message and in what is forwarded with it."""

    attachments: tuple[File, ...] = ()
    embeds: tuple[EmbeddedLink, ...] = ()


class Forwarded(BaseModel):
    """A message as it was when somebody forwarded it."""

    message: MessageParts = MessageParts()


class TargetMessage(MessageParts):
    """The message that a menu was opened on."""

    message_snapshots: tuple[Forwarded, ...] = ()


class Channel(BaseModel):
    """A channel that was chosen; `permissions` are those of who chose it."""

    type: int
    permissions: int = 0


class Resolved(BaseModel):
    """What the ids in an interaction stand for."""

    attachments: dict[str, File] = {}
    messages: dict[str, TargetMessage] = {}
    channels: dict[str, Channel] = {}


class GivenOption(BaseModel):
    """One option of a slash command; `focused` is the one that is being typed."""

    name: str
    type: int
    value: bool | int | float | str = ""
    focused: bool = False


class CommandData(BaseModel):
    """A slash command, or a menu of a message."""

    name: str
    type: int = 1
    options: tuple[GivenOption, ...] = ()
    resolved: Resolved = Resolved()
    target_id: str = ""

    @property
    def pictures(self) -> int:
        """How many files were put in."""
        return sum(option.type == ATTACHMENT for option in self.options)


class ComponentData(BaseModel):
    """A press on a button, or a choice."""

    custom_id: str
    values: tuple[str, ...] = ()
    resolved: Resolved = Resolved()


class FormField(BaseModel):
    """What was filled in in one place of a form."""

    custom_id: str
    value: str | bool | None = None
    values: tuple[str, ...] = ()


class FormPart(BaseModel):
    """A label with its field."""

    component: FormField


class FormData(BaseModel):
    """A form that was sent."""

    custom_id: str
    components: tuple[FormPart, ...] = ()
    resolved: Resolved = Resolved()
