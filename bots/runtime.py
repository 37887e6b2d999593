"""What all platforms of `cliprelay run` share."""

from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from starlette.routing import BaseRoute

from core.engine.engine import Engine
from core.i18n import Locale
from core.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """What all platforms share.

    Attributes:
        lines: the connections. They outlive the engine, whose last words go over them.
        routes: what our own HTTP server answers to; may grow while it runs.
    """

    settings: Settings
    engine: Engine
    lines: AsyncExitStack
    locale: Locale
    routes: list[BaseRoute] = field(default_factory=list[BaseRoute])
