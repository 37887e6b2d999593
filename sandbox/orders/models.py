"""What is on sale: every model name, and what it makes and takes."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from itertools import product

from sandbox.orders.order import Kind

PORTRAIT = "9:16"
LANDSCAPE = "16:9"
ORIENTATIONS = {"-portrait": PORTRAIT, "-landscape": LANDSCAPE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One model.

    Attributes:
        kind: the only door where it is on sale.
        style: how it talks over chat.
        ratio, seconds, hd: what it makes unless told otherwise.
        ratios: the `aspect_ratio` values it takes; None takes any, empty refuses the field.
        lengths: the `duration` values it takes; empty refuses the field.
        takes_hd: whether the field `hd` may be true.
        images: the least and most pictures.
        references: the most pictures that are no frames, where there are two kinds.
        videos: the most videos in one order (`n`).
        picture: whether it makes pictures.
        takes_prefix: whether the prompt may begin with 竖屏,15s,高清.
    """

    kind: Kind = Kind.CHAT
    style: str = "d3"
    ratio: str = PORTRAIT
    seconds: int = 8
    hd: bool = False
    ratios: Collection[str] | None = ()
    lengths: Collection[int] = ()
    takes_hd: bool = False
    images: tuple[int, int] = (0, 0)
    references: int = 0
    videos: int = 1
    takes_prefix: bool = False
    picture: bool = False


def _veo3() -> Iterator[tuple[str, Offer]]:
    for name in ("veo3-fast", "veo3-pro"):
        yield name, Offer(style="d1", ratio=LANDSCAPE)
    yield "veo3-pro-frames", Offer(style="d1", ratio=LANDSCAPE, images=(1, 1))


def _veo_3_1() -> Iterator[tuple[str, Offer]]:
    orientations = {"": PORTRAIT, **ORIENTATIONS}
    for orientation, fast, frames in product(orientations, ("", "-fast"), ("", "-fl")):
        images = (1, 2) if frames else (0, 1)
        offer = Offer(style="d1", ratio=orientations[orientation], images=images)
        yield f"veo_3_1{orientation}{fast}{frames}", offer


def _veo_3_1_apiyi() -> Iterator[tuple[str, Offer]]:
    for orientation, fast, frames in product(("", "-landscape"), ("", "-fast"), ("", "-fl")):
        ratio = LANDSCAPE if orientation else PORTRAIT
        offer = Offer(ratio=ratio, images=(1, 2) if frames else (0, 0), videos=4)
        yield f"veo-3.1{orientation}{fast}{frames}", offer


def _sora_video2() -> Iterator[tuple[str, Offer]]:
    base = Offer(seconds=10, images=(0, 4), videos=4, takes_prefix=True)
    yield "sora_video2", base
    for orientation, hd, long in product(ORIENTATIONS, ("", "-hd"), ("", "-15s")):
        ratio, seconds = ORIENTATIONS[orientation], 15 if long else 10
        offer = replace(base, ratio=ratio, seconds=seconds, hd=bool(hd), takes_prefix=False)
        yield f"sora_video2{orientation}{hd}{long}", offer


def _v2() -> Iterator[tuple[str, Offer]]:
    base = Offer(kind=Kind.V2, seconds=10, ratios=(LANDSCAPE, PORTRAIT), images=(0, 4))
    yield "sora-2", replace(base, lengths=(10, 15))
    yield "sora-2-pro", replace(base, lengths=(10, 15, 25), takes_hd=True)
    yield "veo3", Offer(kind=Kind.V2, ratio=LANDSCAPE)


def _seedance() -> Iterator[tuple[str, Offer]]:
    shapes = (LANDSCAPE, "4:3", "1:1", "3:4", PORTRAIT, "21:9")
    base = Offer(
        kind=Kind.SEEDANCE,
        ratio=LANDSCAPE,
        seconds=5,
        ratios=shapes,
        lengths=range(2, 13),
        takes_hd=True,
        images=(0, 2),
    )
    yield "doubao-seedance-1-0-pro-250528", base
    yield "doubao-seedance-1-0-lite-i2v-250428", replace(base, images=(1, 2), references=4)
    yield "doubao-seedance-1-5-pro-251215", replace(base, lengths=range(4, 13))
    yield "doubao-seedance-2-0-260128", replace(base, lengths=range(4, 16), references=9)


def _gpt_4o_image() -> Iterator[tuple[str, Offer]]:
    yield "gpt-4o-image", Offer(style="d7", ratio="1:1", seconds=0, images=(0, 4), picture=True)


def _sandbox() -> Iterator[tuple[str, Offer]]:
    any_shape = Offer(ratio=LANDSCAPE, ratios=None, lengths=range(1, 61), takes_hd=True)
    yield "sandbox-stream", replace(any_shape, kind=Kind.CHAT, images=(0, 2), videos=4)
    yield "sandbox-video", replace(any_shape, kind=Kind.V2, images=(0, 4), videos=1)
    yield "sandbox-bench", Offer(style="bench", seconds=1)


FAMILIES = (_veo3, _veo_3_1, _veo_3_1_apiyi, _sora_video2, _v2, _seedance, _gpt_4o_image, _sandbox)
OFFERS: dict[str, Offer] = {name: offer for family in FAMILIES for name, offer in family()}
