"""What all platforms of `cliprelay run` share."""

from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bots.outages import Outages
from core.engine.engine import Engine
from core.i18n import Locale
from core.listening import Listening, ListensAlone
from core.settings import Settings

# A bot that nobody calls serves no HTTP.
if TYPE_CHECKING:
    from starlette.routing import BaseRoute

MENU_PAUSE_SECONDS = 0.5
"""How long after a start the menu of commands is made: whoever waits is answered first."""


def _no_routes() -> "list[BaseRoute]":
    return []


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """What all platforms share.

    Attributes:
        lines: the connections. They outlive the engine, whose last words go over them.
        routes: what our own HTTP server answers to; may grow while it runs.
        outages: where a platform says whether it can be used.
        listening: decides when this process listens to a platform.
    """

    settings: Settings
    engine: Engine
    lines: AsyncExitStack
    locale: Locale
    routes: "list[BaseRoute]" = field(default_factory=_no_routes)
    outages: Outages = field(default_factory=Outages)
    listening: Listening = field(default_factory=ListensAlone)
