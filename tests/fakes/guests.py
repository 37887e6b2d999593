"""People who have signed in to pages of ours, without a browser."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import urlsplit
from uuid import uuid4

import httpx

from bots.web.posted import EVENT
from bots.web.visitors import FORM_KEY
from core.people.sessions import Area
from core.platform import ConversationRef, User
from tests.fakes.page_lab import PageLab, gone_back


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """Somebody who has signed in to an area.

    Attributes:
        headers: what their browser sends along to our pages.
        form_key: what our pages give their forms.
    """

    lab: PageLab
    area: Area
    headers: Mapping[str, str]
    form_key: str

    async def get(self, path: str, **headers: str) -> httpx.Response:
        """A page or a file below the area's folder."""
        address = f"/{self.area}{path}"
        return await self.lab.client.get(address, headers={**self.headers, **headers})

    async def post(
        self,
        path: str,
        event: str = "",
        headers: Mapping[str, str] | None = None,
        **fields: str,
    ) -> httpx.Response:
        """Send a form of ours, as a page gives it, and go where that leads, as browsers do."""
        named = {**self.headers, **(headers or {})}
        form = {FORM_KEY: self.form_key, EVENT: event or uuid4().hex, **fields}
        address = f"/{self.area}{path}"
        answer = await self.lab.client.post(address, headers=named, data=form)
        return await gone_back(self.lab.client, answer, named)


async def guest(
    lab: PageLab,
    user: User,
    place: ConversationRef | None = None,
    *,
    area: Area = Area.GALLERY,
) -> Guest:
    """Somebody who has signed in, where they are alone with the bot."""
    sessions = lab.engine.services.sessions
    place = place or ConversationRef(platform=user.platform, chat=user.id)
    secret, _ = await sessions.begin(area, user, place)
    url = urlsplit(sessions.url(area))
    prefix = "__Secure-" if url.scheme == "https" else ""
    return Guest(
        lab=lab,
        area=area,
        headers={
            "Cookie": f"{prefix}cliprelay-{area}={secret}",
            "Origin": f"{url.scheme}://{url.netloc}",
        },
        form_key=sha256(f"form {secret}".encode()).hexdigest(),
    )
