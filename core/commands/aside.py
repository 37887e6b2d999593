"""/aside and /unaside: admins decide that a model is not chosen by itself for a while."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Annotated

from pydantic import BaseModel, Field

from core.catalog.cooldown import Aside, Cooldown
from core.commands.command import Audience, Command, Context
from core.errors import UserError, did_you_mean
from core.i18n import Locale, translate
from core.options.minutes import Minutes, as_typed
from core.options.options import OPTIONS_CONFIG, Option
from core.platform import View

_DAY_MINUTES = 24 * 60
_MOST_MINUTES = 30 * _DAY_MINUTES
# What begins like a number is for how long, so it comes first; a model's name in one word of
# letters that begins so ("4x") is given by its flag.
_NUMBER = r"([-+–—−]\S+|(?u:\d)[^-_/\s]*)"
_MINUTES = Option(flags=("--minutes",), patterns=(_NUMBER,), metavar="30 | 2h | 7d")
_MODEL = Option(
    flags=("--model", "-m"), patterns=(r"(\S{1,200})",), exact=True, metavar="NAME | GATEWAY/NAME"
)

ModelName = Annotated[str | None, _MODEL, Field(description="option-model")]


class AsideOptions(BaseModel):
    """Which model, and for how long; a day where that is not said."""

    model_config = OPTIONS_CONFIG

    minutes: Annotated[
        Annotated[Minutes, Field(ge=1, le=_MOST_MINUTES)] | None,
        _MINUTES,
        Field(description="option-minutes"),
    ] = None
    model: ModelName = None


class UnasideOptions(BaseModel):
    """Which model."""

    model_config = OPTIONS_CONFIG

    model: ModelName = None


async def aside(context: Context, options: AsideOptions) -> View:
    """Set a model aside: where it is named without its gateway, at all of them."""
    minutes = options.minutes or _DAY_MINUTES
    decided = Aside(seconds=minutes * 60.0, by=str(context.invocation.user.party))
    keys = _keys(context, options.model)
    await _decide(context, keys, decided, f"{' '.join(keys)} {as_typed(minutes)}")
    until = _moment(decided)
    models, where = ", ".join(keys), context.where_read
    return View(
        text=translate(context.locale, "aside-set", models=models, until=until, where=where)
    )


async def unaside(context: Context, options: UnasideOptions) -> View:
    """Take a model back."""
    named = _keys(context, options.model)
    keys = [key for key in named if key in context.services.catalog.cooldown]
    if not keys:
        raise UserError("aside-none", models=", ".join(named))
    await _decide(context, keys, None, " ".join(keys))
    return View(text=translate(context.locale, "aside-ended", models=", ".join(keys)))


def told_aside(locale: Locale, cooldown: Cooldown, key: str) -> str:
    """That a model is set aside, why, and for how long yet; "" where it is not."""
    found = cooldown.get(key)
    if found is None:
        return ""
    if found.by:
        return translate(locale, "models-put-aside", until=_moment(found))
    return translate(locale, "models-aside", minutes=cooldown.minutes_left(key))


def _keys(context: Context, said: str | None) -> Sequence[str]:
    """The full keys of the models that are meant, of any sort and whether ready or not.

    Raises:
        UserError: there are none.
    """
    if said is None:
        raise UserError("aside-which", command=context.invocation.command)
    known = context.services.catalog.data.served
    keys = [model.key for model in known if model.is_called(said)]
    if not keys:
        near = get_close_matches(said.casefold(), [model.name for model in known], n=1)
        raise UserError("aside-unknown", hints=did_you_mean(near), given=said[:80])
    return keys


async def _decide(context: Context, keys: Sequence[str], decided: Aside | None, what: str) -> None:
    services = context.services
    await services.asides.decide(keys, decided, context.act("", what))
    for key in keys:
        services.catalog.cooldown.decide(key, decided)


def _moment(aside: Aside) -> str:
    """When it ends, in UTC."""
    return datetime.fromtimestamp(time.time() + aside.seconds, UTC).strftime("%Y-%m-%d %H:%M")


ASIDE = Command(name="aside", options=AsideOptions, run=aside, audience=Audience.ADMINS)
UNASIDE = Command(name="unaside", options=UnasideOptions, run=unaside, audience=Audience.ADMINS)
