"""The commands as Discord wants them described: built from the one schema of each command.

They are plain JSON and not the library's command objects: those are made from the signatures of
functions, and our options come from data.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import discord

from bots.discord.keyboard import CHANNELS
from core.catalog import Ability, Catalog
from core.commands import Command
from core.commands.command import PROMPT
from core.commands.offer import offered
from core.i18n import Locale, translate
from core.options.options import OptionHelp, OptionKind, describe
from core.people.sessions import Area

Json = dict[str, Any]

# The message menus: the key of the name of each, its command, and what has to be possible for it.
ANIMATE, REMIX = "menu-animate", "menu-remix"
MENUS: Mapping[str, str] = {ANIMATE: "video", REMIX: "remix"}
_NEEDS = {ANIMATE: Ability.ANIMATE, REMIX: Ability.REMIX}
PICTURES = 4
_CHOICES = 25
_STRING, _INTEGER, _BOOLEAN, _USER, _CHANNEL, _ATTACHMENT = 3, 4, 5, 6, 7, 11
_COMMAND, _MESSAGE_MENU = 1, 3
_EVERYWHERE: Json = {"integration_types": [0, 1], "contexts": [0, 1, 2]}
_CHINESE = ("zh-CN", "zh-TW")


def definitions(
    commands: Iterable[Command[Any]],
    catalog: Catalog,
    *,
    everywhere: bool,
    areas: Collection[Area] = (),
) -> list[Json]:
    """All commands and menus that some model can do.

    Only those that are not for one server may say where they work.
    """
    scope = _EVERYWHERE if everywhere else {}
    shown = offered(catalog, commands, for_admin=True, areas=areas)
    menus = [menu for menu in MENUS if catalog.able(_NEEDS[menu])]
    return [
        *({**command_definition(command), **scope} for command in shown),
        *({**_menu(key), **scope} for key in menus),
    ]


def command_definition(command: Command[Any]) -> Json:
    """One slash command."""
    options = [_option(option) for option in describe(command.options)]
    definition = {
        "type": _COMMAND,
        "name": command.name,
        "name_localizations": _in_chinese(f"name-{command.name}"),
        **_described(f"command-{command.name}"),
        "options": [*options, *_pictures(command)],
    }
    if not command.audience.is_everybodys:
        # Who runs no server does not see them; the bot's admins can type them to it anywhere.
        definition["default_member_permissions"] = str(
            discord.Permissions(manage_guild=True).value
        )
    return definition


def shown_pictures(command: Command[Any]) -> int:
    """How many pictures a slash command takes; its form takes more."""
    return min(command.pictures, PICTURES)


def is_completed(option: OptionHelp) -> bool:
    """Whether an option has values to suggest beside whatever else can be typed."""
    return bool(option.metavar and option.choices) or option.name == "model"


def _option(option: OptionHelp) -> Json:
    told: Json = {
        "type": _STRING,
        "name": option.name,
        "name_localizations": _in_chinese(f"name-option-{option.name}"),
        **_described(option.description),
    }
    match option.kind:
        case OptionKind.SWITCH:
            told["type"] = _BOOLEAN
        case OptionKind.NUMBER:
            told |= {"type": _INTEGER, "min_value": option.minimum, "max_value": option.maximum}
        case OptionKind.PLACE:
            told |= {"type": _CHANNEL, "channel_types": [kind.value for kind in CHANNELS]}
        case OptionKind.PERSON:
            told["type"] = _USER
        case OptionKind.TEXT if is_completed(option):
            told["autocomplete"] = True
        case OptionKind.TEXT if option.choices and option.name != PROMPT:
            told["choices"] = [{"name": v, "value": v} for v in option.choices[:_CHOICES]]
        case OptionKind.TEXT:
            pass
    return {key: value for key, value in told.items() if value is not None}


def _pictures(command: Command[Any]) -> list[Json]:
    about = "option-shown" if command.videos else "option-image"
    return [_picture(number, about) for number in range(1, shown_pictures(command) + 1)]


def _picture(number: int, about: str) -> Json:
    chinese = translate(Locale.ZH, "name-option-image", number=number)
    return {
        "type": _ATTACHMENT,
        "name": f"image{number}",
        "name_localizations": dict.fromkeys(_CHINESE, chinese),
        **_described(about),
    }


def _menu(key: str) -> Json:
    return {
        "type": _MESSAGE_MENU,
        "name": translate(Locale.EN, key),
        "name_localizations": _in_chinese(key),
    }


def _described(key: str) -> Json:
    return {
        "description": translate(Locale.EN, key),
        "description_localizations": _in_chinese(key),
    }


def _in_chinese(key: str) -> Json:
    return dict.fromkeys(_CHINESE, translate(Locale.ZH, key))


def menu_named(name: str) -> str:
    """The key of a menu that was opened; Discord always tells its English name."""
    return next((key for key in MENUS if translate(Locale.EN, key) == name), "")
