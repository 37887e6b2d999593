"""/help: the commands and their options, made from the same schemas as everything else."""

from collections.abc import Callable, Sequence
from typing import Any

from core.commands.command import Audience, Command, Context, NoOptions
from core.commands.examples import first_example
from core.commands.offer import offered
from core.i18n import Locale, translate
from core.options.options import OptionHelp, describe
from core.platform import View


def make_help(commands: Callable[[], Sequence[Command[Any]]]) -> Command[NoOptions]:
    """Build the command; it has to know all the others."""

    async def run(context: Context, _: NoOptions) -> View:
        catalog, default = context.services.catalog, context.preferences.model
        names = [default] if default else []
        areas = context.services.sessions.areas
        shown = offered(catalog, commands(), *names, for_admin=context.is_admin, areas=areas)
        typed = first_example(context.locale, catalog, shown)
        return View(text=help_text(context.locale, shown, typed))

    return Command(
        name="help", options=NoOptions, run=run, audience=Audience.ANYBODY, personal=True
    )


def help_text(locale: Locale, commands: Sequence[Command[Any]], example: str) -> str:
    """All commands, a line each, and the options of those that have some."""
    lines: list[str] = []
    for command in commands:
        what = translate(locale, f"command-{command.name}")
        lines.append(translate(locale, "help-command", command=command.name, what=what))
        lines += [
            f"  {_option_line(locale, o)}" for o in describe(command.options) if o.flags or o.words
        ]
    lines.append(translate(locale, "help-footer", example=example))
    return "\n".join(lines)


def _option_line(locale: Locale, option: OptionHelp) -> str:
    words = [word for word in (*option.words, option.metavar) if word]
    shown = " | ".join(dict.fromkeys(words))
    flags = ", ".join(option.flags)
    how = f"{shown} ({flags})" if shown and flags else shown or flags
    return translate(locale, "help-option", what=translate(locale, option.description), how=how)
