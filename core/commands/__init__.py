"""The commands, the same on every platform. COMMANDS is their table of contents."""

from collections.abc import Mapping
from typing import Any

from core.commands.access import ALLOW, BAN, DENY
from core.commands.answers import CONTINUE, REASK, SHOW, STOP
from core.commands.aside import ASIDE, UNASIDE
from core.commands.ask import ASK, HEAR, TALK
from core.commands.audit import AUDIT
from core.commands.broadcast import BROADCAST, HALT, SEND
from core.commands.characters import CHARACTER, CHARACTERS
from core.commands.chat import MODEL_COMMAND, SYSTEM
from core.commands.command import Audience, Command, Context
from core.commands.credits import BALANCE, GRANT, LIMITS
from core.commands.describe import DESCRIBE
from core.commands.discard import DISCARD
from core.commands.drafts import EDIT, SUGGEST
from core.commands.enhance import ENHANCE
from core.commands.forget import ERASE, FORGET
from core.commands.help import make_help
from core.commands.image import IMAGE
from core.commands.jobs import AGAIN, CANCEL, RETRY, STATUS
from core.commands.models import MODELS
from core.commands.operations import GATEWAYS, JOBS, STATS
from core.commands.pages import DASHBOARD, GALLERY
from core.commands.pause import PAUSE, RESUME
from core.commands.remix import REMIX
from core.commands.settings import SETTINGS
from core.commands.share import SHARE, UNSHARE
from core.commands.storyboard import CONFIRM, STORYBOARD
from core.commands.video import VIDEO

Commands = Mapping[str, Command[Any]]

COMMANDS: Commands = {
    command.name: command
    for command in (
        VIDEO,
        IMAGE,
        REMIX,
        STORYBOARD,
        CONFIRM,
        EDIT,
        CHARACTER,
        CHARACTERS,
        ENHANCE,
        DESCRIBE,
        SUGGEST,
        ASK,
        TALK,
        HEAR,
        STOP,
        CONTINUE,
        REASK,
        SHOW,
        MODEL_COMMAND,
        SYSTEM,
        FORGET,
        ERASE,
        STATUS,
        CANCEL,
        RETRY,
        AGAIN,
        SHARE,
        UNSHARE,
        DISCARD,
        GALLERY,
        MODELS,
        SETTINGS,
        BALANCE,
        ALLOW,
        DENY,
        BAN,
        GRANT,
        LIMITS,
        PAUSE,
        RESUME,
        ASIDE,
        UNASIDE,
        JOBS,
        STATS,
        GATEWAYS,
        DASHBOARD,
        AUDIT,
        BROADCAST,
        SEND,
        HALT,
        make_help(lambda: list(COMMANDS.values())),
    )
}

# What is meant by words without a command, where they are clearly for the bot.
DEFAULT = VIDEO.name

__all__ = ["COMMANDS", "DEFAULT", "Audience", "Command", "Commands", "Context"]
