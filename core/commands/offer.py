"""Which commands the ready models can do, and why the others cannot be done."""

from collections.abc import Collection, Iterable
from typing import Any

from pydantic import BaseModel

from core.catalog import Catalog
from core.commands.command import Command, Context
from core.people.sessions import Area


def is_offered(catalog: Catalog, command: Command[Any], *names: str) -> bool:
    """Whether some model can do it, right now; of the retired ones only those that are named."""
    return all(catalog.able(need, *names) for need in command.all_needs)


def offered(
    catalog: Catalog,
    commands: Iterable[Command[Any]],
    *names: str,
    for_admin: bool = False,
    areas: Collection[Area] = (),
) -> list[Command[Any]]:
    """What menus and /help show, in the order of the commands; `areas` are those with pages."""
    return [
        command
        for command in commands
        if command.is_typed
        and (command.area is None or command.area in areas)
        and (for_admin or command.audience.is_everybodys)
        and is_offered(catalog, command, *names)
    ]


def check_offered(
    context: Context, command: Command[Any], options: BaseModel | None = None
) -> None:
    """Refuse what no model can do, before anything is fetched or paid.

    `options` is None where they cannot be read, and then nothing in them can name a model.

    Raises:
        UserError: there is no model for it.
    """
    catalog, needs = context.services.catalog, command.needs
    said = getattr(options, "model", None), context.preferences.model
    if needs is None or is_offered(catalog, command, *filter(None, said)):
        return
    needs = next(need for need in command.all_needs if not catalog.able(need))
    # What is about a result is done by the model that has made it, and that one was named once.
    is_complete = options is not None or context.invocation.asks
    if command.result and is_complete and catalog.knows(needs):
        return
    raise catalog.lacks(needs)
