"""Addresses by which gateways can call us: one for each job, which nobody can guess.

A call says nothing but "ask now". Whoever it comes from, the gateway is asked as always.
"""

import asyncio
import secrets
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256

_BYTES = 32
_CHARS = len(secrets.token_urlsafe(_BYTES))


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """How a gateway can call us when a task has changed, so that we ask at once.

    Attributes:
        url: where it calls; a secret, since whoever knows it can call.
        called: set when it has.
    """

    url: str = field(repr=False)
    called: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(frozen=True, slots=True)
class Hooks:
    """The addresses that somebody waits behind now.

    Args:
        public_url: where the world reaches our own server; "" when it does not, and then there
            are no hooks.
        elsewhere: told of a call that nobody here waits for: by a digest, and not by the secret.
    """

    public_url: str = ""
    elsewhere: Callable[[str], None] | None = None
    _open: dict[str, Hook] = field(default_factory=dict[str, Hook])

    def new_secret(self) -> str:
        """What an address ends with; "" where there are none."""
        return secrets.token_urlsafe(_BYTES) if self.public_url else ""

    @contextmanager
    def opened(self, secret: str) -> Generator[Hook | None]:
        """Listen behind an address as long as the block runs."""
        if not (secret and self.public_url):
            yield None
            return
        digest = _digest(secret)
        hook = self._open[digest] = Hook(url=f"{self.public_url}/hooks/{secret}")
        try:
            yield hook
        finally:
            if self._open.get(digest) is hook:
                del self._open[digest]

    def call(self, secret: str) -> bool:
        """Wake whoever waits behind an address; False when nobody here does (any more)."""
        digest = _digest(secret)
        is_known = self.wake(digest)
        # The world may guess: what cannot be ours is nobody's business.
        if not is_known and self.elsewhere and len(secret) == _CHARS:
            self.elsewhere(digest)
        return is_known

    def wake(self, digest: str) -> bool:
        """Wake whoever waits behind the address with that digest, as `elsewhere` was told it."""
        hook = self._open.get(digest)
        if hook:
            hook.called.set()
        return hook is not None


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
