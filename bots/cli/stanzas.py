"""Writes stanzas of a catalog, and sees that they can be read again."""

import json
import re
import tomllib
from collections.abc import Mapping
from typing import cast, get_args

from pydantic import ValidationError

from core.catalog import Model
from core.catalog.variants import Resolution
from core.errors import CatalogError

RESOLUTIONS = frozenset(get_args(Resolution))
"""The words for a resolution that a catalog knows."""
_SAME = {"2160p": "4k", "1024p": "1k"}


def our_word(word: str) -> str:
    """What a catalog calls a resolution."""
    lower = word.casefold()
    return _SAME.get(lower, lower)


def check_stanza(what: str, text: str) -> None:
    """Raise CatalogError, naming `what` it is of, where this is no stanza of a whole model."""
    try:
        Model.model_validate(tomllib.loads(text)["model"][0])
    except (ValidationError, tomllib.TOMLDecodeError) as error:
        raise CatalogError(f"{what}: no stanza can be made of its input: {error}") from error


def as_toml(value: object) -> str:
    """A value as TOML, on one line."""
    if isinstance(value, dict):
        pairs = cast("Mapping[str, object]", value).items()
        return f"{{ {', '.join(f'{_key(name)} = {as_toml(each)}' for name, each in pairs)} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(as_toml, cast('list[object]', value)))}]"
    return json.dumps(value, ensure_ascii=False)


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z_-]+", name) else json.dumps(name)
