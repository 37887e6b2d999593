"""Whoever has signed in, and wants more than is theirs."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from bots.door import most_connections
from bots.port import open_port
from bots.server import serve_at
from bots.web.sent_forms import SentForms
from bots.web.signed_in import SignedIn, Visit
from bots.web.turns import Turns
from core.i18n import Locale
from core.people.access import Policy
from core.people.sessions import Area
from core.platform import ConversationRef, User
from tests.fakes.engine_harness import EngineHarness
from tests.fakes.guests import guest
from tests.fakes.memory_platform import NAME
from tests.fakes.page_lab import PUBLIC, page_lab

HERE = ConversationRef(platform=NAME, chat="1")
SEATS = most_connections() // 2


class SlowPages:
    """Pages of the gallery that take until they are let go on, beside one for strangers."""

    def __init__(self, signed_in: SignedIn) -> None:
        self.begun = 0
        self.may_end = asyncio.Event()
        self.routes: Sequence[BaseRoute] = [
            signed_in.shows("/slow", self.slow),
            signed_in.shows("/quick", self.quick),
            Route("/hooks", self.hook, methods=["POST"]),
        ]

    async def slow(self, _: Visit) -> Response:
        """Take a while."""
        self.begun += 1
        await self.may_end.wait()
        return PlainTextResponse("at last")

    async def quick(self, _: Visit) -> Response:
        """Take none."""
        return PlainTextResponse("here")

    async def hook(self, _: Request) -> Response:
        """What gateways call."""
        return PlainTextResponse("thanks")


@asynccontextmanager
async def slow_pages(tmp_path: Path) -> AsyncGenerator[tuple[SlowPages, list[str], str]]:
    """Them, cookies of twenty who have signed in, and where they are."""
    harness = EngineHarness(folder=tmp_path, root="http://127.0.0.1:9", public_url=PUBLIC)
    listener = open_port(0, "127.0.0.1")
    root = f"http://127.0.0.1:{listener.getsockname()[1]}"
    async with harness.engine() as engine:
        signed_in = SignedIn(
            engine=engine,
            area=Area.GALLERY,
            default=Locale.EN,
            turns=Turns(SEATS),
            sent=SentForms(engine.services.sessions.now),
        )
        pages = SlowPages(signed_in)
        cookies = list[str]()
        for number in range(20):
            user = User(platform=NAME, id=str(number))
            secret, _ = await engine.services.sessions.begin(Area.GALLERY, user, HERE)
            cookies.append(f"__Secure-cliprelay-gallery={secret}")
        async with serve_at(list(pages.routes), listener):
            yield pages, cookies, root
            pages.may_end.set()


@asynccontextmanager
async def crowd(root: str) -> AsyncGenerator[httpx.AsyncClient]:
    """A client with a connection for each request."""
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(
        base_url=root, trust_env=False, timeout=90, limits=limits
    ) as client:
        yield client


async def asked(client: httpx.AsyncClient, path: str, cookie: str) -> httpx.Response:
    return await client.get(path, headers={"Cookie": cookie})


async def called(root: str) -> int:
    """What a gateway is answered that calls us."""
    async with crowd(root) as client:
        return (await client.post("/hooks")).status_code


async def test_one_who_asks_for_much_that_is_slow_keeps_nobody_out(tmp_path: Path) -> None:
    async with slow_pages(tmp_path) as (pages, cookies, root), crowd(root) as client:
        many, left = list[asyncio.Task[httpx.Response]](), set[asyncio.Task[httpx.Response]]()
        for _ in range(2):
            more = [
                asyncio.create_task(asked(client, "/gallery/slow", cookies[0])) for _ in range(60)
            ]
            many, left = [*many, *more], {*left, *more}
            while len(left) > 5:
                _, left = await asyncio.wait(left, return_when=asyncio.FIRST_COMPLETED)
        begun = pages.begun
        hook, other = await called(root), await asked(client, "/gallery/quick", cookies[1])
        own = await asked(client, "/gallery/quick", cookies[0])
        pages.may_end.set()
        answers = await asyncio.gather(*many)
        later = await asked(client, "/gallery/quick", cookies[0])

    assert (begun, hook, other.status_code) == (5, 200, 200)
    assert Counter(each.status_code for each in answers) == {200: 5, 503: 115}
    assert (own.status_code, own.headers["retry-after"]) == (503, "10")
    assert own.headers["connection"] == "close"
    assert "in a few seconds" in own.text
    assert later.status_code == 200


async def test_all_who_have_signed_in_leave_room_for_who_calls_the_bot(tmp_path: Path) -> None:
    async with slow_pages(tmp_path) as (pages, cookies, root), crowd(root) as client:
        many = [
            asyncio.create_task(asked(client, "/gallery/slow", each))
            for each in cookies
            for _ in range(3)
        ]
        left = set(many)
        while len(left) > SEATS:
            _, left = await asyncio.wait(left, return_when=asyncio.FIRST_COMPLETED)
        hook = await called(root)
        pages.may_end.set()
        answers = await asyncio.gather(*many)

    assert hook == 200
    assert Counter(each.status_code for each in answers) == {200: SEATS, 503: 60 - SEATS}


async def test_an_address_that_is_none_has_a_page_with_a_way_back(tmp_path: Path) -> None:
    policy = Policy(admins=frozenset({f"{NAME}:ann"}))
    harness = EngineHarness(folder=tmp_path, root="http://127.0.0.1:9", policy=policy)
    async with page_lab(harness) as lab:
        for area, name in ((Area.GALLERY, "Gallery"), (Area.DASHBOARD, "Dashboard")):
            ann = await guest(lab, User(platform=NAME, id="ann"), area=area)
            start = await lab.client.get(f"/{area}")
            pages = [await ann.get(path) for path in ("/none", "/a/b/c", "/a%2fb", "//")]
            nobody = await lab.client.get(f"/{area}/a/none")

            assert (start.status_code, start.headers["location"]) == (307, f"{area}/")
            assert [each.status_code for each in pages] == [404] * 4
            for page, root in zip(pages, ("../", "../../../", "../", "../../"), strict=True):
                assert f"<h1>{name}</h1>" in page.text
                assert f'href="{root}{area}/"' in page.text
                assert f'href="{root}assets/page.css' in page.text
            assert nobody.status_code == 401
            assert "<h1>Sign in</h1>" in nobody.text
            assert 'href="../../assets/page.css' in nobody.text


async def test_what_is_refused_to_who_has_signed_in_leads_back(tmp_path: Path) -> None:
    harness = EngineHarness(folder=tmp_path, root="http://127.0.0.1:9")
    async with page_lab(harness) as lab:
        ann = await guest(lab, User(platform=NAME, id="ann"))
        forged = await lab.client.post(
            "/gallery/share", headers=dict(ann.headers), data={"a": "b"}
        )
        unknown = await ann.get(f"/result?of={'0' * 32}")

    assert (forged.status_code, unknown.status_code) == (403, 404)
    for page in (forged, unknown):
        assert "<h1>Gallery</h1>" in page.text
        assert '<a href="../gallery/">To the gallery</a>' in page.text
