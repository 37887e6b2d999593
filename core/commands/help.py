"""/help: the commands, or the options of one, made from the same schemas as everything else."""

from collections.abc import Callable, Sequence
from difflib import get_close_matches
from typing import Annotated, Any
from unicodedata import normalize

from pydantic import BaseModel, Field

from core.commands.command import PROMPT, Audience, Command, Context
from core.commands.examples import example, first_example
from core.commands.offer import check_offered, offered
from core.errors import UserError, did_you_mean
from core.i18n import Locale, translate
from core.options.options import OPTIONS_CONFIG, Option, OptionHelp, describe
from core.platform import View

_COMMAND = Option(flags=("--command",), patterns=(r"[/／]?(\S{1,64})",), metavar="video")


class HelpOptions(BaseModel):
    """Which command; all of them where none is named."""

    model_config = OPTIONS_CONFIG

    command: Annotated[str | None, _COMMAND, Field(description="option-help-command")] = None


def make_help(commands: Callable[[], Sequence[Command[Any]]]) -> Command[HelpOptions]:
    """Build the command; it has to know all the others."""

    async def run(context: Context, options: HelpOptions) -> View:
        catalog, default = context.services.catalog, context.preferences.model
        names = [default] if default else []
        areas = context.services.sessions.areas
        shown = offered(catalog, commands(), *names, for_admin=context.is_admin, areas=areas)
        if options.command:
            named = _named(options.command, commands(), shown)
            check_offered(context, named)
            return View(text=_options_text(context, named))
        typed = first_example(context.locale, catalog, shown)
        return View(text=_commands_text(context.locale, shown, typed))

    return Command(
        name="help", options=HelpOptions, run=run, audience=Audience.ANYBODY, personal=True
    )


def _named(
    said: str, known: Sequence[Command[Any]], shown: Sequence[Command[Any]]
) -> Command[Any]:
    """The command that is called so in any language. Raises UserError where none is."""
    wanted = normalize("NFKC", said).casefold()
    for command in known:
        names = {translate(each, f"name-{command.name}").casefold() for each in Locale}
        if command.is_typed and wanted in {command.name, *names}:
            return command
    near = [f"/help {match}" for match in get_close_matches(wanted, [c.name for c in shown], n=1)]
    raise UserError("command-unknown", hints=did_you_mean(near), given=said[:40])


def _commands_text(locale: Locale, commands: Sequence[Command[Any]], typed: str) -> str:
    """All commands, a line each, and how more is learnt of one."""
    lines = [_command_line(locale, command) for command in commands]
    one = next(command.name for command in commands if _option_lines(locale, command))
    return "\n".join([*lines, translate(locale, "help-footer", command=one, example=typed)])


def _options_text(context: Context, command: Command[Any]) -> str:
    """One command, its options, and an example where something is made of a prompt."""
    locale, catalog = context.locale, context.services.catalog
    lines = [_command_line(locale, command), *_option_lines(locale, command)]
    if command.needs and PROMPT in command.options.model_fields:
        typed = example(locale, catalog, command)
        lines.append(translate(locale, "help-options", example=typed))
    return "\n".join(lines)


def _command_line(locale: Locale, command: Command[Any]) -> str:
    what = translate(locale, f"command-{command.name}")
    return translate(locale, "help-command", command=command.name, what=what)


def _option_lines(locale: Locale, command: Command[Any]) -> list[str]:
    options = describe(command.options)
    return [f"  {_option_line(locale, each)}" for each in options if each.flags or each.words]


def _option_line(locale: Locale, option: OptionHelp) -> str:
    words = [word for word in (*option.words, option.metavar) if word]
    shown = " | ".join(dict.fromkeys(words))
    flags = ", ".join(option.flags)
    how = f"{shown} ({flags})" if shown and flags else shown or flags
    return translate(locale, "help-option", what=translate(locale, option.description), how=how)
