"""`cliprelay doctor`: is everything set up, and does every key work? Never prints a secret."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx

from bots.app import Setup, read_setup
from core.dialects import Endpoint, list_models
from core.errors import FaultKind, JobError, OperatorError
from core.i18n import Locale, explain_fault
from core.settings import Settings, read_settings
from storage.database import open_database

_TIMEOUT_SECONDS = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at. `fine` is None when there was nothing to check."""

    what: str
    fine: bool | None
    says: str


async def examine() -> AsyncIterator[Finding]:
    """Look at settings, catalog, database and gateways, in this order."""
    try:
        settings = read_settings()
        setup = read_setup(settings)
    except OperatorError as error:
        yield Finding(what="configuration", fine=False, says=str(error))
        return
    yield Finding(what="configuration", fine=True, says="read")
    models = len(setup.data.models)
    yield Finding(what="catalog", fine=True, says=f"{models} models")
    yield await _examine_database(settings)
    async with httpx.AsyncClient(timeout=_TIMEOUT_SECONDS) as http:
        for gateway in setup.data.gateways.values():
            endpoint = setup.endpoints.get(gateway.name)
            if endpoint:
                yield await _examine_endpoint(endpoint, http, setup)
            elif gateway.name != "sandbox":
                says = f"no key: set {gateway.env}_API_KEY to use it"
                yield Finding(what=gateway.name, fine=None, says=says)
    if setup.sandboxed:
        says = "no gateway has a key, so the sandbox stands in: test pictures, no costs"
        yield Finding(what="sandbox", fine=None, says=says)


async def _examine_database(settings: Settings) -> Finding:
    try:
        async with open_database(settings.database_url):
            return Finding(what="database", fine=True, says="can be written, up to date")
    except OperatorError as error:
        return Finding(what="database", fine=False, says=str(error))


async def _examine_endpoint(endpoint: Endpoint, http: httpx.AsyncClient, setup: Setup) -> Finding:
    """List the gateway's models: the cheapest way to find out that a key is accepted."""
    try:
        listed = await list_models(endpoint, http)
    except JobError as error:
        return Finding(what=endpoint.gateway, fine=False, says=_complaint(endpoint, error))
    models = [model for model in setup.data.models if model.gateway == endpoint.gateway]
    known = sum(
        any(name.startswith(model.wire or model.name) for name in listed) for model in models
    )
    says = (
        f"{endpoint.root}: key accepted; {len(listed)} models listed, "
        f"{known} of our {len(models)} among them"
    )
    return Finding(what=endpoint.gateway, fine=True, says=says)


def _complaint(endpoint: Endpoint, error: JobError) -> str:
    fault = error.fault
    if fault.kind in (FaultKind.NETWORK, FaultKind.TIMEOUT):
        return f"{endpoint.root}: cannot be reached ({fault.reason})"
    return f"{endpoint.root}: {' '.join(explain_fault(Locale.EN, fault))}"
