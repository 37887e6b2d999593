"""What a list of video models says of prices, whose names are spelled in many ways. All pure.

Source: docs/gateways.md, "What OpenRouter lists of a video model".
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import ceil, isfinite
from typing import Literal

# Cents of one unit, where the price is 1.
_UNITS: Mapping[str, tuple[Literal["second", "token", "clip"], float]] = {
    "duration_seconds": ("second", 100),
    "per_video_second": ("second", 100),
    "cents_per_video_output_second": ("second", 1),
    "cents_per_second_output": ("second", 1),
    "video_tokens": ("token", 100),
    "generate": ("clip", 100),
}
_SKU = re.compile(
    rf"(?:(text|image)_to_video_)?({'|'.join(_UNITS)})((?:_(?:with_audio|without_audio|\d{{3,4}}p|[124]k))*)"
)
_MORE = re.compile(r"with_audio|without_audio|\d{3,4}p|[124]k")
# Tokens are the pixels of all frames, by 1024.
_FPS, _PIXELS = 24, 1024
_SIDES = {"1k": (1024, 1024), "2k": (2560, 1440), "4k": (3840, 2160)}
_USUAL, _UNKNOWN_LINES = "720p", 1080
# Prices are given in fractions that a float cannot hold.
_HAIR = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Sku:
    """One price, and for what it is asked; None and "" stand for anything.

    Attributes:
        cents: of one unit.
        images: whether it is for clips from a picture.
    """

    unit: Literal["second", "token", "clip"]
    cents: float
    resolution: str = ""
    sound: bool | None = None
    images: bool | None = None

    def fits(self, asked: "PricedOptions") -> bool:
        return (
            self.resolution in {"", asked.resolution}
            and (asked.sound is None or self.sound in {None, asked.sound})
            and self.images in {None, bool(asked.images)}
        )

    @property
    def exactness(self) -> tuple[bool, bool, bool]:
        return bool(self.resolution), self.sound is not None, self.images is not None

    def credits_for(self, asked: "PricedOptions") -> int:
        """In whole cents, of a second or of a clip; never too little."""
        tokens = _tokens(asked.resolution) if self.unit == "token" else 1
        return ceil(self.cents * tokens - _HAIR)


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedOptions:
    """A combination of options that may have a price of its own."""

    resolution: str = ""
    sound: bool | None = None
    images: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """What a stanza says of prices.

    Attributes:
        credits: of what is made unless something else is asked for; None where nothing is known.
        unlisted: the resolutions for which the list has no price: they count as the dearest.
        by_tokens: whether it is billed by tokens, so that these are estimates.
    """

    credits: int | None = None
    priced_by: Literal["clip", "second"] = "second"
    variants: tuple[Mapping[str, object], ...] = ()
    unlisted: tuple[str, ...] = ()
    by_tokens: bool = False


def read_skus(listed: Mapping[str, object]) -> tuple[Sequence[Sku], Sequence[str]]:
    """The prices that are understood, and the names of the others."""
    found = {name: _sku(name, price) for name, price in listed.items()}
    return [sku for sku in found.values() if sku], [n for n, sku in found.items() if not sku]


def _sku(name: str, price: object) -> Sku | None:
    parts = _SKU.fullmatch(name.casefold().replace("-", "_"))
    try:
        amount = float(str(price))
    except ValueError:
        return None
    if parts is None or not isfinite(amount) or amount < 0:
        return None
    mode, unit, rest = parts.groups()
    words = _MORE.findall(rest)
    sounds = [word == "with_audio" for word in words if word.endswith("audio")]
    resolutions = [word for word in words if not word.endswith("audio")]
    kind, cents = _UNITS[unit]
    return Sku(
        unit=kind,
        cents=amount * cents,
        resolution=next(iter(resolutions), ""),
        sound=next(iter(sounds), None),
        images=None if mode is None else mode == "image",
    )


def prices_of(
    skus: Sequence[Sku], resolutions: Sequence[str], *, tells_sound: bool, takes_images: bool
) -> Prices:
    """The price of each combination that a model has, the usual one first."""
    # What is billed for each second is never told for a clip.
    timed = [sku for sku in skus if sku.unit != "clip"]
    used = timed or skus
    asked = [
        PricedOptions(resolution=resolution, sound=sound, images=images)
        for resolution, sound, images in product(
            resolutions or [""],
            (True, False) if tells_sound else (None,),
            (False, True) if takes_images else (None,),
        )
    ]
    known = {each: price for each in asked if (price := _price(used, each)) is not None}
    if not known:
        return Prices()
    dearest = max(known.values())
    table = {each: known.get(each, dearest) for each in asked}
    usual = table[asked[0]]
    return Prices(
        credits=usual,
        priced_by="second" if timed else "clip",
        variants=tuple(_variants(table, usual)),
        unlisted=tuple(dict.fromkeys(a.resolution for a in asked if a not in known)),
        by_tokens=any(sku.unit == "token" for sku in used),
    )


def _price(skus: Iterable[Sku], asked: PricedOptions) -> int | None:
    """That of the price that says most about it; of equals the dearest."""
    fitting = [sku for sku in skus if sku.fits(asked)]
    most = max((sku.exactness for sku in fitting), default=None)
    return max((s.credits_for(asked) for s in fitting if s.exactness == most), default=None)


def _variants(table: Mapping[PricedOptions, int], usual: int) -> Iterator[Mapping[str, object]]:
    """What costs something else, without the options on which no price depends."""
    needed = [name for name in ("resolution", "sound", "images") if _matters(table, name)]
    seen: set[tuple[object, ...]] = set()
    for asked, price in table.items():
        values = tuple(getattr(asked, name) for name in needed)
        if price != usual and values not in seen:
            seen.add(values)
            yield {**dict(zip(needed, values, strict=True)), "credits": price}


def _matters(table: Mapping[PricedOptions, int], name: str) -> bool:
    rest = [other for other in ("resolution", "sound", "images") if other != name]
    prices: dict[tuple[object, ...], set[int]] = {}
    for asked, price in table.items():
        prices.setdefault(tuple(getattr(asked, other) for other in rest), set()).add(price)
    return any(len(each) > 1 for each in prices.values())


def _tokens(resolution: str) -> float:
    """Tokens of a second of a wide clip."""
    word = resolution or _USUAL
    height = int(word[:-1] if word.endswith("p") else _UNKNOWN_LINES)
    width, height = _SIDES.get(word, (round(height * 16 / 9), height))
    return width * height * _FPS / _PIXELS
