"""Google's own format: what its dialect for pictures and that for answers share.

Source: docs/gateways.md, "gemini", "gemini_text".
"""

from collections.abc import Iterable, Iterator

from core.dialects._json import Json, dig, items, mapping, text
from core.errors import Fault, FaultKind, JobError

# How something ends that the filter has taken away; all else without a result is a mishap.
FILTERED = frozenset(
    {
        "BLOCKLIST",
        "IMAGE_PROHIBITED_CONTENT",
        "IMAGE_RECITATION",
        "IMAGE_SAFETY",
        "PROHIBITED_CONTENT",
        "RECITATION",
        "SAFETY",
        "SPII",
    }
)
_LIMIT_BYTES = 20_000_000


def inline_part(uri: str) -> Json:
    """A picture or video that was read as a `data:` URI."""
    mime, _, data = uri.removeprefix("data:").partition(";base64,")
    return {"inlineData": {"data": data, "mimeType": mime}}


def check_size(prompt: str, uris: Iterable[str]) -> None:
    """Refuse what the gateway would refuse only after it was sent.

    Raises:
        JobError: TOO_LARGE; nothing was sent.
    """
    size_bytes = sum(map(len, uris)) + len(prompt.encode())
    if size_bytes > _LIMIT_BYTES:
        detail = f"{size_bytes / 1e6:.1f} MB as base64, the limit is {_LIMIT_BYTES / 1e6:.0f} MB"
        raise JobError(Fault(kind=FaultKind.TOO_LARGE, detail=detail))


def parts_of(reply: Json) -> Iterator[Json]:
    """What all candidates say, piece by piece."""
    for candidate in items(reply.get("candidates")):
        yield from map(mapping, items(dig(candidate, "content.parts")))


def blocked_of(reply: Json) -> str:
    """Why the prompt was refused under a good status; "" when it was not."""
    return text(dig(reply, "promptFeedback.blockReason"))


def told_of(reply: Json) -> str:
    """The sentence that explains a refusal or an odd end, if there is one."""
    places = ("promptFeedback.blockReasonMessage", "candidates.0.finishMessage")
    return next(filter(None, (text(dig(reply, place)) for place in places)), "")
