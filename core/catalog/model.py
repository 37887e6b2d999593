"""A model as a catalog file describes it: data, never code."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from math import log
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from core.catalog.fields import Constant, OptionName, ShortRule
from core.catalog.served import Price, Served, Sort, Table
from core.catalog.variants import Ratio, Resolution, Variant, When
from core.catalog.workflow import Workflow
from core.media import TOKENS, Asset, Cost, ImageRole, MediaKind, MediaRequest
from core.validation import MOST_CREDITS

ANY_RATIO = "*"
_PRICED_TOKENS = 1_000_000
_FIELD_OF: Mapping[ImageRole, OptionName] = {
    ImageRole.FIRST_FRAME: "first_frame",
    ImageRole.LAST_FRAME: "last_frame",
    ImageRole.REFERENCE: "references",
}


class ImageRules(Table):
    """How many pictures a model takes and what each is for; the last role repeats.

    Attributes:
        min_side, max_side: in pixels, of each side.
        max_ratio: of the long side to the short one.
    """

    min: Annotated[int, Field(ge=0)] = 0
    max: Annotated[int, Field(ge=0, le=30)] = 0
    roles: tuple[ImageRole, ...] = (ImageRole.REFERENCE,)
    min_side: Annotated[int, Field(ge=1)] | None = None
    max_side: Annotated[int, Field(ge=1)] | None = None
    max_ratio: Annotated[float, Field(ge=1)] | None = None
    max_bytes: Annotated[int, Field(ge=1)] | None = None

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


class Model(Served):
    """What can be generated and with which options.

    Attributes:
        ratios: the first is the default; "*" allows any; empty means that it cannot be chosen.
        adaptive: it keeps the shape of the first picture unless another one is asked for.
        seconds: lengths that can be chosen, the first is the default; or a span; or, in a file,
            either of them for each group of keys.
        hd: resolution words that its high-definition mode truly satisfies; empty means none.
        resolutions: words that it is told as they are; the first is its default.
        native: the resolution word that it satisfies without any mode.
        fast: "option" can be switched, "always" is nothing but fast.
        count: most clips in one request.
        options_as: whether it is told options as fields of their own or as `--flags` in the text.
        credits: price of one clip, or of one second of it when it is priced_by "second", in the
            operator's unit (presets: about 1 US cent).
        token_credits: price of a million of the tokens that it makes, where its gateway counts in
            those.
        expected_seconds: how long it usually takes; deadline_seconds: when we give up.
        forbid: combinations that the gateway would ignore or refuse.
        remix: whether a finished task of it can be changed.
        sound: "on" and "off" say what it does unless it is told; "always" and "never" what nobody
            can change; "" that nothing is known.
        fields: where its own input has each of our options, for protocols that leave the input to
            the model; constants: what else stands there.
        workflow: what is filled in by these, where a model is a file of the operator's.
        characters: whether prompts may have them, and one can be made of a finished task of it.
        character_credits: the price of making one.
        storyboard: whether prompts may be one; mask, watermark: whether it can be told.
        edits: what its pictures are called in the form of /v1/images/edits, or "json" where that
            takes no form; empty where they go with the words.
        response_format: what it is told there; some refuse any.
    """

    kind: Literal[MediaKind.VIDEO, MediaKind.IMAGE] = MediaKind.VIDEO
    ratios: tuple[Ratio, ...] = ()
    adaptive: bool = False
    seconds: tuple[Annotated[int, Field(ge=1)], ...] | Span = ()
    hd: tuple[Resolution, ...] = ()
    resolutions: tuple[Resolution, ...] = ()
    native: Resolution | None = None
    fast: Literal["no", "option", "always"] = "no"
    count: Annotated[int, Field(ge=1, le=16)] = 1
    images: ImageRules = ImageRules()
    seed: bool = False
    sound: Literal["", "on", "off", "always", "never"] = ""
    remix: bool = False
    characters: bool = False
    character_credits: Price = 0
    storyboard: bool = False
    mask: bool = False
    watermark: bool = False
    edits: Literal["", "image", "image[]", "json"] = ""
    response_format: Literal["", "url", "b64_json"] = ""
    prompt_chars: Annotated[int, Field(ge=1)] = 32_000
    options_as: Literal["fields", "text"] = "fields"
    credits: Price
    priced_by: Literal["clip", "second"] = "clip"
    token_credits: Annotated[int, Field(ge=1, le=MOST_CREDITS)] | None = None
    expected_seconds: Annotated[int, Field(ge=1)] = 120
    deadline_seconds: Annotated[int, Field(ge=1)] = 900
    idle_seconds: Annotated[int, Field(ge=1)] = 180
    fields: Mapping[OptionName, ShortRule] = {}
    constants: Mapping[str, Constant] = {}
    workflow: Workflow | None = None
    variants: tuple[Variant, ...] = ()
    forbid: tuple[When, ...] = ()

    @property
    def sort(self) -> Sort:
        """What it makes."""
        return self.kind.value

    @model_validator(mode="after")
    def _says_all(self) -> Self:
        """What can be chosen has to have a field, or it would be paid for and not made."""
        missing = [n for n in self._needed() if not n & self.fields.keys()] if self.fields else ()
        if missing:
            names = ", ".join(" or ".join(sorted(each)) for each in missing)
            raise ValueError(f"fields lacks {names}")
        return self

    @model_validator(mode="after")
    def _can_be_written_down(self) -> Self:
        """What one order costs has to fit into the ledger, whatever is chosen."""
        dearest = max(self.credits, *(each.credits or 0 for each in self.variants), 0)
        chosen = self.seconds
        longest = chosen.max if isinstance(chosen, Span) else max(chosen, default=1)
        seconds = longest if self.priced_by == "second" else 1
        if (most := dearest * seconds * self.count) > MOST_CREDITS:
            raise ValueError(
                f"an order could cost {most} credits; it may be {MOST_CREDITS} at most"
            )
        return self

    def _needed(self) -> Iterator[frozenset[OptionName]]:
        """The fields that its abilities need: of each set at least one."""
        abilities: tuple[tuple[object, tuple[OptionName, ...]], ...] = (
            (True, ("prompt",)),
            (self.ratios, ("ratio", "width")),
            (self.seconds, ("seconds", "frames")),
            (self.resolutions, ("resolution", "width")),
            (self.seed, ("seed",)),
            (self.tells_sound, ("sound",)),
            (self.watermark, ("watermark",)),
            (self.count > 1, ("count",)),
        )
        yield from (frozenset(names) for has, names in abilities if has)
        for role in self.images.roles if self.images.max else ():
            yield frozenset[OptionName]({_FIELD_OF[role]})

    def makes(self, seconds: int) -> bool:
        """Whether that length can be chosen."""
        return seconds in self.lengths

    def is_hd(self, request: MediaRequest) -> bool:
        return request.resolution in self.hd

    def matches(self, when: When, request: MediaRequest) -> bool:
        """Whether a completed request is of this combination."""
        facts = (
            (when.ratio, request.ratio),
            (when.seconds, request.seconds),
            (when.resolution, self.resolution_for(request)),
            (when.hd, self.is_hd(request)),
            (when.fast, request.fast),
            (when.images, bool(request.images)),
            (when.sound, self._sound_of(request)),
        )
        return all(wanted is None or wanted == fact for wanted, fact in facts)

    def _chosen(self, request: MediaRequest) -> list[Variant]:
        return [variant for variant in self.variants if self.matches(variant, request)]

    def wire_name(self, request: MediaRequest) -> str:
        """How options become the model's name on the wire."""
        chosen = self._chosen(request)
        wires = [v.wire for v in chosen if v.wire]
        return [self.wire or self.name, *wires][-1] + "".join(v.suffix for v in chosen)

    @property
    def wire_names(self) -> frozenset[str]:
        """All names that options can make of it."""
        names = [self.wire or self.name, *(v.wire for v in self.variants if v.wire)]
        for suffix in filter(None, (variant.suffix for variant in self.variants)):
            names += [name + suffix for name in names]
        return frozenset(names)

    def prefix_for(self, request: MediaRequest) -> str:
        """The words before the prompt by which it is told options."""
        return ",".join(v.prefix for v in self._chosen(request) if v.prefix)

    def size_for(self, request: MediaRequest) -> str:
        """The word for the picture's size on the wire; "" where it has none."""
        sizes = [v.size for v in self._chosen(request) if v.size]
        return sizes[-1] if sizes else ""

    def quality_for(self, request: MediaRequest) -> str:
        """The word for the picture's quality on the wire; "" where it has none."""
        qualities = [v.quality for v in self._chosen(request) if v.quality]
        return qualities[-1] if qualities else ""

    def resolution_for(self, request: MediaRequest) -> str:
        """The resolution word that the model is told; "" where it is told none."""
        if request.resolution == "hd" and "1080p" in self.resolutions:
            return "1080p"
        return request.resolution if request.resolution in self.resolutions else ""

    def credits_for(self, request: MediaRequest) -> int:
        prices = [v.credits for v in self._chosen(request) if v.credits is not None]
        seconds = request.seconds if self.priced_by == "second" else None
        return [self.credits, *prices][-1] * request.count * (seconds or 1)

    def price_of(self, cost: Cost) -> Cost:
        """What the gateway says that it has cost; tokens in credits where priced."""
        if cost.unit != TOKENS or self.token_credits is None:
            return cost
        return Cost(amount=cost.amount * self.token_credits / _PRICED_TOKENS, unit="credits")

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
            resolution=request.resolution or next(iter(self.resolutions), None),
            sound=self._sound_of(request),
            model=self.key,
        )

    @property
    def tells_sound(self) -> bool:
        """Whether it has to be told about the sound, one way or the other."""
        return self.sound in {"on", "off"}

    def _sound_of(self, request: MediaRequest) -> bool | None:
        if self.tells_sound and request.sound is None:
            return self.sound == "on"
        return request.sound

    @property
    def lengths(self) -> Sequence[int]:
        """All lengths that can be chosen; none where there is no choice."""
        if isinstance(self.seconds, Span):
            return range(self.seconds.min, self.seconds.max + 1)
        return self.seconds

    @property
    def default_seconds(self) -> int | None:
        if isinstance(self.seconds, Span):
            return self.seconds.default
        return self.seconds[0] if self.seconds else None

    def _default_ratio(self, images: tuple[Asset, ...]) -> str | None:
        named = [ratio for ratio in self.ratios if ratio != ANY_RATIO]
        if images and self.adaptive:
            return None
        if not named or not images:
            return named[0] if named else None
        shape = log(images[0].width / images[0].height)
        return min(named, key=lambda ratio: abs(_log_ratio(ratio) - shape))


def _log_ratio(ratio: str) -> float:
    width, height = ratio.split(":")
    return log(int(width) / int(height))
