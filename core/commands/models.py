"""/models: what can be made, with which options, and what is missing for the rest."""

import asyncio
import logging

from core.catalog import (
    ANY_RATIO,
    Ability,
    Catalog,
    ChatAbility,
    ChatModel,
    Model,
    Served,
    Span,
    SpeechModel,
    State,
    can,
    can_chat,
)
from core.commands.aside import told_aside
from core.commands.command import Command, Context, NoOptions
from core.dialects import Endpoint
from core.errors import StorageError, UserError
from core.i18n import Locale, translate
from core.listings import ask
from core.media import MediaKind
from core.people.currency import Currency, thousandths
from core.platform import View
from core.services import Services

log = logging.getLogger(__name__)

_PATIENCE_SECONDS = 5.0
_STATES = {
    State.ACTIVE: "models-ready",
    State.UNCERTAIN: "models-uncertain",
    State.RETIRED: "models-retired",
}
_TALENTS = (Ability.MASK, Ability.REMIX, Ability.CHARACTERS, Ability.STORYBOARD)


async def models(context: Context, _: NoOptions) -> View:
    """List the models that can be used; for admins also the others, and what they lack."""
    catalog = context.services.catalog
    await _ask_for_lists(context.services)
    known = catalog.data.served
    ready = [model for model in known if catalog.is_ready(model)]
    others = [model for model in known if not catalog.is_ready(model)]
    shown = (*ready, *(others if context.is_admin else ()))
    if not shown:
        raise UserError("no-model-ready")
    lines = [
        translate(
            context.locale,
            "models-line",
            name=model.name,
            gateway=model.gateway,
            what=" · ".join(
                [
                    *describe_model(context.locale, model),
                    *price_of(context.locale, context.services.credits.currency, model),
                    readiness(context.locale, catalog, model),
                ]
            ),
        )
        for model in shown
    ]
    return View(text="\n".join(lines))


async def _ask_for_lists(services: Services) -> None:
    """Ask the gateways that were not asked lately; none is waited for for long."""
    listed = services.catalog.listed
    asked = [each for each in services.endpoints.values() if not listed.is_fresh(each.gateway)]
    await asyncio.gather(*(_ask_for_list(services, endpoint) for endpoint in asked))


async def _ask_for_list(services: Services, endpoint: Endpoint) -> None:
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await ask(services, endpoint)
    except (TimeoutError, StorageError) as error:
        log.info("what %s lists is as it was: %s", endpoint.gateway, error or "no answer")


def describe_model(locale: Locale, model: Model | ChatModel | SpeechModel) -> list[str]:
    """What a model can do, one option each."""
    if isinstance(model, SpeechModel):
        return [translate(locale, "models-listens")]
    if isinstance(model, ChatModel):
        able = (ability for ability in ChatAbility if can_chat(model, ability))
        return [translate(locale, f"models-{ability}") for ability in able]
    ratios = ", ".join("W:H" if ratio == ANY_RATIO else ratio for ratio in model.ratios)
    return [
        part
        for part in (
            ratios or translate(locale, "models-default-ratio"),
            _length(locale, model),
            ", ".join(dict.fromkeys((*model.resolutions, *model.hd))),
            translate(locale, "option-word-fast") if model.fast != "no" else "",
            f"x{model.count}" if model.count > 1 else "",
            translate(locale, "models-images", count=model.images.max) if model.images.max else "",
            *(translate(locale, f"models-{word}") for word in _TALENTS if can(model, word)),
        )
        if part
    ]


def price_of(
    locale: Locale, currency: Currency, model: Model | ChatModel | SpeechModel
) -> list[str]:
    """What it costs at the least; nothing of what is free."""
    match model:
        case SpeechModel():
            key, prices = "models-price-minute", {"price": model.minute_credits}
        case ChatModel():
            key = "models-price-tokens"
            prices = {"asked": model.input_credits, "answered": model.output_credits}
        case Model():
            key = "models-price-second" if model.priced_by == "second" else "models-price"
            prices = {"price": model.credits}
    told = [_priced(locale, currency, key, **prices)] if any(prices.values()) else []
    if isinstance(model, Model) and model.characters and model.character_credits:
        price = model.character_credits
        told.append(_priced(locale, currency, "models-price-character", price=price))
    return told


def _priced(locale: Locale, currency: Currency, key: str, **prices: float) -> str:
    told = {name: currency.price(thousandths(price), locale) for name, price in prices.items()}
    return translate(locale, key, **told)


def _length(locale: Locale, model: Model) -> str:
    if model.kind is MediaKind.IMAGE:
        return translate(locale, "models-picture")
    if isinstance(model.seconds, Span):
        seconds = f"{model.seconds.min}-{model.seconds.max}"
    else:
        seconds = "/".join(str(seconds) for seconds in model.seconds)
    return translate(locale, "seconds", seconds=seconds) if seconds else ""


def readiness(locale: Locale, catalog: Catalog, model: Served) -> str:
    """Whether it can be used now, and if not, why."""
    if not model.enabled:
        return translate(locale, "models-off")
    if variable := catalog.missing_key(model):
        return translate(locale, "models-needs", variable=variable)
    if aside := told_aside(locale, catalog.cooldown, model.key):
        return aside
    if model.until and catalog.has_ended(model):
        return translate(locale, "models-ended", until=model.until.isoformat())
    if catalog.listed.lacks(model):
        return translate(locale, "models-unlisted")
    return translate(locale, _STATES[model.state])


MODELS = Command(name="models", options=NoOptions, run=models, personal=True)
