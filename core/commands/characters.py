"""/character and /characters: somebody in a video, to be called into others by a name."""

import time
from functools import partial
from typing import Annotated

from pydantic import BaseModel, Field

from core.catalog import Ability, Model
from core.commands.command import Command, Context
from core.commands.repeats import once
from core.commands.shared_options import OF
from core.commands.sources import find_source
from core.commands.spending import reserved
from core.dialects.characters import check_span, create_character
from core.engine.order import new_id
from core.errors import JobError, UserError
from core.i18n import explain_fault, translate
from core.messages.views import priced
from core.names import ALIAS
from core.options.options import OPTIONS_CONFIG, Option
from core.people.characters import Character
from core.platform import View
from core.storing import until_stored

_SPAN = r"\d{1,3}(?:\.\d)?-\d{1,3}(?:\.\d)?"


class CharacterOptions(BaseModel):
    """Where in the video somebody is seen, and what they are to be called."""

    model_config = OPTIONS_CONFIG

    prompt: str = Field(description="option-alias")
    span: Annotated[
        str,
        Option(flags=("--span",), patterns=(f"({_SPAN})s?",), metavar="1-3"),
        Field(pattern=f"^{_SPAN}$", description="option-span"),
    ] = "1-3"
    url: Annotated[
        str | None, Option(flags=("--url",), metavar="LINK"), Field(description="option-url")
    ] = None
    of: Annotated[str | None, OF, Field(description="option-of")] = None


class CharactersOptions(BaseModel):
    """Whom to forget; nobody to list them all."""

    model_config = OPTIONS_CONFIG

    remove: Annotated[
        str | None,
        Option(flags=("--remove",), keywords=("remove",), metavar="NAME"),
        Field(description="option-remove"),
    ] = None


async def character(context: Context, options: CharacterOptions) -> View:
    """Make a character; it is no job, but taken and paid for like one."""
    alias = options.prompt.strip().removeprefix("@").casefold()
    if not ALIAS.fullmatch(alias):
        raise UserError("alias-wrong", given=alias[:40])
    model, source = await _source(context, options)
    start, end = (float(number) for number in options.span.split("-"))
    check_span(start, end)
    services, user = context.services, context.invocation.user
    ref, price = f"character/{new_id()}", model.character_credits
    try:
        async with (
            once(context),
            context.engine.admitted(user, alias),
            reserved(context, ref, price),
        ):
            made = await create_character(
                services.endpoint(model), services.http, source=source, span=(start, end)
            )
            kept = Character(
                alias=alias, username=made.username, gateway=model.gateway, created_at=time.time()
            )
            # Paid for, and nobody else knows its name: so a stop waits for this, too.
            await until_stored(ref, partial(services.characters.keep, user, kept))
    except JobError as error:
        return View(text="\n".join(explain_fault(context.locale, error.fault)))
    paid = await services.credits.told_paid(
        user, context.invocation.conversation, context.locale, ref=ref, paid=price
    )
    return priced(View(text=translate(context.locale, "character-made", alias=alias)), paid)


async def _source(context: Context, options: CharacterOptions) -> tuple[Model, str]:
    """A model that can use the character at its gateway, and the video: a link, or a task there.

    Raises:
        UserError: no model could use the character, or none can be made of that video.
    """
    catalog, preferred = context.services.catalog, context.preferences.model
    able = catalog.able(Ability.CHARACTERS, *([preferred] if preferred else []))
    if not able:
        raise catalog.lacks(Ability.CHARACTERS)
    if options.url is not None:
        if not options.url.startswith("https://"):
            raise UserError("character-link")
        return able[0], options.url
    job, task = await find_source(context, options.of, Ability.CHARACTERS)
    model = next((model for model in able if model.gateway == job.gateway), None)
    if model is None:
        raise UserError("character-not-possible", model=job.model_name)
    return model, task.id


async def characters(context: Context, options: CharactersOptions) -> View:
    """List one's characters, or forget one."""
    store, user = context.services.characters, context.invocation.user
    if options.remove is not None:
        alias = options.remove.removeprefix("@").casefold()
        if not await store.forget(user, alias):
            raise UserError("no-such-character", alias=alias[:40])
        return View(text=translate(context.locale, "character-forgotten", alias=alias))
    known = await store.of_user(user)
    lines = [f"@{each.alias} · {each.gateway} · {each.username}" for each in known]
    lines = lines or [translate(context.locale, "characters-none")]
    return View(text="\n".join([*lines, *_price(context)]))


def _price(context: Context) -> list[str]:
    """What one more costs at the least."""
    able = context.services.catalog.able(Ability.CHARACTERS)
    least = min((model.character_credits for model in able), default=0)
    if not least:
        return []
    price = context.services.credits.price(least, context.locale)
    return [translate(context.locale, "character-price", price=price)]


CHARACTER = Command(
    name="character",
    options=CharacterOptions,
    run=character,
    pays=True,
    result="of",
    needs=Ability.CHARACTERS,
)
CHARACTERS = Command(
    name="characters",
    options=CharactersOptions,
    run=characters,
    needs=Ability.CHARACTERS,
    personal=True,
)
