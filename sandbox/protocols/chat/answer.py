"""A chat answer before it is sent: its chunks, the moment of each, and how it ends."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from sandbox.orders.links import Links

MODERATED = "输入的提示词或视频的输出内容违反了OpenAI的相关服务政策，请调整提示词后进行重试"


class Section(Enum):
    """The part of an answer that a chunk belongs to; edits find their place by it."""

    OPENING = auto()
    TASK = auto()
    PROGRESS = auto()
    LINK = auto()
    CLOSING = auto()
    DONE = auto()


class Ending(Enum):
    """What happens after the last chunk."""

    END = auto()
    CUT = auto()
    HANG = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerChunk:
    """One chunk of the answer.

    Attributes:
        at: when, as a fraction of the whole time.
        finish: `finish_reason`.
        usage: whether the token counts ride on it.
        error: an error object instead of a chunk.
        raw: these bytes instead of a chunk.
        stamped: whether it tells when it was sent.
    """

    at: float
    section: Section
    role: str = ""
    content: str = ""
    reasoning: str = ""
    finish: str | None = None
    usage: bool = False
    error: Mapping[str, object] | None = None
    raw: bytes = b""
    stamped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatStyle:
    """How one family of gateways answers.

    Attributes:
        chunks: of an answer that ends well.
        moderated: what stands in place of the link when the review says no.
        id_prefix: of the chunk ids.
        usage: prompt and completion tokens; nobody counts them.
        sora2api: chunks with nulls in them and an id that changes.
    """

    chunks: Callable[[Links], Iterator[AnswerChunk]]
    moderated: tuple[AnswerChunk, ...]
    id_prefix: str = "chatcmpl-"
    usage: tuple[int, int] = (21, 289)
    sora2api: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatAnswer:
    """A whole answer, as it will be sent.

    Attributes:
        whole: one JSON body although a stream was asked for.
        bare: lines of JSON without `data:`.
        write_bytes: the size of each write; None writes a frame at once.
    """

    style: ChatStyle
    chunks: tuple[AnswerChunk, ...]
    ending: Ending = Ending.END
    whole: bool = False
    bare: bool = False
    write_bytes: int | None = None

    def before(self, section: Section) -> tuple[AnswerChunk, ...]:
        """The chunks that come before all chunks of this section and of later ones."""
        return tuple(chunk for chunk in self.chunks if chunk.section.value < section.value)

    def only(self, section: Section) -> tuple[AnswerChunk, ...]:
        """The chunks of one section."""
        return tuple(chunk for chunk in self.chunks if chunk.section is section)

    def behind(self, section: Section) -> tuple[AnswerChunk, ...]:
        """The chunks of later parts."""
        return tuple(chunk for chunk in self.chunks if chunk.section.value > section.value)


def spread(count: int, start: float, end: float) -> Iterator[float]:
    """Moments in even steps, the last one before `end`."""
    return (start + (end - start) * step / count for step in range(count))


def percents(steps: Iterable[float]) -> Iterator[tuple[float, float]]:
    """Progress in percent with the moment at which it is true."""
    return ((percent / 100, percent) for percent in steps)
