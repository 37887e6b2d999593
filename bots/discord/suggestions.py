"""What Discord offers while a value is typed: from memory alone, for it has to be at once."""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from pydantic import BaseModel

from bots.choices import choices_of
from bots.discord.incoming import GivenCommand
from core.catalog import Ability, Catalog, ChatAbility, refusals
from core.commands import Command
from core.commands.command import PROMPT
from core.errors import UserError
from core.i18n import Locale
from core.media import SOME_PICTURE, MediaKind, MediaRequest
from core.options.grammar import parse
from core.options.options import describe
from core.people.currency import Currency, thousandths

_SHOWN = 25
_MODEL = "model"
_ANY_PROMPT = "-- ?"


def suggest(
    catalog: Catalog, command: Command[Any], typed: GivenCommand, option: str, pictures: int
) -> list[str]:
    """Values of an option that begin with, or have in them, what was typed so far."""
    begun = typed.given.get(option, "").casefold()
    rest = replace(typed, given={n: v for n, v in typed.given.items() if n != option})
    if option == _MODEL:
        values = models(catalog, command, rest, pictures)
    else:
        found = (o for o in describe(command.options) if o.name == option)
        values = [value for o in found for value in choices_of(catalog, command, o)]
    found = [value for value in values if begun in value.casefold()]
    return sorted(found, key=lambda value: not value.casefold().startswith(begun))[:_SHOWN]


def models(
    catalog: Catalog, command: Command[Any], typed: GivenCommand, pictures: int
) -> list[str]:
    """The names of the models that can do what else was typed; of all, where that is unclear."""
    if isinstance(command.needs, ChatAbility):
        return list(dict.fromkeys(model.name for model in catalog.able(command.needs)))
    known = catalog.makers(command.needs)
    request = _request(command, typed, pictures)
    able = [model for model in known if request and not refusals(model, request)]
    return list(dict.fromkeys(model.name for model in able or known))


def price_labels(
    catalog: Catalog,
    currency: Currency,
    command: Command[Any],
    typed: GivenCommand,
    locale: Locale,
) -> Mapping[str, str]:
    """Names of models with the least that what was typed so far would cost there."""
    if isinstance(command.needs, ChatAbility):
        return {}
    rest = replace(typed, given={n: v for n, v in typed.given.items() if n != _MODEL})
    request = _request(command, rest, 0) or MediaRequest(prompt=_ANY_PROMPT)
    prices: dict[str, int] = {}
    for model in catalog.makers(command.needs):
        price = model.credits_for(model.complete(request))
        prices[model.name] = min(price, prices.get(model.name, price))
    return {
        name: f"{name} · {currency.price(thousandths(price), locale)}"
        for name, price in prices.items()
        if price
    }


def _request(command: Command[Any], typed: GivenCommand, pictures: int) -> MediaRequest | None:
    if PROMPT not in command.options.model_fields:
        return None
    try:
        options: BaseModel = parse(typed.text or _ANY_PROMPT, command.options, typed.given)
    except UserError:
        return None
    said = options.model_dump(include={f.name for f in fields(MediaRequest)}, exclude={_MODEL})
    kind = MediaKind.IMAGE if command.needs is Ability.IMAGE else MediaKind.VIDEO
    # Only how many there are is known while somebody still types.
    return MediaRequest(kind=kind, images=(SOME_PICTURE,) * pictures, **said)
