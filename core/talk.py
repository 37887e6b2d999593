"""What a chat model is asked, and what it says, piece by piece."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.media import Asset, MediaKind


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaLink:
    """A picture or video at an address that the gateway can open by itself."""

    kind: MediaKind
    url: str
    mime: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """The model wants something done before it goes on.

    Attributes:
        id: by which the gateway knows the call; made up where it has none.
        arguments: JSON as the model wrote it. Nothing promises that it can be read.
        signature: what some gateways want back together with the call; nobody else reads it.
    """

    id: str
    name: str
    arguments: str
    signature: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a person said."""

    text: str
    media: tuple[Asset | MediaLink, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What the model said, and what it wanted done."""

    text: str
    calls: tuple[ToolCall, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """What came of a call."""

    call: ToolCall
    text: str


Turn = Asked | Answered | Returned


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """Something that the model may want done; `parameters` is a JSON schema of an object."""

    name: str
    description: str
    parameters: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """The form that an answer must have, as a JSON schema of an object."""

    name: str
    schema: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A whole conversation with a model, to be answered.

    Attributes:
        turns: oldest first.
        system: how the model is to behave.
        thinks: whether it is to think first, where it can choose.
        searches: whether it is to search the web.
        follows: the id of the last `Answered`, where this very gateway has said one and keeps its
            answers: what lies before it is then not sent again.
    """

    turns: tuple[Turn, ...]
    system: str = ""
    tools: tuple[Tool, ...] = ()
    schema: Schema | None = None
    thinks: bool = False
    searches: bool = False
    follows: str = ""

    @property
    def last_words(self) -> str:
        """What was asked last."""
        said = [turn.text for turn in self.turns if isinstance(turn, Asked)]
        return said[-1] if said else ""

    @property
    def media(self) -> tuple[Asset | MediaLink, ...]:
        """All pictures and videos in it."""
        return tuple(each for turn in self.turns if isinstance(turn, Asked) for each in turn.media)

    def has(self, kind: MediaKind) -> bool:
        return any(each.kind is kind for each in self.media)


@dataclass(frozen=True, slots=True)
class Thought:
    """A piece of what the model thinks; never part of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of the answer; pieces belong together as they come, with nothing in between."""

    text: str


@dataclass(frozen=True, slots=True)
class Source:
    """A page that the model has used; each is told once."""

    url: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Usage:
    """How many tokens it took, as far as the gateway says."""

    input_tokens: int
    output_tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """The answer is over; always the last that is said.

    Attributes:
        cut: whether it had to stop at the most that an answer may have.
        id: what the next question may `follow`, where the gateway has named it.
    """

    cut: bool = False
    id: str = ""


Said = Thought | Text | ToolCall | Source | Usage | Ended
