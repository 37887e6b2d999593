"""What Discord offers while a value is typed: from memory alone, for it has to be at once."""

from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from bots.discord.incoming import PROMPT, GivenCommand
from core.catalog import Catalog, Model, State, refusals
from core.commands import Command
from core.errors import UserError
from core.media import Asset, MediaKind, MediaRequest
from core.options.grammar import parse
from core.options.options import describe

_SHOWN = 25
_MODEL = "model"
_ANY_PROMPT = "-- ?"
# Only how many there are is known while somebody still types.
_PICTURE = Asset(
    kind=MediaKind.IMAGE, path=Path(), mime="image/jpeg", size_bytes=0, width=1, height=1
)


def suggest(
    catalog: Catalog, command: Command[Any], typed: GivenCommand, option: str, pictures: int
) -> list[str]:
    """Values of an option that begin with, or have in them, what was typed so far."""
    begun = typed.given.get(option, "").casefold()
    rest = replace(typed, given={n: v for n, v in typed.given.items() if n != option})
    if option == _MODEL:
        values = models(catalog, command, rest, pictures)
    else:
        values = [v for o in describe(command.options) if o.name == option for v in o.choices]
    found = [value for value in values if begun in value.casefold()]
    return sorted(found, key=lambda value: not value.casefold().startswith(begun))[:_SHOWN]


def models(
    catalog: Catalog, command: Command[Any], typed: GivenCommand, pictures: int
) -> list[str]:
    """The names of the models that can do what else was typed; of all, where that is unclear."""
    ready = [m for m in catalog.models if catalog.is_ready(m) and m.state is not State.RETIRED]
    request = _request(command, typed, pictures)
    able = [model for model in ready if request and _can(model, request)]
    return list(dict.fromkeys(model.name for model in able or ready))


def _can(model: Model, request: MediaRequest) -> bool:
    return model.kind is request.kind and not refusals(model, request)


def _request(command: Command[Any], typed: GivenCommand, pictures: int) -> MediaRequest | None:
    if PROMPT not in command.options.model_fields:
        return None
    try:
        options: BaseModel = parse(typed.text or _ANY_PROMPT, command.options, typed.given)
    except UserError:
        return None
    said = options.model_dump(include={f.name for f in fields(MediaRequest)}, exclude={_MODEL})
    return MediaRequest(kind=_kind(command), images=(_PICTURE,) * pictures, **said)


def _kind(command: Command[Any]) -> MediaKind:
    """What a command makes: the simple ones are called so."""
    return MediaKind(command.name) if command.name in list(MediaKind) else MediaKind.VIDEO
