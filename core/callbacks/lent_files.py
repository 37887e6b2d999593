"""Files that gateways may fetch from us for a while, at addresses that nobody can guess."""

import secrets
import time
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class LentFiles:
    """What can be fetched now.

    Args:
        public_url: where the world reaches our own server; "" when it does not, and then there
            are no links.
    """

    public_url: str = ""
    _open: dict[str, tuple[Path, float]] = field(default_factory=dict[str, tuple[Path, float]])

    def lend(self, path: Path, seconds: float) -> str:
        """The address of a file for so long; "" where there is none."""
        if not self.public_url:
            return ""
        now = time.monotonic()
        for secret in [each for each, (_, until) in self._open.items() if until < now]:
            del self._open[secret]
        secret = secrets.token_urlsafe(32) + path.suffix
        self._open[secret] = path, now + seconds
        return f"{self.public_url}/lent/{secret}"

    def lent(self, secret: str) -> Path | None:
        """The file behind an address, as long as it may be fetched."""
        path, until = self._open.get(secret, (None, 0.0))
        return path if path and until >= time.monotonic() else None
