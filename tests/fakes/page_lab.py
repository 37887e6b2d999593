"""Finished results, and the pages that show them, behind a real server."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import copy
from socket import socket

import httpx

from bots.port import open_port
from bots.server import serve_at
from bots.way_in import WayIn
from bots.web.inside import InsidePages
from bots.web.service import all_pages
from core.engine.engine import Engine
from core.files.media_info import look
from core.i18n import Locale
from core.jobs import Job, JobState
from core.media import Asset
from core.platform import MessageRef
from tests.fakes.engine_harness import EngineHarness

PUBLIC = "https://bot.example/here"
SEE_OTHER = 303


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLab:
    """A server with pages, and somebody who looks at them.

    Attributes:
        root: where it is on this machine.
    """

    harness: EngineHarness
    engine: Engine
    client: httpx.AsyncClient
    root: str

    async def finished(
        self,
        *films: Path,
        prompt: str = "a cat",
        private: bool = False,
        of: Job | None = None,
    ) -> Job:
        """A job that has made copies of these, and has posted them."""
        return await finished_job(
            self.harness, self.engine, *films, prompt=prompt, private=private, of=of
        )

    async def shared(self, job: Job) -> str:
        """The path of a new page of it."""
        address = await self.engine.services.shares.make(job.id)
        return address.removeprefix(self.engine.services.shares.public_url)

    async def get(self, path: str, **headers: str) -> httpx.Response:
        """What is answered there."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.get(path, headers=named)


async def finished_job(
    harness: EngineHarness,
    engine: Engine,
    *films: Path,
    prompt: str = "a cat",
    private: bool = False,
    of: Job | None = None,
) -> Job:
    """A job, or that one, that has made copies of these, and has posted them."""
    job = of or harness.job(prompt)
    folder = engine.services.folder(job.id)
    folder.mkdir(parents=True)
    assets = tuple(
        _kept(film, folder / f"{number}{film.suffix}") for number, film in enumerate(films, 1)
    )
    request = replace(job.request, private=private, kind=assets[0].kind, count=len(films))
    done = replace(
        job,
        request=request,
        state=JobState.DONE,
        assets=assets,
        delivered=MessageRef(conversation=job.conversation, id=f"post of {job.id}"),
        told=True,
        ended_at=2.0,
    )
    await engine.services.store.add(done)
    return done


def _kept(film: Path, place: Path) -> Asset:
    copy(film, place)
    return look(place)


async def gone_back(
    client: httpx.AsyncClient, answer: httpx.Response, headers: Mapping[str, str]
) -> httpx.Response:
    """The page that a form leads back to, with what it tells; else the answer itself."""
    if answer.status_code != SEE_OTHER:
        return answer
    told = [pair.partition(";")[0] for pair in answer.headers.get_list("set-cookie")]
    client.cookies.clear()
    address = answer.request.url.join(answer.headers["location"])
    named = httpx.Headers(dict(headers))
    named["cookie"] = "; ".join((named["cookie"], *told))
    page = await client.get(address, headers=named)
    client.cookies.clear()
    return page


def is_refusal(page: httpx.Response) -> bool:
    """Whether a page that a form has led to says that it was refused."""
    return 'class="answer refused" role="status"' in page.text


@asynccontextmanager
async def page_lab(
    harness: EngineHarness,
    *,
    seats: int = 10,
    viewers: int = 250,
    at_home: bool = False,
    way: WayIn | None = None,
) -> AsyncGenerator[PageLab]:
    """Pages of what an engine has made; those are told to be at `PUBLIC`, if nowhere else.

    `at_home` tells where they really are, as browsers need it that sign in; by `way` a platform
    opens them inside itself.
    """
    listener = open_port(0, "127.0.0.1")
    root = f"http://127.0.0.1:{listener.getsockname()[1]}"
    harness.public_url = root if at_home else harness.public_url or PUBLIC
    async with (
        harness.engine() as engine,
        _served(harness, engine, listener, seats=seats, viewers=viewers, way=way) as lab,
    ):
        yield lab


@asynccontextmanager
async def pages_of(harness: EngineHarness, engine: Engine) -> AsyncGenerator[PageLab]:
    """Pages of an engine that runs, and was told an address of them."""
    async with _served(harness, engine, open_port(0, "127.0.0.1"), seats=10) as lab:
        yield lab


@asynccontextmanager
async def _served(
    harness: EngineHarness,
    engine: Engine,
    listener: socket,
    *,
    seats: int,
    viewers: int = 10,
    way: WayIn | None = None,
) -> AsyncGenerator[PageLab]:
    root = f"http://127.0.0.1:{listener.getsockname()[1]}"
    inside = InsidePages(way, engine, Locale.EN).routes if way else []
    routes = [*inside, *all_pages(engine, Locale.EN, seats=seats, viewers=viewers)]
    client = httpx.AsyncClient(base_url=root, trust_env=False, timeout=90)
    async with serve_at(routes, listener), client:
        yield PageLab(harness=harness, engine=engine, client=client, root=root)
