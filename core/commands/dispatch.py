"""From an invocation to its answer; an unexpected error becomes a polite message."""

import logging
from difflib import get_close_matches
from functools import partial
from typing import Any
from uuid import uuid4

from core.commands import COMMANDS, Command, Commands, Context
from core.commands.examples import first_example
from core.commands.offer import offered
from core.commands.perform import Answer, perform
from core.engine.engine import Engine
from core.errors import StorageError, UserError, did_you_mean
from core.events import Event, TakenError
from core.i18n import Locale, explain, locale_of, translate
from core.invocation import Invocation
from core.people.preferences import preferred, speak
from core.platform import View

log = logging.getLogger(__name__)

_BEFORE = Answer(repeated=True)


async def dispatch(
    engine: Engine, invocation: Invocation, default: Locale, commands: Commands = COMMANDS
) -> Answer:
    """Do a command, in the user's language if it is known. Never raises but for cancellation.

    A command that pays is done once for each event: the answer to the same one again is nothing.
    """
    # Platforms leave such people alone earlier, where they can.
    if engine.services.access.bans(invocation.user, invocation.conversation):
        return Answer(done=False)
    command = commands.get(invocation.command)
    answer = partial(_answer, engine, invocation, default, commands)
    # What costs nothing may be done twice. Asking costs nothing either: the answer to the
    # question is an event of its own.
    if command is None or not command.pays or not invocation.event or invocation.asks:
        return await answer(None)
    event = Event(platform=invocation.conversation.platform, id=invocation.event)
    try:
        return await engine.services.events.once(event, partial(answer, event)) or _BEFORE
    # Nobody knows whether this was taken before, so it is not done: better a sentence than a
    # second bill.
    except StorageError as error:
        return _not_stored(invocation, error, _first_locale(invocation, default))


async def _answer(
    engine: Engine,
    invocation: Invocation,
    default: Locale,
    commands: Commands,
    event: Event | None,
) -> Answer:
    # Until preferences are read; reading them may be what fails.
    locale = _first_locale(invocation, default)
    user, conversation = invocation.user, invocation.conversation
    try:
        preferences = await preferred(engine.services.preferences, user, conversation)
        locale = invocation.reads or speak(preferences, user, default)
        context = Context(
            engine=engine,
            invocation=invocation,
            locale=locale,
            preferences=preferences,
            event=event,
        )
        return await perform(context, _find(context, commands))
    except TakenError:
        log.info("/%s: event %s was taken before", invocation.command, invocation.event)
        return _BEFORE
    except UserError as error:
        for_admin = engine.services.access.is_admin(user)
        return _refused(explain(locale, error, for_admin=for_admin))
    except StorageError as error:
        return _not_stored(invocation, error, locale)
    except Exception:
        incident = uuid4().hex[:8]
        log.exception("/%s: unexpected error %s", invocation.command, incident)
        return _refused(translate(locale, "unexpected-error", id=incident))


def _first_locale(invocation: Invocation, default: Locale) -> Locale:
    return invocation.reads or locale_of(invocation.user.locale, default)


def _find(context: Context, commands: Commands) -> Command[Any]:
    name, catalog = context.invocation.command, context.services.catalog
    if not name:
        shown = first_example(context.locale, catalog, commands.values())
        raise UserError("type-a-command", example=shown)
    command = commands.get(name)
    if command is None:
        # Suggest nothing that would be refused next.
        areas = context.services.sessions.areas
        known = offered(catalog, commands.values(), for_admin=context.is_admin, areas=areas)
        near = [f"/{match}" for match in get_close_matches(name, [c.name for c in known], n=1)]
        raise UserError("command-unknown", hints=did_you_mean(near), given=name[:40])
    return command


def _not_stored(invocation: Invocation, error: StorageError, locale: Locale) -> Answer:
    log.error("%s: %s", invocation.command, error)
    return _refused(translate(locale, "storage-error"))


def _refused(text: str) -> Answer:
    return Answer(view=View(text=text), done=False)
