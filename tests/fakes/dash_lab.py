"""A bot with a dashboard, and an admin who has signed in to it over HTTP."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from http.cookies import SimpleCookie
from urllib.parse import urlsplit

import httpx

from core.people.sessions import Area
from core.platform import ConversationRef, User
from tests.fakes.engine_harness import EngineHarness
from tests.fakes.memory_platform import NAME
from tests.fakes.page_lab import PUBLIC, PageLab, gone_back, page_lab

ADMIN = User(platform=NAME, id="eve")
DESK = ConversationRef(platform=NAME, chat="eve")
ORIGIN = "https://bot.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class DashLab:
    """Somebody who has signed in to one area.

    Attributes:
        secret: what their cookie holds.
    """

    lab: PageLab
    user: User
    area: Area
    secret: str

    @property
    def form_key(self) -> str:
        """What forms of their session carry."""
        return sha256(f"form {self.secret}".encode()).hexdigest()

    async def get(self, path: str, **headers: str) -> httpx.Response:
        """A page of the dashboard."""
        return await self.lab.client.get(
            f"/dashboard/{path}", headers={"cookie": self.cookie, **headers}
        )

    async def post(
        self, path: str, fields: Mapping[str, str], *, event: str = "1", **headers: str
    ) -> httpx.Response:
        """Send a form of theirs to the dashboard, and go where that leads, as browsers do."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = await self.sent(path, fields, event=event, headers=named)
        return await gone_back(self.lab.client, answer, {"cookie": self.cookie, **named})

    async def sent(
        self,
        path: str,
        fields: Mapping[str, str],
        *,
        key: str | None = None,
        origin: str = ORIGIN,
        event: str = "1",
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """What a form of theirs is answered with; with another key, if one is given."""
        form = {"form-key": self.form_key if key is None else key, "event": event, **fields}
        from_us = {"Origin": origin} if origin else {}
        named = {"cookie": self.cookie, **from_us, **(headers or {})}
        return await self.lab.client.post(f"/dashboard/{path}", data=form, headers=named)

    @property
    def cookie(self) -> str:
        """What their browser sends along."""
        return f"__Secure-cliprelay-dashboard={self.secret}"


async def sign_in(
    lab: PageLab, user: User = ADMIN, area: Area = Area.DASHBOARD, place: ConversationRef = DESK
) -> DashLab:
    """Open a link of theirs."""
    link = await lab.engine.services.sessions.link(area, user, place)
    path = link.removeprefix(PUBLIC)
    answer = await lab.client.post(path, headers={"Origin": ORIGIN})
    (morsel,) = SimpleCookie(answer.headers["set-cookie"]).values()
    lab.client.cookies.clear()
    return DashLab(lab=lab, user=user, area=area, secret=morsel.value)


@asynccontextmanager
async def dash_lab(harness: EngineHarness) -> AsyncGenerator[DashLab]:
    """The pages of an engine, with an admin at them."""
    async with page_lab(harness) as lab:
        assert urlsplit(PUBLIC).netloc in ORIGIN
        yield await sign_in(lab)
