"""From the [[model]] tables of a catalog to the names on the wire, by code of the sandbox's own.

A table says which options a model has and how they change its name. Options that change nothing
on the wire stay together: a model without variants is one name.
"""

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import BaseModel

from sandbox.orders.documented import DOCUMENTED
from sandbox.orders.models import LANDSCAPE, SQUARE, Models, Said, WireField, WireModel
from sandbox.orders.order import Kind

OWN_CATALOG = Path(__file__).parents[1] / "catalog.toml"
PROTOCOLS = {
    "chat_image": Kind.CHAT,
    "chat_video": Kind.CHAT,
    "comfyui": Kind.COMFYUI,
    "dashscope": Kind.DASHSCOPE,
    "fal": Kind.FAL,
    "gemini": Kind.GEMINI,
    "gemini_omni": Kind.OMNI,
    "images": Kind.IMAGES,
    "minimax_videos": Kind.MINIMAX,
    "newapi_videos": Kind.NEWAPI,
    "openai_videos": Kind.VIDEOS,
    "openrouter": Kind.OPENROUTER,
    "openrouter_images": Kind.OPENROUTER_IMAGES,
    "replicate": Kind.REPLICATE,
    "seedance": Kind.SEEDANCE,
    "video_tasks": Kind.V2,
    "xai_videos": Kind.XAI,
}
# How the gateways that we know answer over chat; all others answer as most do.
STYLES_OF = {"147ai": "d1", "eronmind": "d1"}
ANY = "*"
FINE = frozenset({"1080p", "2k", "4k"})
FORMATS = ("url", "b64_json")
VIDEO_SECONDS = 8
Value = TypeVar("Value")


class _Variant(BaseModel):
    ratio: str | None = None
    seconds: int | None = None
    resolution: str | None = None
    hd: bool | None = None
    fast: bool | None = None
    images: bool | None = None
    sound: bool | None = None
    wire: str = ""
    suffix: str = ""
    prefix: str = ""
    size: str = ""
    quality: str = ""


class _Pictures(BaseModel):
    min: int = 0
    max: int = 0
    roles: tuple[str, ...] = ("reference",)


class _Span(BaseModel):
    min: int
    max: int
    default: int


class _Field(BaseModel):
    name: str
    form: str = ""
    values: Mapping[str, Said] = {}
    fps: int = 24
    step: int = 1
    plus: int = 0


