"""What browsers may do with our pages: as little as these need."""

from typing import TYPE_CHECKING

from starlette.datastructures import MutableHeaders

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

STILL = (
    "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""For pages to look at: no script runs, nothing is loaded that is not ours."""
LIVELY = (
    "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'self'; script-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""For pages that somebody has signed in to: our scripts run, and forms go to us."""


def framed(policy: str, origins: str) -> str:
    """The same for a page that those may show in a frame."""
    return policy.replace("frame-ancestors 'none'", f"frame-ancestors {origins}")


_EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class Safely:
    """Lets each answer say what browsers may do with it, also one that a library gives.

    Args:
        policy: the Content-Security-Policy.
        referrer: which places are told the address.
    """

    def __init__(self, app: "ASGIApp", *, policy: str, referrer: str) -> None:
        self._app = app
        self._headers = {
            **_EVERYWHERE,
            "Content-Security-Policy": policy,
            "Referrer-Policy": referrer,
        }

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Pass it on."""

        async def say(message: "Message") -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, say)
