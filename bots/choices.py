"""What forms offer to choose from: no value that no ready model makes."""

from collections.abc import Sequence
from typing import Any

from core.catalog import Catalog, lengths, resolutions, shapes, takes_any_shape
from core.commands import Command
from core.options.options import OptionHelp


def choices_of(catalog: Catalog, command: Command[Any], option: OptionHelp) -> Sequence[str]:
    """The named values of an option, without those that no model makes."""
    models = catalog.makers(command.needs)
    match option.name:
        case "ratio" if not takes_any_shape(models):
            made = shapes(models)
        case "resolution":
            made = resolutions(models)
        case _:
            return option.choices
    return [choice for choice in option.choices if choice in made]


def lengths_of(catalog: Catalog, command: Command[Any], most: int) -> Sequence[str]:
    """Lengths in seconds that models make, evenly chosen where there are more than `most`."""
    made = lengths(catalog.makers(command.needs)) if command.needs else ()
    return [str(length) for length in made[:: -(-len(made) // most) or 1]]
