"""A chat answer before it is played: who says what when, and how it ends."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from sandbox.orders.links import Links
from sandbox.orders.order import Order

MODERATED = "输入的提示词或视频的输出内容违反了OpenAI的相关服务政策，请调整提示词后进行重试"


class Part(Enum):
    """What a beat is for; the scripted endings find their place by it."""

    OPENING = auto()
    TASK = auto()
    PROGRESS = auto()
    LINK = auto()
    CLOSING = auto()
    DONE = auto()


class After(Enum):
    """What happens behind the last beat."""

    END = auto()
    CUT = auto()
    HANG = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """One thing that is said.

    Attributes:
        at: when, as a fraction of the whole time.
        finish: `finish_reason`.
        usage: whether the token counts ride on it.
        error: an error object instead of a chunk.
        raw: these bytes instead of a chunk.
        stamped: whether it tells when it was sent.
    """

    at: float
    part: Part
    role: str = ""
    content: str = ""
    reasoning: str = ""
    finish: str | None = None
    usage: bool = False
    error: Mapping[str, object] | None = None
    raw: bytes = b""
    stamped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A whole answer.

    Attributes:
        whole: one JSON body although a stream was asked for.
        bare: lines of JSON without `data:`.
        write_bytes: the size of each write; None writes a frame at once.
    """

    beats: tuple[Beat, ...]
    after: After = After.END
    whole: bool = False
    bare: bool = False
    write_bytes: int | None = None

    def before(self, part: Part) -> tuple[Beat, ...]:
        """The beats that come before all beats of this part and of later ones."""
        return tuple(beat for beat in self.beats if beat.part.value < part.value)

    def only(self, part: Part) -> tuple[Beat, ...]:
        """The beats of one part."""
        return tuple(beat for beat in self.beats if beat.part is part)

    def behind(self, part: Part) -> tuple[Beat, ...]:
        """The beats of later parts."""
        return tuple(beat for beat in self.beats if beat.part.value > part.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What a dialect tells about."""

    order: Order
    links: Links


def spread(count: int, start: float, end: float) -> Iterator[float]:
    """Moments in even steps, the last one before `end`."""
    return (start + (end - start) * step / count for step in range(count))


def percents(steps: Iterable[float]) -> Iterator[tuple[float, float]]:
    """Progress in percent with the moment at which it is true."""
    return ((percent / 100, percent) for percent in steps)
