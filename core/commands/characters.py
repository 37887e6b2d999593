"""/character and /characters: somebody in a video, to be called into others by a name."""

import time
from typing import Annotated

from pydantic import BaseModel, Field

from core.catalog import Ability, Model
from core.commands.command import Command, Context
from core.commands.repeats import once
from core.commands.shared_options import OF
from core.commands.sources import find_source
from core.dialects.characters import create_character
from core.errors import JobError, UserError
from core.i18n import explain_fault, translate
from core.names import ALIAS
from core.options.options import OPTIONS_CONFIG, Option
from core.people.characters import Character
from core.platform import View

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
    """Make a character; this is charged by the gateway, but is no job."""
    alias = options.prompt.strip().removeprefix("@").casefold()
    if not ALIAS.fullmatch(alias):
        raise UserError("alias-wrong", given=alias[:40])
    context.services.pauses.check()
    model, source = await _source(context, options)
    start, end = (float(number) for number in options.span.split("-"))
    services = context.services
    try:
        async with once(context):
            await context.take_event()
            made = await create_character(
                services.endpoint(model), services.http, source=source, span=(start, end)
            )
    except JobError as error:
        return View(text="\n".join(explain_fault(context.locale, error.fault)))
    kept = Character(
        alias=alias, username=made.username, gateway=model.gateway, created_at=time.time()
    )
    await services.characters.keep(context.invocation.user, kept)
    return View(text=translate(context.locale, "character-made", alias=alias))


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
    if not known:
        return View(text=translate(context.locale, "characters-none"))
    lines = [f"@{each.alias} · {each.gateway} · {each.username}" for each in known]
    return View(text="\n".join(lines))


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
