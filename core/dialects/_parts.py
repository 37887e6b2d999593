"""Pictures and videos of a question, as they travel inside JSON."""

from collections.abc import Mapping

from core.dialects._images import data_uris
from core.media import Asset
from core.talk import Asked, MediaLink, Question

Addresses = Mapping[Asset | MediaLink, str]


async def addresses_of(question: Question) -> Addresses:
    """Each of them with its address: its own, or the whole file as a `data:` URI."""
    files = [each for each in question.media if isinstance(each, Asset)]
    links = {each: each.url for each in question.media if isinstance(each, MediaLink)}
    return {**links, **dict(zip(files, await data_uris(files), strict=True))}


def addresses_in(turn: Asked, addresses: Addresses) -> list[tuple[Asset | MediaLink, str]]:
    """Those of one turn, in their order."""
    return [(each, addresses[each]) for each in turn.media]
