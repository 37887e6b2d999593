"""The names that the gateways' own pages document, kept by hand and apart from any catalog.

What the client sends is checked against these: a wrong name, shape or length in a preset, or in
the code that makes a wire name of options, is refused as the gateway would refuse it.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from sandbox.orders.documented_hosts import HOSTS
from sandbox.orders.models import LANDSCAPE, PORTRAIT, SQUARE, WireModel
from sandbox.orders.order import Kind

ORIENTATIONS = {"-portrait": PORTRAIT, "-landscape": LANDSCAPE}
FRAMES = ("first_frame", "last_frame")
SMALL = ("720x1280", "1280x720")
LARGE = ("1024x1792", "1792x1024")
PICTURE_RATIOS = ("1:1", "4:3", "3:4", "16:9", "9:16", "2:3", "3:2", "4:5", "5:4", "21:9")
SCALES = ("1K", "2K", "4K")
FORMATS = ("url", "b64_json")
FILES = ("image", "image[]")


def _veo3() -> Iterator[WireModel]:
    for name in ("veo3-fast", "veo3-pro"):
        yield WireModel(kind=Kind.CHAT, name=name, style="d1", ratio=LANDSCAPE)
    yield WireModel(
        kind=Kind.CHAT, name="veo3-pro-frames", style="d1", ratio=LANDSCAPE, images=(1, 1)
    )


def _veo_3_1() -> Iterator[WireModel]:
    orientations = {"": PORTRAIT, **ORIENTATIONS}
    for orientation, fast, frames in product(orientations, ("", "-fast"), ("", "-fl")):
        yield WireModel(
            kind=Kind.CHAT,
            name=f"veo_3_1{orientation}{fast}{frames}",
            style="d1",
            ratio=orientations[orientation],
            images=(1, 2) if frames else (0, 1),
        )


def _veo_3_1_apiyi() -> Iterator[WireModel]:
    for orientation, fast, frames in product(("", "-landscape"), ("", "-fast"), ("", "-fl")):
        yield WireModel(
            kind=Kind.CHAT,
            name=f"veo-3.1{orientation}{fast}{frames}",
            ratio=LANDSCAPE if orientation else PORTRAIT,
            images=(1, 2) if frames else (0, 0),
            count=4,
        )


def _sora_video2() -> Iterator[WireModel]:
    """Its options are in the name or, where the name is bare, words before the prompt."""
    base = WireModel(kind=Kind.CHAT, name="sora_video2", seconds=10, images=(0, 4), count=4)
    yield base
    for orientation, hd, long in product(ORIENTATIONS, ("", "-hd"), ("", "-15s")):
        made = replace(
            base,
            ratio=ORIENTATIONS[orientation],
            seconds=15 if long else 10,
            hd=(bool(hd),),
        )
        yield replace(made, name=f"sora_video2{orientation}{hd}{long}")
        words = ("竖屏" if orientation == "-portrait" else "横屏", long[1:], hd and "高清")
        yield replace(made, prefix=",".join(filter(None, words)))


def _v2() -> Iterator[WireModel]:
    base = WireModel(
        kind=Kind.V2,
        name="sora-2",
        seconds=10,
        ratios=(LANDSCAPE, PORTRAIT),
        lengths=(10, 15),
        images=(0, 4),
        watermark=True,
        remix=True,
    )
    yield base
    yield replace(base, name="sora-2-pro", lengths=(10, 15, 25), hd=(False, True))
    yield WireModel(kind=Kind.V2, name="veo3", ratio=LANDSCAPE)


def _videos() -> Iterator[WireModel]:
    """Lengths are those of both groups of keys."""
    base = WireModel(
        kind=Kind.VIDEOS,
        name="sora-2",
        seconds=4,
        sizes=SMALL,
        lengths=(4, 8, 12, 10, 15),
        images=(0, 1),
        watermark=True,
        remix=True,
    )
    yield base
    yield replace(base, name="sora-2-pro", sizes=(*SMALL, *LARGE), lengths=(4, 8, 12, 10, 15, 25))
    for name in ("veo_3_1", "veo_3_1-fast"):
        yield WireModel(kind=Kind.VIDEOS, name=name, sizes=SMALL, images=(0, 1))


def _seedance() -> Iterator[WireModel]:
    base = WireModel(
        kind=Kind.SEEDANCE,
        name="doubao-seedance-1-0-pro-250528",
        ratio=LANDSCAPE,
        seconds=5,
        ratios=(LANDSCAPE, "4:3", "1:1", "3:4", PORTRAIT, "21:9"),
        lengths=range(2, 13),
        resolutions=("480p", "720p", "1080p"),
        images=(0, 2),
        roles=FRAMES,
        seed=True,
        watermark=True,
    )
    lite = replace(base, name="doubao-seedance-1-0-lite-i2v-250428", images=(1, 2))
    newest = replace(base, name="doubao-seedance-2-0-260128", lengths=range(4, 16))
    yield from (base, lite, newest)
    yield replace(base, name="doubao-seedance-1-5-pro-251215", lengths=range(4, 13))
    yield replace(lite, images=(1, 4), roles=("reference",))
    yield replace(newest, images=(1, 9), roles=("reference",))


def _images() -> Iterator[WireModel]:
    base = WireModel(
        kind=Kind.IMAGES,
        name="nano-banana",
        ratio=SQUARE,
        seconds=0,
        picture=True,
        formats=FORMATS,
    )
    banana = replace(base, ratios=PICTURE_RATIOS, images=(0, 3), files=FILES)
    yield banana
    yield replace(banana, name="nano-banana-hd")
    yield replace(banana, name="nano-banana-2", resolutions=SCALES, images=(0, 14))
    edited = replace(base, images=(0, 4), in_json=False, files=FILES)
    yield replace(edited, name="flux-kontext-pro")
    yield replace(edited, name="flux-kontext-max")
    yield replace(
        edited,
        name="gpt-image-1",
        sizes=("1024x1024", "1536x1024", "1024x1536", "auto"),
        qualities=("low", "medium", "high", "auto"),
        formats=(),
        images=(0, 16),
        mask=True,
        count=10,
    )
    gemini = replace(banana, kind=Kind.GEMINI, name="gemini-2.5-flash-image")
    yield gemini
    yield replace(
        gemini, name="gemini-3.1-flash-image-preview", resolutions=SCALES, images=(0, 14)
    )
    yield replace(base, kind=Kind.CHAT, name="gpt-4o-image", style="d7", images=(0, 4))


def _sandbox() -> Iterator[WireModel]:
    """Two more over chat that no catalog needs: with fields of their own, and for benchmarks."""
    yield WireModel(
        kind=Kind.CHAT,
        name="sandbox-stream",
        ratio=LANDSCAPE,
        ratios=None,
        lengths=range(1, 61),
        hd=(False, True),
        images=(0, 2),
        count=4,
    )
    yield WireModel(kind=Kind.CHAT, name="sandbox-bench", style="bench", seconds=1)


FAMILIES = (
    *(_veo3, _veo_3_1, _veo_3_1_apiyi, _sora_video2),
    *(_v2, _videos, _seedance, _images, _sandbox),
    *HOSTS,
)
DOCUMENTED: tuple[WireModel, ...] = tuple(model for family in FAMILIES for model in family())
