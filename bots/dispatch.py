"""An invocation to its answer; where an unexpected error becomes a polite message."""

import logging
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any
from uuid import uuid4

from core.chat import Invocation, View
from core.commands import COMMANDS, Command, Context
from core.engine import Engine
from core.errors import StorageError, UserError, did_you_mean
from core.grammar import parse
from core.i18n import Locale, explain, translate

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What to say, if anything, and whether the command was done."""

    view: View | None = None
    done: bool = True


async def dispatch(engine: Engine, invocation: Invocation, locale: Locale) -> Answer:
    """Do a command. Never raises but for cancellation."""
    try:
        command = _find(invocation.command)
        options = parse(invocation.text, command.options)
        context = Context(engine=engine, invocation=invocation, locale=locale)
        return Answer(view=await command.run(context, options))
    except UserError as error:
        return _refused(explain(locale, error))
    except StorageError as error:
        log.error("%s: %s", invocation.command, error)  # noqa: TRY400 - the sentence says it all
        return _refused(translate(locale, "storage-error"))
    except Exception:
        incident = uuid4().hex[:8]
        log.exception("/%s: unexpected error %s", invocation.command, incident)
        return _refused(translate(locale, "unexpected-error", id=incident))


def _find(name: str) -> Command[Any]:
    command = COMMANDS.get(name)
    if command is None:
        near = [f"/{match}" for match in get_close_matches(name, COMMANDS, n=1)]
        raise UserError("command-unknown", hints=did_you_mean(near), given=name[:40])
    return command


def _refused(text: str) -> Answer:
    return Answer(view=View(text=text), done=False)
