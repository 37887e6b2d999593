"""Addresses by which gateways can call us: one for each job, which nobody can guess.

A call says nothing but "ask now". Whoever it comes from, the gateway is asked as always.
"""

import asyncio
import secrets
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field


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
    """

    public_url: str = ""
    _open: dict[str, Hook] = field(default_factory=dict[str, Hook])

    def new_secret(self) -> str:
        """What an address ends with; "" where there are none."""
        return secrets.token_urlsafe(32) if self.public_url else ""

    @contextmanager
    def opened(self, secret: str) -> Generator[Hook | None]:
        """Listen behind an address as long as the block runs."""
        if not (secret and self.public_url):
            yield None
            return
        hook = self._open[secret] = Hook(url=f"{self.public_url}/hooks/{secret}")
        try:
            yield hook
        finally:
            if self._open.get(secret) is hook:
                del self._open[secret]

    def call(self, secret: str) -> bool:
        """Wake whoever waits behind an address; False when nobody does (any more)."""
        hook = self._open.get(secret)
        if hook:
            hook.called.set()
        return hook is not None
