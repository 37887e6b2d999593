"""What is asked for, what comes back, and the events on the way."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any


class _InMediaDir:
    """How a store writes a path: from MEDIA_DIR on, which may lie elsewhere the next time.

    A store gives MEDIA_DIR as the `context`; without one, paths are what they are.
    """

    def __get_pydantic_core_schema__(self, source: Any, handler: Callable[[Any], Any]) -> Any:
        from pydantic_core import core_schema  # noqa: PLC0415 - who looks into a file needs none

        return core_schema.with_info_after_validator_function(
            _read,
            handler(source),
            serialization=core_schema.plain_serializer_function_ser_schema(
                _written, info_arg=True
            ),
        )


def _read(path: Path, info: Any) -> Path:
    # What an earlier version has written is absolute, and stays so.
    return info.context / path if info.context else path


def _written(path: Path, info: Any) -> str:
    is_within = info.context and path.is_relative_to(info.context)
    return str(path.relative_to(info.context) if is_within else path)


KeptPath = Annotated[Path, _InMediaDir()]


class MediaKind(StrEnum):
    """What an asset is."""

    VIDEO = "video"
    IMAGE = "image"
    TEXT = "text"


class ImageRole(StrEnum):
    """What a picture in a request is for."""

    FIRST_FRAME = "first_frame"
    LAST_FRAME = "last_frame"
    REFERENCE = "reference"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """A picture or video on our disk, looked into and found good; or a text of ours.

    Attributes:
        mime: judged by the bytes, never by what anybody said.
        width, height: as it is shown: upright, in square pixels.
        seconds: length of a video, None for a picture.
        codec, profile, pixels, sound: how a video is encoded, in libav's words; "" for no sound,
            and where an earlier version has not asked.
        square: whether its pixels are.
        thumbnail: a JPEG of at most 320 px and 200 kB beside a video.
    """

    kind: MediaKind
    path: KeptPath
    mime: str
    size_bytes: int
    width: int
    height: int
    seconds: float | None = None
    codec: str = ""
    profile: str = ""
    pixels: str = ""
    sound: str = ""
    square: bool = True
    sha256: str = ""
    thumbnail: KeptPath | None = None


# Stands for a picture that is not there yet, of a size that every model takes.
SOME_PICTURE = Asset(
    kind=MediaKind.IMAGE, path=Path(), mime="image/jpeg", size_bytes=0, width=1024, height=1024
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteAsset:
    """Where a gateway keeps a result.

    Attributes:
        urls: places of the same bytes, tried in this order.
        page: a web page for people that is handed on when no url gives media.
        data: the bytes themselves, where the answer had them in it; file: where we keep them.
        preview: True when the gateway only came as far as a low-quality preview.
        authorized: True when the endpoint's key is needed (only its own origin ever gets it).
    """

    urls: tuple[str, ...] = ()
    kind: MediaKind = MediaKind.VIDEO
    page: str = ""
    data: bytes | None = field(default=None, repr=False)
    file: KeptPath | None = None
    preview: bool = False
    authorized: bool = False


class Wording(StrEnum):
    """Who has found the words of a prompt: its person, or a chat model, and out of what."""

    TYPED = "typed"
    ENHANCED = "enhanced"
    DESCRIBED = "described"
    PLANNED = "planned"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmet:
    """Defaults of the user or the chat that no model could keep; None where that did not happen.

    Attributes:
        model: the model that would have been asked.
    """

    model: str | None = None
    ratio: str | None = None
    seconds: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaRequest:
    """What the user wants, validated. None means: whatever the model does by itself.

    Attributes:
        ratio: width to height as "W:H".
        resolution: "hd", "360p" to "1440p", "1k", "2k" or "4k".
        sound: whether the video is to have any.
        mask: where the first picture may be changed: its transparent parts.
        source: the gateway's finished task that is to be changed.
        has_shots: whether the prompt is a storyboard.
        cast_by: the gateway that knows the characters in the prompt.
        unmet: what was not typed, and would have been so by default.
    """

    prompt: str
    kind: MediaKind = MediaKind.VIDEO
    images: tuple[Asset, ...] = field(default=())
    ratio: str | None = None
    seconds: int | None = None
    resolution: str | None = None
    fast: bool = False
    count: int = 1
    seed: int | None = None
    sound: bool | None = None
    mask: Asset | None = None
    source: "TaskRef | None" = None
    has_shots: bool = False
    cast_by: str | None = None
    watermark: bool = False
    private: bool = False
    spoiler: bool = False
    model: str | None = None
    unmet: Unmet | None = None
    wording: Wording = Wording.TYPED

    @property
    def pictures(self) -> tuple[Asset, ...]:
        """All that its person has sent along."""
        return (*self.images, self.mask) if self.mask else self.images


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRef:
    """How to find a task again at its gateway after a restart: an id, or a link to poll."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """The request is about to be sent under a name of ours, by which it can be asked for."""

    task: TaskRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The gateway took the request; from here it may cost money.

    `task` is None as long as nothing is known by which it could be found again.
    """

    task: TaskRef | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """The gateway has not started yet.

    Attributes:
        ahead: how many come first there; None when it does not tell.
        note: a line of the gateway's, trimmed and redacted.
    """

    ahead: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendering:
    """Work goes on. `fraction` is in 0..1, None when there is life but no number.

    `note` is as in `Queued`.
    """

    fraction: float | None = None
    retrying: bool = False
    note: str = ""


TOKENS = "tokens"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a job has cost, in a unit of its gateway's: "USD", TOKENS, "s"; or in "credits"."""

    amount: float
    unit: str = "USD"


@dataclass(frozen=True, slots=True, kw_only=True)
class Charged:
    """The gateway has told the price, of what it has made or not."""

    cost: Cost


Event = Named | Accepted | Queued | Rendering | Charged
Report = Callable[[Event], Awaitable[None]]
