"""A gateway and a model as a catalog file describes them: data, never code."""

from dataclasses import replace
from enum import StrEnum
from math import log
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from core.media import Asset, ImageRole, MediaKind, MediaRequest

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=80)]
Ratio = Annotated[str, StringConstraints(pattern=r"^(\*|\d{1,2}:\d{1,2})$")]
Resolution = Literal["hd", "720p", "1080p", "4k"]

ANY_RATIO = "*"


class State(StrEnum):
    """What is known about a model today. Retired is never chosen by itself, but may be named."""

    ACTIVE = "active"
    UNCERTAIN = "uncertain"
    RETIRED = "retired"


class Table(BaseModel):
    """A TOML table: nothing unknown in it, nothing changed after reading."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Gateway(Table):
    """Where a key is spent.

    Attributes:
        env: prefix of its variables: `<env>_API_KEY`, `<env>_BASE_URL`.
        auth: "bearer" sends `Authorization: Bearer KEY`, "raw" the bare key.
        concurrency: how many of our jobs may be under way there at once.
    """

    name: Name
    base_url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s/]+")]
    env: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]*$")]
    auth: Literal["bearer", "raw"] = "bearer"
    concurrency: Annotated[int, Field(ge=1)] = 4


class When(Table):
    """A combination of options; what is left out matches everything."""

    ratio: Ratio | None = None
    seconds: int | None = None
    hd: bool | None = None
    fast: bool | None = None
    images: bool | None = None


class Variant(When):
    """What changes when its combination is asked for; of several that match, the last one wins.

    Suffixes add up in the order of the file.
    """

    suffix: str = ""
    credits: Annotated[int, Field(ge=0)] | None = None
    expected_seconds: Annotated[int, Field(ge=1)] | None = None
    deadline_seconds: Annotated[int, Field(ge=1)] | None = None


class Images(Table):
    """How many pictures a model takes and what each is for; the last role repeats."""

    min: Annotated[int, Field(ge=0)] = 0
    max: Annotated[int, Field(ge=0, le=16)] = 0
    roles: tuple[ImageRole, ...] = (ImageRole.REFERENCE,)

    @model_validator(mode="after")
    def _is_ordered(self) -> Self:
        if self.min > self.max:
            raise ValueError(f"min ({self.min}) is larger than max ({self.max})")
        if not self.roles:
            raise ValueError("roles must name at least one role")
        return self

    def role(self, index: int) -> ImageRole:
        """What the picture at `index` is for."""
        return self.roles[min(index, len(self.roles) - 1)]

    @property
    def takes_frames(self) -> bool:
        return ImageRole.LAST_FRAME in self.roles


class Span(Table):
    """Any whole number of seconds between two."""

    min: Annotated[int, Field(ge=1)]
    max: Annotated[int, Field(ge=1)]
    default: Annotated[int, Field(ge=1)]


class Model(Table):
    """What can be generated and with which options.

    Attributes:
        wire: the name on the wire before suffixes; the model's own name when empty.
        ratios: the first is the default; "*" allows any; empty means that it cannot be chosen.
        seconds: lengths that can be chosen, the first is the default; or a span.
        hd: resolution words that its high-definition mode truly satisfies; empty means none.
        native: the resolution word that it satisfies without any mode.
        fast: "option" can be switched, "always" is nothing but fast.
        count: most clips in one request.
        credits: price of one clip in the operator's unit (presets: about 1 US cent).
        expected_seconds: how long it usually takes; deadline_seconds: when we give up.
        forbid: combinations that the gateway would ignore or refuse.
    """

    gateway: Name
    name: Name
    dialect: str
    wire: str = ""
    kind: MediaKind = MediaKind.VIDEO
    ratios: tuple[Ratio, ...] = ()
    seconds: tuple[Annotated[int, Field(ge=1)], ...] | Span = ()
    hd: tuple[Resolution, ...] = ()
    native: Resolution | None = None
    fast: Literal["no", "option", "always"] = "no"
    count: Annotated[int, Field(ge=1, le=16)] = 1
    images: Images = Images()
    seed: bool = False
    prompt_chars: Annotated[int, Field(ge=1)] = 32_000
    credits: Annotated[int, Field(ge=0)]
    expected_seconds: Annotated[int, Field(ge=1)] = 120
    deadline_seconds: Annotated[int, Field(ge=1)] = 900
    idle_seconds: Annotated[int, Field(ge=1)] = 180
    state: State = State.ACTIVE
    enabled: bool = True
    variants: tuple[Variant, ...] = ()
    forbid: tuple[When, ...] = ()

    @property
    def key(self) -> str:
        """Its name among all gateways."""
        return f"{self.gateway}/{self.name}"

    def is_hd(self, request: MediaRequest) -> bool:
        return request.resolution in self.hd

    def matches(self, when: When, request: MediaRequest) -> bool:
        """Whether a completed request is of this combination."""
        facts = (
            (when.ratio, request.ratio),
            (when.seconds, request.seconds),
            (when.hd, self.is_hd(request)),
            (when.fast, request.fast),
            (when.images, bool(request.images)),
        )
        return all(wanted is None or wanted == fact for wanted, fact in facts)

    def _chosen(self, request: MediaRequest) -> list[Variant]:
        return [variant for variant in self.variants if self.matches(variant, request)]

    def wire_name(self, request: MediaRequest) -> str:
        """How options become the model's name on the wire."""
        return (self.wire or self.name) + "".join(v.suffix for v in self._chosen(request))

    def credits_for(self, request: MediaRequest) -> int:
        prices = [v.credits for v in self._chosen(request) if v.credits is not None]
        return [self.credits, *prices][-1] * request.count

    def expected_for(self, request: MediaRequest) -> int:
        """Seconds that such a request usually takes."""
        times = [v.expected_seconds for v in self._chosen(request) if v.expected_seconds]
        return [self.expected_seconds, *times][-1]

    def deadline_for(self, request: MediaRequest) -> int:
        """Seconds after which we give such a request up."""
        times = [v.deadline_seconds for v in self._chosen(request) if v.deadline_seconds]
        return [self.deadline_seconds, *times][-1]

    def complete(self, request: MediaRequest) -> MediaRequest:
        """Fill in what was left open, so that the stored request says all that was paid for."""
        return replace(
            request,
            ratio=request.ratio or self._default_ratio(request.images),
            seconds=request.seconds or self.default_seconds,
            model=self.key,
        )

    @property
    def default_seconds(self) -> int | None:
        if isinstance(self.seconds, Span):
            return self.seconds.default
        return self.seconds[0] if self.seconds else None

    def _default_ratio(self, images: tuple[Asset, ...]) -> str | None:
        named = [ratio for ratio in self.ratios if ratio != ANY_RATIO]
        if not named or not images:
            return named[0] if named else None
        shape = log(images[0].width / images[0].height)
        return min(named, key=lambda ratio: abs(_log_ratio(ratio) - shape))


def _log_ratio(ratio: str) -> float:
    width, height = ratio.split(":")
    return log(int(width) / int(height))
