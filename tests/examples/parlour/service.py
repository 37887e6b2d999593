"""The parlour as one of the platforms that are served."""

import asyncio
import logging

import httpx
from pydantic import SecretStr, TypeAdapter

from bots.answers import Answers
from bots.runtime import Runtime
from core.errors import SettingsError
from tests.examples.parlour.adapter import ParlourAdapter, ParlourEvent
from tests.examples.parlour.conversation import ParlourPlatform
from tests.examples.parlour.ids import NAME

log = logging.getLogger(__name__)
_EVENTS = TypeAdapter(tuple[ParlourEvent, ...])
_PAUSE_SECONDS = 2.0
_WRONG = (401, 403)


async def serve(runtime: Runtime, url: str, token: SecretStr) -> None:
    """Serve, for ever. The parlour tells again what was not said to be done.

    Raises:
        SettingsError: the parlour does not take the token.
    """
    key = {"Authorization": f"Bearer {token.get_secret_value()}"}
    client = httpx.AsyncClient(base_url=url, headers=key, timeout=60)
    line = await runtime.lines.enter_async_context(client)
    platform = ParlourPlatform(line=line)
    await runtime.engine.join(platform)
    adapter = ParlourAdapter(
        engine=runtime.engine,
        platform=platform,
        answers=Answers(runtime.engine.services, platform, runtime.locale),
        default=runtime.locale,
    )
    done = 0
    while True:
        try:
            answer = (await line.get("/events", params={"done": done})).raise_for_status()
        except httpx.HTTPError as error:
            if isinstance(error, httpx.HTTPStatusError) and error.response.status_code in _WRONG:
                raise SettingsError("PARLOUR_TOKEN: the parlour does not take it") from None
            log.warning("the parlour cannot be reached: %s", type(error).__name__)
            runtime.outages.fails(NAME)
            await asyncio.sleep(_PAUSE_SECONDS)
            continue
        runtime.outages.works(NAME)
        for event in _EVENTS.validate_json(answer.content):
            await adapter.take(event)
            done = event.number