class _Table(BaseModel):
    gateway: str
    name: str
    dialect: str
    wire: str = ""
    kind: str = "video"
    ratios: tuple[str, ...] = ()
    adaptive: bool = False
    seconds: tuple[int, ...] | _Span = ()
    hd: tuple[str, ...] = ()
    native: str | None = None
    resolutions: tuple[str, ...] = ()
    fast: str = "no"
    count: int = 1
    images: _Pictures = _Pictures()
    seed: bool = False
    sound: str = ""
    remix: bool = False
    mask: bool = False
    watermark: bool = False
    edits: str = ""
    response_format: str = ""
    fields: Mapping[str, _Field] = {}
    constants: Mapping[str, Said] = {}
    variants: tuple[_Variant, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Combination:
    """Options that have one name on the wire.

    Attributes:
        ratios: with None where no shape is asked for; seconds: the same.
        resolutions: the word that is told, and whether it is high definition.
        pictures: whether there are any.
        variants: all that apply, in the order of the table.
    """

    ratios: tuple[str | None, ...]
    seconds: tuple[int | None, ...]
    resolutions: tuple[tuple[str, bool], ...]
    pictures: tuple[bool, ...]
    variants: tuple[_Variant, ...]


@cache
def own_tables() -> Mapping[str, Sequence[Mapping[str, object]]]:
    """The tables of the sandbox's own catalog, by their kind."""
    return tomllib.loads(OWN_CATALOG.read_text(encoding="utf-8"))


def load_models(tables: Iterable[Mapping[str, object]]) -> Models:
    """What the sandbox plays: the tables, its own catalog, and what the gateways document.

    Where several have the same name, a request is taken that fits one of them; earlier ones say
    what is made where the request leaves it open.
    """
    read = [_Table.model_validate(table) for table in (*tables, *own_tables()["model"])]
    derived = (model for table in read for model in _models_of(table))
    unplayable = {
        _wire_name(table, combination): table.dialect
        for table in read
        if table.dialect not in PROTOCOLS
        for combination in _combinations(table)
    }
    return Models(dict.fromkeys((*derived, *DOCUMENTED)), unplayable)


def wire_models(table: Mapping[str, object]) -> list[WireModel]:
    """All that a table's model can be on the wire; empty if nobody here speaks its protocol."""
    return list(_models_of(_Table.model_validate(table)))


def _models_of(table: _Table) -> Iterator[WireModel]:
    kind = PROTOCOLS.get(table.dialect)
    if kind is not None:
        yield from (_wire_model(kind, table, each) for each in _combinations(table))


def _combinations(table: _Table) -> Iterator[_Combination]:
    variants = [v for v in table.variants if v.wire or v.suffix or v.prefix or v.size or v.quality]
    for ratios, seconds, resolutions, fast, pictures in product(
        _groups(variants, _ratios(table, variants), lambda v, ratio: v.ratio in {None, ratio}),
        _groups(variants, _seconds(table), lambda v, seconds: v.seconds in {None, seconds}),
        _groups(variants, _resolutions(table), _fits_resolution),
        _groups(variants, _switches(table), lambda v, fast: v.fast in {None, fast}),
        _groups(variants, _with_pictures(table), lambda v, given: v.images in {None, given}),
    ):
        applied = ratios.fits & seconds.fits & resolutions.fits & fast.fits & pictures.fits
        yield _Combination(
            ratios=ratios.values,
            seconds=seconds.values,
            resolutions=resolutions.values,
            pictures=pictures.values,
            variants=tuple(variant for nth, variant in enumerate(variants) if nth in applied),
        )


@dataclass(frozen=True, slots=True)
class _Group(Generic[Value]):
    """Values of one option that the same variants fit."""

    fits: frozenset[int]
    values: tuple[Value, ...]


def _groups(
    variants: Sequence[_Variant],
    values: Iterable[Value],
    fits: Callable[[_Variant, Value], bool],
) -> list[_Group[Value]]:
    grouped: dict[frozenset[int], list[Value]] = {}
    for value in dict.fromkeys(values):
        fitting = frozenset(n for n, variant in enumerate(variants) if fits(variant, value))
        grouped.setdefault(fitting, []).append(value)
    return [_Group(fitting, tuple(same)) for fitting, same in grouped.items()]


def _ratios(table: _Table, variants: Sequence[_Variant]) -> Iterator[str | None]:
    yield from table.ratios
    if ANY in table.ratios:
        yield from (variant.ratio for variant in variants if variant.ratio)
    if table.adaptive or not table.ratios:
        yield None


def _seconds(table: _Table) -> Iterable[int | None]:
    if isinstance(table.seconds, _Span):
        # The default comes first, as in a list.
        return (table.seconds.default, *range(table.seconds.min, table.seconds.max + 1))
    return table.seconds or (None,)


def _resolutions(table: _Table) -> Iterator[tuple[str, bool]]:
    """What a word for a resolution becomes: another word that is told, a mode, or nothing."""
    words = table.resolutions
    yield from ((word, word in table.hd) for word in words)
    if not words or table.native:
        yield "", False
    for word in table.hd:
        told = "1080p" if word == "hd" and "1080p" in words else word
        yield told if told in words else "", True


def _fits_resolution(variant: _Variant, resolution: tuple[str, bool]) -> bool:
    told, is_hd = resolution
    return variant.resolution in {None, told} and variant.hd in {None, is_hd}


def _switches(table: _Table) -> tuple[bool, ...]:
    return (False,) if table.fast == "no" else (False, True)


def _with_pictures(table: _Table) -> tuple[bool, ...]:
    return tuple(
        given for given in (False, True) if (table.images.max if given else not table.images.min)
    )


def _wire_name(table: _Table, combination: _Combination) -> str:
    names = (table.wire or table.name, *(v.wire for v in combination.variants if v.wire))
    return names[-1] + "".join(v.suffix for v in combination.variants)


def _wire_model(kind: Kind, table: _Table, combination: _Combination) -> WireModel:
    is_picture = table.kind == "image"
    sizes = _last(variant.size for variant in combination.variants)
    ratios = tuple(ratio for ratio in combination.ratios if ratio)
    named = [ratio for ratio in (*ratios, *table.ratios) if ratio != ANY]
    told = tuple(word for word, _ in combination.resolutions if word)
    return WireModel(
        kind=kind,
        name=_wire_name(table, combination),
        ratio=next(iter(named), SQUARE if is_picture else LANDSCAPE),
        seconds=combination.seconds[0] or (0 if is_picture else VIDEO_SECONDS),
        # Over chat the name is all that says a shape or a length; a size stands for a shape.
        ratios=() if kind is Kind.CHAT or sizes else None if ANY in ratios else ratios,
        lengths=() if kind is Kind.CHAT else tuple(s for s in combination.seconds if s),
        sizes=sizes,
        resolutions=told if kind is Kind.SEEDANCE else tuple(word.upper() for word in told),
        qualities=_last(variant.quality for variant in combination.variants),
        formats=FORMATS if table.response_format else (),
        hd=_hd(kind, combination),
        images=_pictures(table, combination),
        roles=table.images.roles,
        in_json=not table.edits,
        files=tuple(filter(None, (table.edits,))),
        count=table.count,
        prefix=",".join(v.prefix for v in combination.variants if v.prefix),
        picture=is_picture,
        style="d7" if is_picture else STYLES_OF.get(table.gateway, "d3"),
        mask=table.mask,
        seed=table.seed,
        sound=table.sound in {"on", "off"},
        watermark=table.watermark,
        remix=table.remix,
        fields=tuple(_field(option, rule) for option, rule in table.fields.items()),
        constants=tuple(table.constants.items()),
    )


def _field(option: str, rule: _Field) -> WireField:
    said = rule.model_dump(exclude={"values"})
    return WireField(option=option, values=tuple(rule.values.items()), **said)


def _last(words: Iterable[str]) -> tuple[str, ...]:
    """The word that wins, if there is any."""
    return tuple(filter(None, words))[-1:]


def _hd(kind: Kind, combination: _Combination) -> tuple[bool, ...]:
    """What the field `hd` may be; where there is none, what the name alone makes."""
    modes = tuple(dict.fromkeys(is_hd for _, is_hd in combination.resolutions))
    if kind is Kind.V2:
        return modes
    return (all(is_hd or told in FINE for told, is_hd in combination.resolutions),)


def _pictures(table: _Table, combination: _Combination) -> tuple[int, int]:
    if True not in combination.pictures:
        return 0, 0
    least = table.images.min if False in combination.pictures else max(table.images.min, 1)
    return least, table.images.max
