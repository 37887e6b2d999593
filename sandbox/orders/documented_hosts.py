"""What hosts of many makers' models document, kept by hand and apart from any catalog."""

from collections.abc import Iterator
from dataclasses import replace

from sandbox.orders.documented_fal import fal
from sandbox.orders.models import SQUARE, WireField, WireModel
from sandbox.orders.order import Kind
from sandbox.orders.pages import (
    ANY_SHAPE,
    FRAMES,
    NOT_READ,
    PICTURE_SHAPES,
    REFERENCE,
    SEVEN,
    SIX,
    WIDE,
    film_page,
    inputs,
    picture_page,
)

GROK_SIZES = ("720x1280", "1280x720")


def ark() -> Iterator[WireModel]:
    """Ark, also at apiyi; that 2.5 takes no shape with frames is not said here."""
    told = {"roles": FRAMES, "seed": True, "sound": True, "watermark": True, "ratios": SIX}
    limits = {
        "doubao-seedance-2-5-260628": (range(4, 31), ("480p", "720p", "1080p"), 30),
        "doubao-seedance-2-0-260128": (range(4, 16), ("480p", "720p", "1080p"), 9),
        "doubao-seedance-2-0-fast-260128": (range(4, 16), ("480p", "720p"), 9),
    }
    for name, (lengths, resolutions, references) in limits.items():
        for maker in (name, name.replace("doubao", "dreamina")):
            film = film_page(
                Kind.SEEDANCE, maker, lengths=lengths, resolutions=resolutions, **told
            )
            yield replace(film, images=(0, 2))
            yield replace(film, images=(1, references), roles=REFERENCE)
    for maker in ("doubao-seedance-1-5-pro-251215", "seedance-1-5-pro-251215"):
        resolutions = ("480p", "720p", "1080p")
        film = film_page(
            Kind.SEEDANCE, maker, lengths=range(4, 13), resolutions=resolutions, **told
        )
        yield replace(film, images=(0, 2))


def apiyi_grok() -> Iterator[WireModel]:
    """Its page names sizes by an example; that the lying one has a standing twin is inferred."""
    for name in ("grok-imagine-video", "grok-imagine-video-1.5", "grok-imagine-video-1.5-lite"):
        film = film_page(Kind.VIDEOS, name, lengths=range(1, 16), sizes=GROK_SIZES)
        yield replace(film, images=(0, 1))


def openrouter() -> Iterator[WireModel]:
    """Its list of videos, autumn 2026, which counts shapes and does not name all of them."""
    three = ("480P", "720P", "1080P")
    base = film_page(
        Kind.OPENROUTER, "", ratios=(*SEVEN, "21:9", "9:21"), images=(0, 2), roles=FRAMES
    )
    grok = replace(base, lengths=range(1, 16), ratios=SEVEN, resolutions=three, images=(0, 1))
    yield replace(grok, name="x-ai/grok-imagine-video-1.5-lite", roles=FRAMES[:1])
    yield replace(grok, name="x-ai/grok-imagine-video-1.5", roles=FRAMES[:1])
    told = replace(base, sound=True, seed=True)
    yield replace(told, name="alibaba/wan-3.0", lengths=range(2, 31), resolutions=three)
    yield replace(
        base,
        name="kwaivgi/kling-v3.0-pro",
        lengths=range(3, 16),
        ratios=(*WIDE, SQUARE),
        resolutions=("720P",),
        sound=True,
    )
    veo = replace(told, name="google/veo-3.1-fast", lengths=(4, 6, 8), ratios=WIDE)
    yield replace(veo, resolutions=("720P", "1080P", "4K"))
    seedance = replace(
        told, name="bytedance/seedance-2.0", lengths=range(4, 16), resolutions=(*three, "4K")
    )
    yield seedance
    # How many references is the maker's word.
    yield replace(seedance, images=(1, 9), roles=REFERENCE)


def openrouter_images() -> Iterator[WireModel]:
    """Its page about pictures; how many it takes is Google's word, and not read for Flux."""
    drawing = picture_page(Kind.OPENROUTER_IMAGES, "", ratios=PICTURE_SHAPES, roles=REFERENCE)
    yield replace(
        drawing,
        name="google/gemini-3.1-flash-image",
        resolutions=("1K", "2K", "4K"),
        images=(0, 14),
        constants=(("modalities", ("image", "text")),),
    )
    yield replace(
        drawing,
        name="black-forest-labs/flux.2-pro",
        images=(0, NOT_READ),
        constants=(("modalities", ("image",)),),
    )


def google() -> Iterator[WireModel]:
    """Omni's page in the SDK, and the picture model's; of 1.1 nobody says how many references."""
    film = film_page(Kind.OMNI, "gemini-omni-1.2-flash", ratios=WIDE, roles=FRAMES, seed=True)
    film = replace(film, lengths=range(3, 16), resolutions=("360P", "720P", "1080P", "4K"))
    yield replace(film, images=(0, 2))
    yield replace(film, images=(1, 6), roles=REFERENCE)
    yield replace(
        film,
        name="gemini-omni-1.1-flash",
        lengths=range(3, 11),
        resolutions=("720P",),
        images=(0, NOT_READ),
        roles=REFERENCE,
        seed=False,
    )
    yield picture_page(
        Kind.GEMINI,
        "gemini-3.1-flash-image",
        ratios=PICTURE_SHAPES,
        resolutions=("1K", "2K", "4K"),
        images=(0, 14),
        roles=REFERENCE,
    )


