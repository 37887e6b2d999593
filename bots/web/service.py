"""All pages that our own server shows: results, who may see them, what goes on."""

from functools import partial
from typing import TYPE_CHECKING

from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Route

from bots.web.dashboard import dashboard_pages
from bots.web.files import Seats, send_asset
from bots.web.front import FrontPages
from bots.web.gallery import GalleryPages
from bots.web.live import LivePages
from bots.web.pages import ResultPages
from bots.web.safety import STILL, Safely
from bots.web.sent_forms import SentForms
from bots.web.sign_in import SignIn
from bots.web.signed_in import SignedIn, sign_out
from bots.web.turns import Turns
from core.people.sessions import Area

if TYPE_CHECKING:
    from core.engine.engine import Engine
    from core.i18n import Locale


def all_pages(engine: "Engine", locale: "Locale", *, seats: int, viewers: int) -> list[BaseRoute]:
    """The pages of a bot, as far as they are switched on.

    Args:
        engine: whose results and jobs they show.
        locale: the language of who reads none of ours.
        seats: how many may be sent a file at once, and how many requests of people who have
            signed in may be in work.
        viewers: how many admins may look on at once.
    """
    services, taken = engine.services, Seats(seats)
    safely = [Middleware(Safely, policy=STILL, referrer="no-referrer")]
    routes: list[BaseRoute] = [Route("/assets/{name}", send_asset, middleware=safely)]
    if services.shares.can_be_made:
        routes += ResultPages(services, locale, taken).routes
    if services.sessions.areas:
        routes += SignIn(services.sessions, locale).routes
    turns = Turns(seats)
    for area in services.sessions.areas:
        sent = SentForms(services.sessions.now)
        signed_in = SignedIn(engine=engine, area=area, default=locale, turns=turns, sent=sent)
        routes += [signed_in.takes("/out", partial(sign_out, services.sessions))]
        if area is Area.DASHBOARD:
            routes += dashboard_pages(signed_in)
            routes += LivePages(signed_in, Seats(viewers)).routes
        if area is Area.GALLERY:
            routes += GalleryPages(signed_in, taken).routes
        routes += signed_in.others
    return routes + FrontPages(services.sessions.areas, locale).routes
