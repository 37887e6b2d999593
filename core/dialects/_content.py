"""A creation's `content`: one text and its pictures, each with what it is for.

Source: docs/gateways.md, "seedance", "minimax_videos", "dashscope".
"""

from collections.abc import Sequence

from core.catalog import Model
from core.dialects._json import Json
from core.media import ImageRole

ROLE_WORDS = {
    ImageRole.FIRST_FRAME: "first_frame",
    ImageRole.LAST_FRAME: "last_frame",
    ImageRole.REFERENCE: "reference_image",
}
"""What a picture is for, in the words that these makers share."""


def content_parts(model: Model, text: str, images: Sequence[str]) -> list[Json]:
    """The parts; no text is none, since an empty one is refused."""
    pictures: list[Json] = [
        {
            "type": "image_url",
            "image_url": {"url": url},
            "role": ROLE_WORDS[model.images.role(index)],
        }
        for index, url in enumerate(images)
    ]
    return [{"type": "text", "text": text}, *pictures] if text else pictures
