"""The commands, the same on every platform. COMMANDS is their table of contents."""

from collections.abc import Mapping
from typing import Any

from core.commands.command import Command, Context
from core.commands.help import make_help
from core.commands.jobs import AGAIN, CANCEL, RETRY, STATUS
from core.commands.models import MODELS
from core.commands.video import VIDEO

COMMANDS: Mapping[str, Command[Any]] = {
    command.name: command
    for command in (
        VIDEO,
        STATUS,
        CANCEL,
        RETRY,
        AGAIN,
        MODELS,
        make_help(lambda: list(COMMANDS.values())),
    )
}

__all__ = ["COMMANDS", "Command", "Context"]
