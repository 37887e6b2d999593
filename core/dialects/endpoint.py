"""An operator's account at a gateway."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx
from pydantic import SecretStr

from core.catalog.served import Sort
from core.public_http import origin
from core.redact import know
from core.validation import check_address


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How often, and for how long, a gateway is asked; all in seconds.

    Source: docs/gateways.md, "How long it takes", "Errors while asking".

    Attributes:
        least, longest: the pauses between two looks at a task, of which there are no more than
            `looks` in any `window`.
        patience: how long nothing but errors are tolerated.
        grace: how long a new task may be unknown, and a finished one without a link.
        again: wait before a creation that was not accepted is sent again, or a link that is not
            there yet is asked again; then twice as long.
        afterwards: how long a stream that said that it was over is still listened to,
            for a link behind the end mark.
    """

    least: float = 1.0
    longest: float = 15.0
    looks: int = 20
    window: float = 150.0
    patience: float = 120.0
    grace: float = 60.0
    again: float = 1.0
    afterwards: float = 2.0

    def scaled(self, factor: float) -> "Pace":
        """The same rhythm, `factor` times as slow."""
        return Pace(
            least=self.least * factor,
            longest=self.longest * factor,
            looks=self.looks,
            window=self.window * factor,
            patience=self.patience * factor,
            grace=self.grace * factor,
            again=self.again * factor,
            afterwards=self.afterwards * factor,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Base URL, key and settings of one account.

    Attributes:
        root: without a trailing `/v1` or slash.
        auth: as in `core.catalog.Gateway`, as are `more_headers`, `lists`, `probe_path`.
        concurrency: how many jobs may be under way there at once.
        seedance_path: what stands before Seedance's own paths.
        media_origins: private origins that links to results may lead to.
    """

    gateway: str
    root: str
    # Hidden twice: the repr of an endpoint ends up in logs and tracebacks.
    key: SecretStr = field(repr=False)
    auth: str = "bearer"
    more_headers: Mapping[str, str] = field(default_factory=dict[str, str])
    lists: Mapping[Sort, str] = field(default_factory=dict[Sort, str])
    probe_path: str = ""
    concurrency: int = 4
    seedance_path: str = "/seedance/v3"
    media_origins: tuple[str, ...] = ()
    pace: Pace = Pace()

    def __post_init__(self) -> None:
        """Gateways quote keys in their refusals."""
        key = self.key.get_secret_value()
        # The half behind a colon is the secret one, and quoted alone, too.
        know(key, clean_key(key), *clean_key(key).split(":"))

    @property
    def headers(self) -> dict[str, str]:
        """What the key is sent in. Only this endpoint's own origin may ever see it."""
        key = clean_key(self.key.get_secret_value())
        scheme, _, name = self.auth.partition(":")
        sent = {
            "bearer": {"Authorization": f"Bearer {key}"},
            "key": {"Authorization": f"Key {key}"},
            "raw": {"Authorization": key},
            "header": {name: key},
            "none": {},
        }
        return {**self.more_headers, **sent[scheme]}

    def url(self, path: str) -> str:
        """The address of a path of the gateway.

        Raises:
            ValueError: it is no path, and would lead to another host with the key.
        """
        if not path.startswith("/"):
            raise ValueError("not a path of the gateway")
        return self.root + path

    def path_of(self, url: str) -> str:
        """The path of an address that an answer names; "" where it is not the gateway's own."""
        root = httpx.URL(f"{self.root}/")
        if not url.casefold().startswith(("/", "http://", "https://")):
            return ""
        try:
            there = root.join(url)
            is_own = origin(str(there)) == origin(self.root) and not there.userinfo
        except (httpx.InvalidURL, ValueError):
            return ""
        path, above = there.raw_path.decode("ascii"), root.raw_path.decode("ascii")
        return path[len(above) - 1 :] if is_own and path.startswith(above) else ""


def clean_key(key: str) -> str:
    """Strip what people paste along with a key."""
    # Zero-width signs, typographic quotes and dots: a header could not carry them anyway.
    words = "".join(sign if "!" <= sign <= "~" else " " for sign in key).split()
    if words and words[0].casefold() in ("bearer", "key"):
        words = words[1:]
    return "".join(words)


def root_url(base_url: str) -> str:
    """The root of a base URL that was given with or without `/v1` and slash.

    Raises:
        ValueError: when it is no http(s) URL.
    """
    return check_address(base_url).rstrip("/").removesuffix("/v1").rstrip("/")
