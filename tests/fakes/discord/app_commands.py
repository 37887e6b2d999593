"""The commands of the app as Discord keeps them, beyond what simcord knows of that."""

from collections.abc import Callable
from typing import Any, cast

from simcord.backend.errors import BackendError

from tests.fakes.discord.wire import DiscordCall, Json

ENTRY_POINT = 4
LOCALIZATIONS = ("name_localizations", "description_localizations")


class AppCommands:
    """Answers what concerns the commands.

    Attributes:
        entry_point: the one that Discord has made for an Activity, if the app has one.
    """

    def __init__(self) -> None:
        self.entry_point: Json | None = None

    def answer(self, call: DiscordCall, dispatch: Callable[[DiscordCall], Any]) -> Any:
        """Do a request as simcord does it, and tell it as Discord tells it."""
        match call.method, call.parts:
            case "PUT", ["applications", _, "commands"]:
                return self._tell(call, self._overwrite(call, dispatch))
            case "GET" | "PUT", ["applications", _, *_, "commands"]:
                return self._tell(call, dispatch(call))
            case _:
                return dispatch(call)

    def _overwrite(self, call: DiscordCall, dispatch: Callable[[DiscordCall], Any]) -> Any:
        told = cast("list[Json]", call.json)
        kept = [each for each in told if each.get("type") == ENTRY_POINT]
        if self.entry_point and not kept:
            text = "You cannot remove this app's Entry Point command in a bulk update operation."
            raise BackendError(400, 50240, text)
        call.json = [each for each in told if each not in kept]
        try:
            return dispatch(call)
        finally:
            call.json = told

    def _tell(self, call: DiscordCall, found: list[Json]) -> list[Json]:
        in_server = "guilds" in call.parts
        own = [self.entry_point] if self.entry_point and not in_server else []
        return [_as_told(each, call, in_server=in_server) for each in [*found, *own]]


def _as_told(command: Json, call: DiscordCall, *, in_server: bool) -> Json:
    told = {"default_permission": True, "nsfw": False, "version": "1", **command}
    if in_server:
        told |= {"contexts": None, "integration_types": [0]}
    if call.method == "GET" and call.params.get("with_localizations") not in {"1", "true"}:
        return _without_localizations(told)
    return told


def _without_localizations(told: Json) -> Json:
    plain = {name: value for name, value in told.items() if name not in LOCALIZATIONS}
    if options := plain.get("options"):
        plain["options"] = [_without_localizations(option) for option in options]
    return plain
