"""Soon after the start and every night: whether the gateways still list our models."""

import asyncio
import logging
import random
from collections.abc import AsyncGenerator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, time
from functools import partial

from bots.admins import Admins
from core.dialects import Endpoint
from core.errands import Errands, seconds_until
from core.errors import StorageError
from core.listings import ask
from core.services import Services

log = logging.getLogger(__name__)

_SOON_SECONDS = (2.0, 5.0)
_NIGHT = time(3)
# Not all bots of the world at the same minute.
_SPREAD_SECONDS = 7200.0
_PATIENCE_SECONDS = 60.0
# How long it is waited for a platform on which an admin can be told, and how often.
_AWAY_SECONDS = 60.0
_AWAY_TIMES = 30


@asynccontextmanager
async def asked_nightly(
    services: Services, admins: Admins, pauses: Iterable[float] | None = None
) -> AsyncGenerator[None]:
    """While the block runs, ask the gateways what they list, and tell the admins what they lack.

    `pauses` says how many seconds pass before each round: by itself, until the next night.
    """
    errands = Errands()
    # The sandbox plays what is in no list, too, and nothing dies there.
    if not services.sandboxed and _listing(services):
        # One process asks for all: what is listed is known to all.
        rounds = partial(_go_round, services, admins, pauses or _until_each_night())
        errands.start(services.listening.take_turns("listings", rounds))
    try:
        yield
    finally:
        await errands.close()


async def _go_round(services: Services, admins: Admins, pauses: Iterable[float]) -> None:
    for pause in pauses:
        await asyncio.sleep(pause)
        await ask_all(services)
        await _tell_as_soon_as_heard(services, admins)


def _until_each_night() -> Iterator[float]:
    yield random.uniform(*_SOON_SECONDS)  # noqa: S311 - spreads load
    while True:
        spread = random.uniform(0, _SPREAD_SECONDS)  # noqa: S311 - as above
        yield seconds_until(_NIGHT, datetime.now().astimezone()) + spread


def _listing(services: Services) -> Sequence[Endpoint]:
    return [endpoint for endpoint in services.endpoints.values() if endpoint.lists]


async def ask_all(services: Services) -> None:
    """Ask each gateway that lists anything; errors of theirs change nothing."""
    listing = _listing(services)
    await asyncio.gather(*(_ask(services, endpoint) for endpoint in listing))
    log.info("asked what they list: %s", ", ".join(each.gateway for each in listing))


async def _ask(services: Services, endpoint: Endpoint) -> None:
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await ask(services, endpoint)
    except TimeoutError:
        log.info("%s does not list its models in time", endpoint.gateway)
    except StorageError as error:
        log.warning("what %s lists could not be stored: %s", endpoint.gateway, error)


async def _tell_as_soon_as_heard(services: Services, admins: Admins) -> None:
    for _ in range(_AWAY_TIMES):
        try:
            if await tell_missing(services, admins):
                return
        except StorageError as error:
            log.warning("the admins are told later which models are missing: %s", error)
        await asyncio.sleep(_AWAY_SECONDS)


async def tell_missing(services: Services, admins: Admins) -> bool:
    """Tell the admins once of each model that its gateway does not list.

    That is stored before it is said: a crash in between costs the notice, and repeats none. It
    gives False where there is news and none of them can be told now.
    """
    untold = frozenset(await services.listings.untold())
    models = [
        model
        for model in services.catalog.data.served
        if model.key in untold and model.is_current and services.catalog.is_ready(model)
    ]
    if models and admins.are_away:
        return False
    for gateway in dict.fromkeys(model.gateway for model in models):
        missing = [model for model in models if model.gateway == gateway]
        await services.listings.tell([model.key for model in missing])
        names = ", ".join(model.name for model in missing)
        admins.tell("models-missing", gateway=gateway, names=names, count=len(missing))
    return True
