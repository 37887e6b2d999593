"""A gateway as a catalog file describes it: data, never code."""

from collections.abc import Mapping
from typing import Annotated, Literal, get_args

from pydantic import Field, StringConstraints

from core.catalog.served import Name, Sort, Table

Origin = Annotated[str, StringConstraints(pattern=r"^https?://[^\s/?#@]+$")]
Auth = Annotated[
    str, StringConstraints(pattern=r"^(bearer|key|raw|none|header:[A-Za-z][A-Za-z0-9-]*)$")
]
# What our own requests are made of is not for a file to say.
HeaderName = Annotated[
    str,
    StringConstraints(pattern=r"^(X-|HTTP-|Cancel-)[A-Za-z0-9-]+$"),
]
HeaderValue = Annotated[str, StringConstraints(pattern=r"^[ -~]{1,200}$")]
Path = Annotated[str, StringConstraints(pattern=r"^/[^\s#]*$")]
KeyPage = Annotated[str, StringConstraints(pattern=r"^[\w.-]+\.[a-z]+(/[\w./-]*)?$")]
Group = Literal["official", "reverse"]


class Gateway(Table):
    """Where a key is spent.

    Attributes:
        env: prefix of its variables: `<env>_API_KEY`, `<env>_BASE_URL`.
        auth: how the key is sent. "bearer" is `Authorization: Bearer KEY`, "key" the same with
            the word `Key`, "raw" the bare key, "header:x-goog-api-key" a header of its own. "none"
            is for a server without keys: it is used as soon as `<env>_BASE_URL` is set.
        headers: what else is sent with every request; no secrets.
        models_path: where it lists what the key can have; "" where it does not. Where each sort of
            model has a list of its own, a table of them; a sort without one is not listed.
        probe_path: what costs nothing to get and is refused without a good key, where the list is
            not; "" where there is no such thing.
        concurrency: how many of our jobs may be under way there at once.
        group: which group of keys this one is of; `seconds` of a model may be given for each.
        seedance_path: what stands before `/contents/generations/tasks`.
        media_origins: private addresses (`http://10.0.0.5:8000`) that links to its results, and
            nothing else, may lead to. Public ones need not be named, nor its own.
        key_page: where people get a key, without the `https://`; "" where nobody has said.
        own_address: True where each operator has an address of their own.
    """

    name: Name
    base_url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s/]+")]
    env: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]*$")]
    auth: Auth = "bearer"
    headers: Mapping[HeaderName, HeaderValue] = {}
    models_path: Path | Literal[""] | Mapping[Sort, Path] = "/v1/models"
    probe_path: Path | Literal[""] = ""
    concurrency: Annotated[int, Field(ge=1)] = 4
    group: Group = "reverse"
    seedance_path: Annotated[str, StringConstraints(pattern=r"^(/[\w.-]+)+$")] = "/seedance/v3"
    media_origins: tuple[Origin, ...] = ()
    key_page: KeyPage | Literal[""] = ""
    own_address: bool = False

    @property
    def lists(self) -> Mapping[Sort, str]:
        """Where models of each sort are listed, without those that are not."""
        if isinstance(self.models_path, str):
            return dict.fromkeys(get_args(Sort), self.models_path) if self.models_path else {}
        return self.models_path

    @property
    def variable(self) -> str:
        """The variable that makes it usable."""
        return f"{self.env}_{'BASE_URL' if self.auth == 'none' else 'API_KEY'}"
