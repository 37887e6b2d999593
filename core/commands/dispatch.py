"""From an invocation to its answer; an unexpected error becomes a polite message."""

import logging
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import partial
from typing import Any
from uuid import uuid4

from core.commands import COMMANDS, Audience, Command, Commands, Context
from core.commands.examples import example, first_example
from core.commands.offer import check_offered, offered
from core.engine.engine import Engine
from core.errors import StorageError, UserError, did_you_mean
from core.events import Event, TakenError
from core.i18n import Locale, explain, locale_of, translate
from core.invocation import Invocation
from core.jobs import Job
from core.options.grammar import parse
from core.options.options import OptionHelp
from core.people.preferences import preferred, speak
from core.platform import View

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The outcome of an invocation.

    Attributes:
        view: what to say, if anything.
        done: whether the command was done.
        asks: the option that the person is to be asked for now, as the invocation wanted.
    """

    view: View | None = None
    done: bool = True
    asks: OptionHelp | None = None


async def dispatch(
    engine: Engine, invocation: Invocation, default: Locale, commands: Commands = COMMANDS
) -> Answer:
    """Do a command, in the user's language if it is known. Never raises but for cancellation.

    A command that pays is done once for each event: the answer to the same one again is nothing.
    """
    command = commands.get(invocation.command)
    answer = partial(_answer, engine, invocation, default, commands)
    # What costs nothing may be done twice. Asking costs nothing either: the answer to the
    # question is an event of its own.
    if command is None or not command.pays or not invocation.event or invocation.asks:
        return await answer(None)
    event = Event(platform=invocation.conversation.platform, id=invocation.event)
    try:
        return await engine.services.events.once(event, partial(answer, event)) or Answer()
    # Nobody knows whether this was taken before, so it is not done: better a sentence than a
    # second bill.
    except StorageError as error:
        return _not_stored(invocation, error, locale_of(invocation.user.locale, default))


async def _answer(
    engine: Engine,
    invocation: Invocation,
    default: Locale,
    commands: Commands,
    event: Event | None,
) -> Answer:
    # Until preferences are read; reading them may be what fails.
    locale = locale_of(invocation.user.locale, default)
    user, conversation = invocation.user, invocation.conversation
    try:
        preferences = await preferred(engine.services.preferences, user, conversation)
        locale = speak(preferences, user, default)
        context = Context(
            engine=engine,
            invocation=invocation,
            locale=locale,
            preferences=preferences,
            event=event,
        )
        return await _do(context, _find(context, commands))
    except TakenError:
        log.info("/%s: event %s was taken before", invocation.command, invocation.event)
        return Answer()
    except UserError as error:
        for_admin = engine.services.access.is_admin(user)
        return _refused(explain(locale, error, for_admin=for_admin))
    except StorageError as error:
        return _not_stored(invocation, error, locale)
    except Exception:
        incident = uuid4().hex[:8]
        log.exception("/%s: unexpected error %s", invocation.command, incident)
        return _refused(translate(locale, "unexpected-error", id=incident))


def _find(context: Context, commands: Commands) -> Command[Any]:
    name, catalog = context.invocation.command, context.services.catalog
    if not name:
        shown = first_example(context.locale, catalog, commands.values())
        raise UserError("type-a-command", example=shown)
    command = commands.get(name)
    if command is None:
        # Suggest nothing that would be refused next.
        known = offered(catalog, commands.values(), for_admin=context.is_admin)
        near = [f"/{match}" for match in get_close_matches(name, [c.name for c in known], n=1)]
        raise UserError("command-unknown", hints=did_you_mean(near), given=name[:40])
    return command


async def _do(context: Context, command: Command[Any]) -> Answer:
    invocation = context.invocation
    await _check_access(context, command.audience)
    # Everything that would be refused after the question is refused before it.
    if invocation.asks:
        check_offered(context, command)
        if invocation.objection:
            raise invocation.objection
        context = await _about(context, command, invocation.given.get(command.job))
        if command.check:
            await command.check(context)
        return Answer(asks=command.option(invocation.asks))
    # Options first: what is wrong in the text is the user's, and worth more than what the
    # platform objects to.
    options = _read(context, command)
    if invocation.objection:
        raise invocation.objection
    named = getattr(options, command.job) if command.job else None
    context = await _about(context, command, named)
    return Answer(view=await command.run(context, options))


def _read(context: Context, command: Command[Any]) -> Any:
    invocation = context.invocation
    try:
        options = parse(invocation.text, command.options, invocation.given)
    except UserError as error:
        check_offered(context, command)  # what nothing can do needs no better wording
        if error.key != "prompt-empty":
            raise
        shown = example(context.locale, context.services.catalog, command)
        raise UserError("prompt-missing", command=command.name, example=shown) from None
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


async def _about(context: Context, command: Command[Any], job_id: str | None) -> Context:
    """The context with the job that is named, and with whom the user acts for.

    Raises:
        UserError: the job is somebody else's.
    """
    job = await context.services.store.get(job_id) if job_id else None
    if job is None:
        return context
    context = replace(context, job=job)
    if job.user.party == context.invocation.user.party:
        return context
    if await _acts_for_chat(context, job):
        return replace(context, invocation=replace(context.invocation, user=job.user))
    here = context.invocation.conversation.party
    managed = command.managed and job.conversation.party == here
    if managed and await context.manages_chat():
        return context
    raise UserError("button-not-yours")


async def _acts_for_chat(context: Context, job: Job) -> bool:
    """Who runs a chat acts for it where the chat itself has ordered, as a channel does."""
    invocation = context.invocation
    here = invocation.conversation
    chats_own = (job.user.platform, job.user.id) == (here.platform, here.chat)
    return chats_own and await invocation.is_chat_admin()


def _not_stored(invocation: Invocation, error: StorageError, locale: Locale) -> Answer:
    log.error("%s: %s", invocation.command, error)
    return _refused(translate(locale, "storage-error"))


def _refused(text: str) -> Answer:
    return Answer(view=View(text=text), done=False)
