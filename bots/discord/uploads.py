"""Assets as Discord takes them: read from disk while they are sent, never whole in memory."""

from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from hashlib import blake2b

import discord

from core.platform import MediaPost

_NONCE_BYTES = 12


@contextmanager
def opened(post: MediaPost) -> Generator[Sequence[discord.File]]:
    """Open the files anew, as each attempt needs them, as long as they are sent."""
    with ExitStack() as stack:
        files: list[discord.File] = []
        for asset in post.assets:
            file = discord.File(asset.path, spoiler=post.spoiler)
            stack.callback(file.close)
            files.append(file)
        yield files


def nonce(*about: str) -> str:
    """By this Discord knows a repetition, for some minutes; as long as it takes."""
    return blake2b("\0".join(about).encode(), digest_size=_NONCE_BYTES).hexdigest()
