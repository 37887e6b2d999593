"""An invocation to its answer; where an unexpected error becomes a polite message."""

import logging
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any
from uuid import uuid4

from core.commands import COMMANDS, Audience, Command, Context
from core.commands.examples import example
from core.commands.offer import check_offered, offered
from core.engine.engine import Engine
from core.errors import StorageError, UserError, did_you_mean
from core.i18n import Locale, explain, locale_of, translate
from core.options.grammar import parse
from core.people.preferences import preferred, speak
from core.platform import Invocation, View

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What to say, if anything, and whether the command was done."""

    view: View | None = None
    done: bool = True


async def dispatch(engine: Engine, invocation: Invocation, default: Locale) -> Answer:
    """Do a command, in the user's language if it is known. Never raises but for cancellation."""
    locale = locale_of(invocation.user.locale, default)
    user, conversation = invocation.user, invocation.conversation
    try:
        preferences = await preferred(engine.services.preferences, user, conversation)
        locale = speak(preferences, user, default)
        context = Context(
            engine=engine, invocation=invocation, locale=locale, preferences=preferences
        )
        command = _find(context)
        await _check_access(context, command.audience)
        return Answer(view=await command.run(context, _read(context, command)))
    except UserError as error:
        for_admin = engine.services.access.is_admin(user)
        return _refused(explain(locale, error, for_admin=for_admin))
    except StorageError as error:
        log.error("%s: %s", invocation.command, error)  # noqa: TRY400 - the sentence says it all
        return _refused(translate(locale, "storage-error"))
    except Exception:
        incident = uuid4().hex[:8]
        log.exception("/%s: unexpected error %s", invocation.command, incident)
        return _refused(translate(locale, "unexpected-error", id=incident))


def _find(context: Context) -> Command[Any]:
    name, catalog = context.invocation.command, context.services.catalog
    command = COMMANDS.get(name)
    if command is None:
        known = offered(catalog, COMMANDS.values(), for_admin=context.is_admin)
        near = [f"/{match}" for match in get_close_matches(name, [c.name for c in known], n=1)]
        raise UserError("command-unknown", hints=did_you_mean(near), given=name[:40])
    return command


def _read(context: Context, command: Command[Any]) -> Any:
    invocation = context.invocation
    try:
        options = parse(invocation.text, command.options, invocation.given)
    except UserError as error:
        check_offered(context, command)  # what nothing can do needs no better wording
        if error.key != "prompt-empty":
            raise
        shown = example(context.locale, context.services.catalog, command)
        raise UserError("prompt-missing", example=shown) from None
    check_offered(context, command, options)
    return options


async def _check_access(context: Context, audience: Audience) -> None:
    user, conversation = context.invocation.user, context.invocation.conversation
    match audience:
        case Audience.ANYBODY:
            pass
        case Audience.ADMITTED:
            if not await context.services.access.admits(user, conversation):
                chat = str(conversation.party)
                raise UserError("access-denied", chat=chat, user=str(user.party))
        case Audience.ADMINS:
            if not context.is_admin:
                raise UserError("admins-only")


def _refused(text: str) -> Answer:
    return Answer(view=View(text=text), done=False)
