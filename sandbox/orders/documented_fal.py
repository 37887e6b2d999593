"""What fal's pages say of its endpoints, kept by hand and apart from any catalog."""

from collections.abc import Iterator
from dataclasses import replace

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


def fal() -> Iterator[WireModel]:
    """Endpoints for words and for pictures; "adaptive" and "auto" are not shapes here."""
    yield from _fal_seedance()
    yield from _fal_kling()
    yield from _fal_veo()
    yield from _fal_others()
    yield from _fal_pictures()


def _fal_seedance() -> Iterator[WireModel]:
    fields = inputs(
        WireField(option="seconds", name="duration", form="{}"),
        ratio="aspect_ratio",
        resolution="resolution",
        seed="seed",
        sound="generate_audio",
        first_frame="image_url",
        last_frame="end_image_url",
        references="image_urls",
    )
    film = film_page(Kind.FAL, "", ratios=SIX, seed=True, sound=True, roles=FRAMES, fields=fields)
    words = ("480P", "720P", "1080P", "4K")
    for version, lengths, resolutions in (
        ("2.0", range(4, 16), words),
        ("2.0/fast", range(4, 16), words),
        ("2.5/flash", range(4, 31), words[:2]),
    ):
        app = f"bytedance/seedance-{version}"
        made = replace(film, lengths=lengths, resolutions=resolutions)
        yield replace(made, name=f"{app}/text-to-video")
        yield replace(made, name=f"{app}/image-to-video", images=(1, 2))
        yield replace(made, name=f"{app}/reference-to-video", images=(1, 9), roles=REFERENCE)


def _fal_kling() -> Iterator[WireModel]:
    fields = inputs(
        WireField(option="seconds", name="duration", form="{}"),
        ratio="aspect_ratio",
        sound="generate_audio",
        first_frame="start_image_url",
        last_frame="end_image_url",
    )
    film = film_page(Kind.FAL, "", lengths=range(3, 16), sound=True, roles=FRAMES, fields=fields)
    for grade in ("standard", "pro"):
        app = f"fal-ai/kling-video/v3/{grade}"
        yield replace(film, name=f"{app}/text-to-video", ratios=(*WIDE, SQUARE))
        yield replace(film, name=f"{app}/image-to-video", images=(1, 2))


def _fal_veo() -> Iterator[WireModel]:
    names = {"ratio": "aspect_ratio", "resolution": "resolution", "seed": "seed"}
    names |= {"sound": "generate_audio"}
    seconds = WireField(option="seconds", name="duration", form="{}s")
    film = film_page(
        Kind.FAL,
        "",
        lengths=(4, 6, 8),
        resolutions=("720P", "1080P", "4K"),
        ratios=WIDE,
        seed=True,
        sound=True,
        fields=inputs(seconds, **names, first_frame="image_url"),
    )
    two = inputs(seconds, **names, first_frame="first_frame_url", last_frame="last_frame_url")
    for app in ("fal-ai/veo3.1/fast", "fal-ai/veo3.1/lite"):
        yield replace(film, name=app, roles=FRAMES[:1])
        yield replace(film, name=f"{app}/image-to-video", images=(1, 1), roles=FRAMES[:1])
        frames = replace(film, name=f"{app}/first-last-frame-to-video", fields=two)
        yield replace(frames, images=(2, 2), roles=FRAMES)


def _fal_others() -> Iterator[WireModel]:
    names = {"ratio": "aspect_ratio", "seconds": "duration", "resolution": "resolution"}
    wan = film_page(
        Kind.FAL,
        "",
        lengths=range(2, 16),
        resolutions=("720P", "1080P"),
        seed=True,
        roles=FRAMES,
        fields=inputs(**names, seed="seed", first_frame="image_url", last_frame="end_image_url"),
    )
    yield replace(wan, name="fal-ai/wan/v2.7/text-to-video", ratios=ANY_SHAPE)
    yield replace(wan, name="fal-ai/wan/v2.7/image-to-video", images=(1, 2))
    newer = replace(
        wan,
        lengths=range(2, 31),
        resolutions=("480P", "720P", "1080P"),
        ratios=SIX,
        roles=FRAMES[:1],
        seed=False,
        fields=inputs(**names, first_frame="start_image_url"),
    )
    yield replace(newer, name="alibaba/wan-3.0/text-to-video")
    yield replace(newer, name="alibaba/wan-3.0/image-to-video", images=(1, 1))
    grok = replace(
        newer,
        lengths=range(1, 16),
        resolutions=("480P", "720P"),
        ratios=SEVEN,
        fields=inputs(**names, first_frame="image_url"),
    )
    yield replace(grok, name="xai/grok-imagine-video/text-to-video")
    yield replace(grok, name="xai/grok-imagine-video/image-to-video", images=(1, 1))
    yield from _fal_h3()
    ltx = replace(
        newer,
        seconds=6,
        lengths=(6, 8, 10),
        resolutions=("1080P", "1440P", "4K"),
        ratios=WIDE,
        sound=True,
        fields=inputs(
            WireField(option="resolution", name="resolution", values=(("4k", "2160p"),)),
            ratio="aspect_ratio",
            seconds="duration",
            sound="generate_audio",
            first_frame="image_url",
        ),
    )
    yield replace(ltx, name="fal-ai/ltx-2.3/text-to-video")
    yield replace(ltx, name="fal-ai/ltx-2.3/image-to-video", images=(1, 1))


def _fal_h3() -> Iterator[WireModel]:
    fields = inputs(
        WireField(option="resolution", name="resolution", values=(("2k", "2K"),)),
        ratio="aspect_ratio",
        seconds="duration",
        first_frame="image_url",
        last_frame="end_image_url",
        references="reference_image_urls",
    )
    film = film_page(Kind.FAL, "", lengths=range(5, 16), resolutions=("2K",), fields=fields)
    yield replace(film, name="minimax/h3/text-to-video", ratios=SIX, roles=FRAMES)
    yield replace(film, name="minimax/h3/image-to-video", images=(1, 2), roles=FRAMES)
    references = replace(film, images=(1, 9), roles=REFERENCE, ratios=SIX)
    yield replace(references, name="minimax/h3/reference-to-video")


def _fal_pictures() -> Iterator[WireModel]:
    """How many at a time, and of how many, was not read."""
    banana = picture_page(
        Kind.FAL,
        "fal-ai/nano-banana-2",
        ratios=PICTURE_SHAPES,
        resolutions=("1K", "2K", "4K"),
        roles=REFERENCE,
        count=NOT_READ,
        fields=inputs(
            WireField(
                option="resolution",
                name="resolution",
                values=(("1k", "1K"), ("2k", "2K"), ("4k", "4K")),
            ),
            ratio="aspect_ratio",
            count="num_images",
            references="image_urls",
        ),
    )
    yield banana
    yield replace(banana, name="fal-ai/nano-banana-2/edit", images=(1, NOT_READ))
    sides = {"width": "image_size.width", "height": "image_size.height"}
    yield picture_page(
        Kind.FAL,
        "fal-ai/flux/schnell",
        ratios=ANY_SHAPE,
        roles=REFERENCE,
        seed=True,
        count=NOT_READ,
        fields=inputs(**sides, seed="seed", count="num_images"),
    )