def xai() -> Iterator[WireModel]:
    """Its SDK; shapes of pictures are those that its videos have, too."""
    film = film_page(Kind.XAI, "", lengths=range(1, 16), ratios=SEVEN, sound=True, images=(0, 1))
    film = replace(film, roles=FRAMES[:1])
    newer = replace(film, resolutions=("480P", "720P", "1080P"))
    yield replace(newer, name="grok-imagine-video-1.5-lite")
    yield replace(newer, name="grok-imagine-video-1.5")
    older = replace(film, resolutions=("480P", "720P"))
    yield replace(older, name="grok-imagine-video-1.5", images=(1, 7), roles=REFERENCE)
    yield replace(older, name="grok-imagine-video")
    yield picture_page(
        Kind.IMAGES,
        "grok-imagine-image",
        ratios=SEVEN,
        images=(0, 1),
        formats=("url", "b64_json"),
        files=("json",),
        in_json=False,
        count=10,
    )


def minimax() -> Iterator[WireModel]:
    """The page of its API v2."""
    film = film_page(Kind.MINIMAX, "MiniMax-H3", lengths=range(5, 16), ratios=SIX, seed=True)
    film = replace(film, resolutions=("768P", "2K"), images=(0, 2), roles=FRAMES)
    yield film
    yield replace(film, images=(1, 9), roles=REFERENCE)


def dashscope() -> Iterator[WireModel]:
    """The guide to Wan 3.0; which shapes and how many references was not read."""
    film = film_page(Kind.DASHSCOPE, "wan3.0-video", lengths=range(2, 31), ratios=ANY_SHAPE)
    film = replace(film, resolutions=("480P", "720P", "1080P"), seed=True, watermark=True)
    yield replace(film, images=(0, 2), roles=FRAMES)
    yield replace(film, images=(1, NOT_READ), roles=REFERENCE)


def newapi() -> Iterator[WireModel]:
    """Its adaptors: what they do not read goes to the maker, whose limits these are.

    That Kling's shape is `aspect_ratio` there is its own name for it, and inferred.
    """
    names = {"seconds": "duration", "first_frame": "image"}
    yield film_page(
        Kind.NEWAPI,
        "doubao-seedance-2-0-260128",
        lengths=range(4, 16),
        resolutions=("480P", "720P", "1080P"),
        ratios=SIX,
        images=(0, 1),
        roles=FRAMES[:1],
        seed=True,
        sound=True,
        watermark=True,
        fields=inputs(
            **names,
            ratio="metadata.ratio",
            resolution="metadata.resolution",
            seed="metadata.seed",
            sound="metadata.generate_audio",
            watermark="metadata.watermark",
        ),
    )
    spoken = (("true", "on"), ("false", "off"))
    yield film_page(
        Kind.NEWAPI,
        "kling-v3-0",
        lengths=range(3, 16),
        ratios=(*WIDE, SQUARE),
        images=(0, 2),
        roles=FRAMES,
        sound=True,
        constants=(("mode", "pro"),),
        fields=inputs(
            WireField(option="sound", name="metadata.sound", values=spoken),
            **names,
            last_frame="metadata.image_tail",
            ratio="metadata.aspect_ratio",
        ),
    )


def replicate() -> Iterator[WireModel]:
    """Each model has a schema of its own, which was not read: limits are those of its makers.

    Its page only lists what models call their pictures; a preset has to use one of these names.
    """
    firsts, lasts = ("image", "start_image"), ("end_image", "last_frame", "last_frame_image")
    pictures = [WireField(option="first_frame", name=name) for name in firsts]
    pictures += [WireField(option="last_frame", name=name) for name in lasts]
    names = {"ratio": "aspect_ratio", "seconds": "duration", "resolution": "resolution"}
    film = film_page(
        Kind.REPLICATE,
        "",
        lengths=range(3, 16),
        ratios=(*WIDE, SQUARE),
        images=(0, 2),
        roles=FRAMES,
        fields=inputs(*pictures, **names, seed="seed", sound="generate_audio"),
    )
    yield replace(film, name="kwaivgi/kling-v3-video", sound=True)
    p_video = replace(film, name="prunaai/p-video-2-pro", lengths=range(5, 16))
    yield replace(p_video, ratios=ANY_SHAPE, resolutions=("720P", "1080P"))
    told = replace(film, sound=True, seed=True, resolutions=("480P", "720P", "1080P"))
    yield replace(told, name="bytedance/seedance-2.0", lengths=range(4, 16), ratios=SIX)
    yield replace(told, name="google/veo-3.1-fast", lengths=(4, 6, 8), ratios=WIDE)
    yield picture_page(
        Kind.REPLICATE,
        "black-forest-labs/flux-schnell",
        ratios=ANY_SHAPE,
        roles=REFERENCE,
        seed=True,
        count=NOT_READ,
        constants=(("output_format", "png"),),
        fields=inputs(ratio="aspect_ratio", seed="seed", count="num_outputs"),
    )


HOSTS = (
    *(ark, apiyi_grok, openrouter, openrouter_images, fal),
    *(google, xai, minimax, dashscope, newapi, replicate),
)
