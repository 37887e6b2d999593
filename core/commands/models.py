"""/models: what can be made, with which options, and what is missing for the rest."""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, Field

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
from core.catalog.served import Sort
from core.commands.aside import ModelName, told_aside
from core.commands.command import Command, Context
from core.dialects import Endpoint
from core.errors import StorageError, UserError, did_you_mean
from core.i18n import Locale, translate
from core.listings import ask
from core.media import MediaKind
from core.options.options import OPTIONS_CONFIG, Option
from core.people.currency import Currency, thousandths
from core.platform import View
from core.services import Services

log = logging.getLogger(__name__)

_AnyModel = Model | ChatModel | SpeechModel

_PATIENCE_SECONDS = 5.0
_STATES = {
    State.ACTIVE: "models-ready",
    State.UNCERTAIN: "models-uncertain",
    State.RETIRED: "models-retired",
}
# The first answer: all of them where there are so few, else the first of each kind.
_SHORT = 15
_FIRST = 5
_KIND = Option(
    flags=("--kind",),
    words={
        **dict.fromkeys(("video", "videos", "视频"), "video"),
        **dict.fromkeys(("image", "images", "picture", "pictures", "图片"), "image"),
        **dict.fromkeys(("chat", "聊天"), "chat"),
        **dict.fromkeys(("speech", "voice", "语音"), "speech"),
        **dict.fromkeys(("all", "全部"), "all"),
    },
)
_TALENTS = (Ability.MASK, Ability.REMIX, Ability.CHARACTERS, Ability.STORYBOARD)


class ModelsOptions(BaseModel):
    """Which models; without a word the first of each kind."""

    model_config = OPTIONS_CONFIG

    kind: Annotated[
        Literal["video", "image", "chat", "speech", "all"] | None,
        _KIND,
        Field(description="option-model-kind"),
    ] = None
    model: ModelName = None


async def models(context: Context, options: ModelsOptions) -> View:
    """List the models that can be used; for admins also the others, and what they lack.

    Raises:
        UserError: there is none, or none of that kind or name.
    """
    await _ask_for_lists(context.services)
    catalog = context.services.catalog
    ready, others = _known(context)
    if not (ready or others):
        raise UserError("no-model-ready")
    if options.model:
        lines = [_line(context, model) for model in _named((*ready, *others), options.model)]
    elif options.kind:
        wanted = get_args(Sort) if options.kind == "all" else (options.kind,)
        lines = list(_grouped(context, (*ready, *others), wanted))
        if not lines:
            raise UserError("models-none-of-kind", kind=options.kind)
    else:
        most = _FIRST if len(ready or others) > _SHORT else None
        lines = list(_grouped(context, ready or others, get_args(Sort), most))
        if ready and others:
            lines += ["", translate(context.locale, "models-others", count=len(others))]
        if most:
            example = _best_first(catalog, ready or others)[0].name
            lines += ["", translate(context.locale, "models-how", example=example)]
    return View(text="\n".join(lines))


def _known(context: Context) -> tuple[Sequence[_AnyModel], Sequence[_AnyModel]]:
    """The models that can be used, those that surely can first; and the others, for admins."""
    catalog = context.services.catalog
    known = catalog.data.served
    ready = _best_first(catalog, [model for model in known if catalog.is_ready(model)])
    others = [model for model in known if not catalog.is_ready(model)]
    return ready, others if context.is_admin else ()


def _best_first(catalog: Catalog, known: Sequence[_AnyModel]) -> Sequence[_AnyModel]:
    order = tuple(State)
    return sorted(known, key=lambda model: (catalog.doubts(model), order.index(model.state)))


def _named(known: Sequence[_AnyModel], said: str) -> Sequence[_AnyModel]:
    """The models that are called so; else those that have it in their names or gateways.

    Raises:
        UserError: there are none.
    """
    called = [model for model in known if model.is_called(said)]
    found = called or [model for model in known if said.casefold() in model.key.casefold()]
    if not found:
        near = get_close_matches(said.casefold(), [model.name for model in known], n=1)
        raise UserError("aside-unknown", hints=did_you_mean(near), given=said[:80])
    return found


def _grouped(
    context: Context, known: Sequence[_AnyModel], kinds: Sequence[Sort], most: int | None = None
) -> Iterator[str]:
    """These kinds, each with its heading; of each at most so many, and how to see the rest."""
    groups = [(kind, [model for model in known if model.sort == kind]) for kind in kinds]
    for number, (kind, group) in enumerate((kind, group) for kind, group in groups if group):
        # One more takes as much room as the line that says so.
        shown = group if most is None or len(group) <= most + 1 else group[:most]
        heading = translate(context.locale, "models-kind", kind=kind, count=len(group))
        yield from ("", heading) if number else (heading,)
        yield from (_line(context, model) for model in shown)
        if rest := len(group) - len(shown):
            yield translate(context.locale, "models-rest", count=rest, kind=kind)


def _line(context: Context, model: _AnyModel) -> str:
    locale, currency = context.locale, context.services.credits.currency
    facts = (
        *describe_model(locale, model),
        *price_of(locale, currency, model),
        readiness(locale, context.services.catalog, model),
    )
    return translate(
        locale, "models-line", name=model.name, gateway=model.gateway, what=" · ".join(facts)
    )


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


def describe_model(locale: Locale, model: _AnyModel) -> list[str]:
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


def price_of(locale: Locale, currency: Currency, model: _AnyModel) -> list[str]:
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


MODELS = Command(name="models", options=ModelsOptions, run=models, personal=True)
