"""Drafts stanzas from a gateway's list of what its video models can do. All pure but `fetch`.

Source: docs/gateways.md, "What OpenRouter lists of a video model".
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TypeVar

import httpx
from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from bots.cli.listed_prices import Prices, prices_of, read_skus
from bots.cli.stanzas import RESOLUTIONS, as_toml, check_stanza, our_word
from bots.setup import Setup, root_of
from core.catalog import Model
from core.dialects import Endpoint, list_entries
from core.errors import CatalogError, JobError, OperatorError
from core.i18n import Locale, explain_fault
from core.media import ImageRole

_DIALECT = "openrouter"
_TIMEOUT_SECONDS = 20.0
_ID = re.compile(r"[A-Za-z0-9][\w.:/-]{0,119}")
_RATIO = re.compile(r"\d{1,2}:\d{1,2}")
_WORD = re.compile(r"[\w.:-]{1,80}")
_FRAMES = ("first_frame", "last_frame")
_PICTURED = ("adaptive", "images")
_USUAL_SECONDS = 5
_USUAL_RESOLUTION = "720p"
# Fewer are no span, but a choice.
_FEW = 3
_HEAD = """\
# Drafted from {gateway}'s list of its videos. Read it before you use it. Whether a model takes
# references is not in the list. Of a model that you have, only what stands here is changed; of
# others, nobody can choose what is not told.
"""
# Nothing is the cheapest before somebody has written its price.
_UNPRICED = 1000
T = TypeVar("T")


class ListedVideo(BaseModel):
    """One entry; null means that nothing is known."""

    model_config = ConfigDict(frozen=True)

    id: str
    supported_resolutions: tuple[str, ...] | None = None
    supported_aspect_ratios: tuple[str, ...] | None = None
    supported_sizes: tuple[str, ...] | None = None
    supported_durations: tuple[int, ...] | None = None
    supported_frame_images: tuple[str, ...] | None = None
    generate_audio: bool | None = None
    seed: bool | None = None
    creativity: object = None
    upscale_factor: object = None
    pricing_skus: Mapping[str, object] | None = None
    allowed_passthrough_parameters: tuple[str, ...] | None = None

    @property
    def is_upscaler(self) -> bool:
        return self.creativity is not None or self.upscale_factor is not None

    @property
    def says_something(self) -> bool:
        """Whether it tells more than a name."""
        return bool(self.supported_durations or self.supported_resolutions or self.pricing_skus)


async def fetch(setup: Setup, name: str) -> Sequence[Mapping[str, object]]:
    """Ask a gateway for its list of videos, with the key where there is one.

    Raises:
        CatalogError: there is no such gateway, or it has no such list.
        OperatorError: its address is none, or does not answer with such a list.
    """
    gateway = setup.data.gateways.get(name)
    if gateway is None or "video" not in gateway.lists:
        listing = ", ".join(g.name for g in setup.data.gateways.values() if "video" in g.lists)
        raise CatalogError(f"{name} is no gateway that lists its videos; those are {listing}")
    endpoint = setup.endpoints.get(name) or Endpoint(
        gateway=name,
        root=root_of(gateway),
        key=SecretStr(""),
        auth="none",
        more_headers=gateway.headers,
    )
    try:
        async with httpx.AsyncClient(timeout=_TIMEOUT_SECONDS) as http:
            return await list_entries(endpoint, http, gateway.lists["video"])
    except JobError as error:
        said = " ".join(explain_fault(Locale.EN, error.fault))
        raise OperatorError(f"{name}: no list from {endpoint.root}: {said}") from error


def refreshed(
    gateway: str, entries: Sequence[Mapping[str, object]], known: Sequence[Model]
) -> str:
    """The stanzas as TOML, with comments. `known` are the models that the catalog has.

    Raises:
        CatalogError: the list says nothing of what its models can do.
    """
    videos = [video for video in map(_read, entries) if video]
    if not any(video.says_something for video in videos):
        raise CatalogError(f"{gateway}: its list does not say what its models can do")
    ours = [m for m in known if m.gateway == gateway and m.dialect == _DIALECT]
    names = {model.name for model in ours}
    parts = [_HEAD.format(gateway=gateway)]
    for video in videos:
        own = [model for model in ours if (model.wire or model.name) == video.id]
        if video.is_upscaler:
            parts.append(f"# {video.id}: enlarges videos, which cannot be ordered.\n")
        elif own:
            parts += [_stanza(gateway, video, model.name, model) for model in own]
        else:
            name = _new_name(video.id, names)
            names.add(name)
            parts.append(_stanza(gateway, video, name))
    listed = {video.id for video in videos}
    if gone := [model.name for model in ours if (model.wire or model.name) not in listed]:
        parts.append(f"# Not listed now: {', '.join(gone)}")
    if unread := len(entries) - len(videos):
        parts.append(f"# Entries that could not be read: {unread}")
    return "\n".join(parts)


def _read(entry: Mapping[str, object]) -> ListedVideo | None:
    try:
        video = ListedVideo.model_validate(entry)
    except ValidationError:
        return None
    return video if _ID.fullmatch(video.id) else None


def _new_name(wire: str, taken: Collection[str]) -> str:
    """The model's own part of its name; with its maker's where that is taken."""
    short, whole = (
        re.sub(r"[^\w.-]", "-", part)[:80] for part in (wire.rpartition("/")[2] or wire, wire)
    )
    return whole if short in taken or not short[0].isalnum() else short


def _stanza(gateway: str, video: ListedVideo, name: str, ours: Model | None = None) -> str:
    """The lines of one model; of one that the catalog has, what the list knows better."""
    words = [our_word(each) for each in video.supported_resolutions or ()]
    resolutions = _first([word for word in words if word in RESOLUTIONS], _USUAL_RESOLUTION)
    roles = [role for role in _FRAMES if role in (video.supported_frame_images or ())]
    made = {name: value for name, value in _made(video, resolutions, roles) if value is not None}
    if ours and ImageRole.REFERENCE in ours.images.roles and ours.images.max:
        # The list is about frames, and these are its other pictures.
        roles = []
        made = {name: value for name, value in made.items() if name not in _PICTURED}
    skus, unused = read_skus(video.pricing_skus or {})
    prices = prices_of(
        skus,
        resolutions,
        tells_sound=bool(video.generate_audio),
        takes_images=bool(roles),
    )
    said = {
        "gateway": gateway,
        "name": name,
        "wire": video.id,
        "dialect": _DIALECT,
        **made,
        **_priced(prices, or_else=_UNPRICED if ours is None else None),
    }
    if ours is None:
        said["state"] = "uncertain"
    lines = [f"{key} = {as_toml(value)}" for key, value in said.items()]
    text = "\n".join(["[[model]]", *lines])
    check_stanza(video.id, text if "credits" in said else f"{text}\ncredits = {_UNPRICED}")
    notes = [*_unknown(video, words), *_unpriced(prices, unused)]
    return "\n".join([*(f"# {note}" for note in notes), text, ""])


def _made(
    video: ListedVideo, resolutions: Sequence[str], roles: Sequence[str]
) -> Iterator[tuple[str, object]]:
    """What can be chosen; None of what is not told."""
    shapes, lengths = video.supported_aspect_ratios, video.supported_durations
    ratios = [each for each in shapes or () if _RATIO.fullmatch(each)]
    yield "ratios", None if shapes is None else ratios
    yield "seconds", None if lengths is None else _seconds(lengths)
    yield "resolutions", None if video.supported_resolutions is None else list(resolutions)
    yield "sound", {None: None, True: "on", False: "never"}[video.generate_audio]
    yield "seed", video.seed
    if video.supported_frame_images is not None:
        yield "adaptive", bool(roles and ratios)
        yield "images", {"max": len(roles), **({"roles": list(roles)} if roles else {})}


def _priced(prices: Prices, or_else: int | None) -> dict[str, object]:
    if prices.credits is None:
        return {} if or_else is None else {"credits": or_else}
    return {
        "credits": prices.credits,
        "priced_by": prices.priced_by,
        "variants": list(prices.variants),
    }


def _seconds(durations: Sequence[int]) -> object:
    """As a span where every second between two can be had, else the usual length first."""
    lengths = sorted({each for each in durations if each > 0})
    if not lengths:
        return []
    usual = min(lengths, key=lambda each: (abs(each - _USUAL_SECONDS), each))
    least, most = lengths[0], lengths[-1]
    if len(lengths) > _FEW and most - least == len(lengths) - 1:
        return {"min": least, "max": most, "default": usual}
    return _first(lengths, usual)


def _first(values: Sequence[T], usual: T) -> list[T]:
    """The usual one before the others, since the first is what is made unless told otherwise."""
    return sorted(dict.fromkeys(values), key=lambda each: each != usual)


def _unknown(video: ListedVideo, words: Sequence[str]) -> Iterator[str]:
    """What the list leaves open, and what it says that no stanza can."""
    left_open = {
        "lengths": video.supported_durations,
        "shapes": video.supported_aspect_ratios,
        "resolutions": video.supported_resolutions,
        "frames": video.supported_frame_images,
        "sound": video.generate_audio,
        "seed": video.seed,
    }
    if names := [name for name, told in left_open.items() if told is None]:
        yield f"Not told: {', '.join(names)}."
    if odd := [each for each in words if each not in RESOLUTIONS]:
        yield f"Resolutions without a word for them: {_safe(odd)}."
    if video.supported_sizes and not video.supported_resolutions:
        yield f"Sizes that cannot be asked for: {_safe(video.supported_sizes)}."
    if video.allowed_passthrough_parameters:
        yield f"Its maker's own options, not used: {_safe(video.allowed_passthrough_parameters)}."


def _unpriced(prices: Prices, unused: Sequence[str]) -> Iterator[str]:
    if prices.credits is None:
        yield "TO DO: its price in US cents. Of those that can do the same, the cheapest is asked."
    if prices.unlisted:
        yield f"No price of their own, counted as the dearest: {', '.join(prices.unlisted)}."
    if prices.by_tokens:
        yield "Billed by tokens: its price is an estimate for 16:9 and 24 frames a second."
    if unused:
        yield f"Prices that are not counted: {_safe(unused)}."


def _safe(words: Sequence[str]) -> str:
    """Somebody else's words, as they may stand in a comment."""
    return ", ".join(word for word in words if _WORD.fullmatch(word)) or "odd ones"
