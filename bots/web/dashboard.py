"""The dashboard beside what runs now: gateways, spending, access, audit, and what is done."""

from typing import TYPE_CHECKING

from bots.web.dash_access import AccessPages
from bots.web.dash_actions import Actions
from bots.web.dash_gateways import GatewayPage
from bots.web.dash_spending import SpendingPage

if TYPE_CHECKING:
    from starlette.routing import BaseRoute

    from bots.web.signed_in import SignedIn


def dashboard_pages(signed_in: "SignedIn") -> "list[BaseRoute]":
    """Its routes."""
    access = AccessPages(signed_in)
    return [
        signed_in.shows("/gateways", GatewayPage(signed_in).show),
        signed_in.shows("/spending", SpendingPage(signed_in).show),
        signed_in.shows("/access", access.show),
        signed_in.shows("/audit", access.show_audit),
        signed_in.takes("/do/{command}", Actions(signed_in).do),
    ]
