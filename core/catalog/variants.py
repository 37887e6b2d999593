"""Combinations of options, and what they change about a model: data of a catalog file."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from core.catalog.served import Price, Table

Ratio = Annotated[str, StringConstraints(pattern=r"^(\*|\d{1,2}:\d{1,2})$")]
Resolution = Literal[
    "hd", "360p", "480p", "540p", "720p", "768p", "1080p", "1440p", "1k", "2k", "4k"
]


class When(Table):
    """A combination of options; what is left out matches everything."""

    ratio: Ratio | None = None
    seconds: int | None = None
    resolution: Resolution | None = None
    hd: bool | None = None
    fast: bool | None = None
    images: bool | None = None
    sound: bool | None = None


class Variant(When):
    """What changes when its combination is asked for; of several that match, the last one wins.

    Suffixes add up in the order of the file; so do prefixes, which are words before the prompt.
    `wire` is another name on the wire, where that of the model does not do; `size` the word for
    the picture's size there ("1280x720"), `quality` that for how well it is made.
    """

    wire: str = ""
    suffix: str = ""
    prefix: str = ""
    size: str = ""
    quality: str = ""
    credits: Price | None = None
    expected_seconds: Annotated[int, Field(ge=1)] | None = None
    deadline_seconds: Annotated[int, Field(ge=1)] | None = None
