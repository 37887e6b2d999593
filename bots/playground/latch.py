"""What opens the page. No server is loaded with it."""

from dataclasses import dataclass, field
from hmac import compare_digest
from secrets import token_urlsafe


@dataclass(frozen=True, slots=True)
class Latch:
    """A key that stands in the address, later in a cookie, and the name of a folder.

    Browsers send cookies to all ports of a machine, so also to a server of somebody else on it;
    but not outside of the folder that they are for, and its name is not known there.
    """

    key: str = field(default_factory=lambda: token_urlsafe(32), repr=False)
    room: str = field(default_factory=lambda: token_urlsafe(16), repr=False)

    def address(self, port: int) -> str:
        """Where the page is opened, for nobody but the operator's eyes."""
        return f"http://127.0.0.1:{port}/?key={self.key}"

    def is_opened_by(self, said: str) -> bool:
        """Whether that is the key."""
        return compare_digest(said.encode(), self.key.encode())
