"""Commands as Discord tells them, compared with those that are wanted. Pure."""

from collections.abc import Sequence
from typing import Any

from bots.discord.slash import Json

_ENTRY_POINT = 4
# What we may say of a command, an option or a choice; Discord adds more when it tells them.
_OURS = frozenset(
    {
        "autocomplete",
        "channel_types",
        "choices",
        "contexts",
        "default_member_permissions",
        "description",
        "description_localizations",
        "integration_types",
        "max_length",
        "max_value",
        "min_length",
        "min_value",
        "name",
        "name_localizations",
        "nsfw",
        "options",
        "required",
        "type",
        "value",
    }
)
# Said only of commands that are everywhere; Discord fills them in for those of a server.
_REACH = frozenset({"contexts", "integration_types"})
_TOLD_ONLY = frozenset({"application_id", "default_permission", "dm_permission", "version"})


def differs(found: Sequence[Json], wanted: Sequence[Json]) -> bool:
    """Tell whether Discord has anything else than what is wanted."""
    ours = [command for command in found if command.get("type") != _ENTRY_POINT]
    reaches = any(_REACH & command.keys() for command in wanted)
    left_out = frozenset[str]() if reaches else _REACH
    return _comparable(ours, left_out) != _comparable(wanted, left_out)


def entry_points(found: Sequence[Json]) -> list[Json]:
    """The command that Discord made for an app's Activity, as it can be said again."""
    return [
        {name: value for name, value in command.items() if value and name not in _TOLD_ONLY}
        for command in found
        if command.get("type") == _ENTRY_POINT
    ]


def _comparable(commands: Sequence[Json], left_out: frozenset[str]) -> list[Json]:
    """In one order, and without what means the same as nothing."""
    in_order = sorted(commands, key=lambda each: (each.get("type", 1), each["name"]))
    return [_plain(command, _OURS - left_out) for command in in_order]


def _plain(told: Json, known: frozenset[str]) -> Json:
    plain = {name: _value(value, known) for name, value in told.items() if name in known}
    return {name: value for name, value in plain.items() if not _is_nothing(value)}


def _value(value: Any, known: frozenset[str]) -> Any:
    match value:
        case [int(), *_]:
            return sorted(value)
        case [{}, *_]:
            return [_plain(each, known) for each in value]
        case _:
            return value


def _is_nothing(value: object) -> bool:
    return value is None or value is False or value in ("", [], {})
