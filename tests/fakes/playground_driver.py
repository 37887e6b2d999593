"""A browser without a window: what the page of the playground shows, and forms sent from it."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

import httpx

from bots.playground.conversation import PlaygroundPlatform
from bots.playground.ids import NAME, PERSON
from bots.playground.service import serve_playground
from core.engine.engine import Engine
from core.i18n import Locale, locale_of
from core.messages.buttons import unpack
from core.platform import User
from tests.fakes.change_signal import ChangeSignal
from tests.fakes.driver import ChatDriver, DeliveredPost, Seen
from tests.fakes.engine_harness import EngineHarness

PATIENCE_SECONDS = 90.0
# No end to an open page.
_FOR_EVER = httpx.Timeout(PATIENCE_SECONDS, read=None)


@dataclass(slots=True)
class SeenForm:
    """A form of a message: where it goes, what it sends unseen, its buttons with their labels."""

    action: str
    hidden: dict[str, str] = field(default_factory=dict[str, str])
    buttons: dict[str, str] = field(default_factory=dict[str, str])


class SeenNote(HTMLParser):
    """A message as somebody sees it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.id = ""
        self.text = ""
        self.files: list[str] = []
        self.forms: list[SeenForm] = []
        self._part = ""
        self._button: str | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "li" and not self.id:
            self.id = given["id"]
        elif tag == "div" and given.get("class") in {"words", "media", "doing"}:
            self._part = given["class"]
        elif tag == "progress":
            self.text += "▓ "
        elif tag == "a" and "download" in given:
            self.files.append(given["href"])
        elif tag == "form":
            self.forms.append(SeenForm(action=given["action"]))
        elif tag == "input" and given.get("type") == "hidden":
            self.forms[-1].hidden[given["name"]] = given["value"]
        elif tag == "button":
            self._button = given.get("value", "")
            self.forms[-1].buttons[self._button] = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "button":
            self._button = None

    def handle_data(self, data: str) -> None:
        if self._button is not None:
            self.forms[-1].buttons[self._button] += data
        elif self._part == "words" and data != "\n":
            self.text += data


@dataclass(slots=True)
class OpenPage:
    """A page that a browser has opened.

    Attributes:
        seen: each message as it is now, and what each has said so far.
    """

    client: httpx.AsyncClient
    root: str
    changed: ChangeSignal
    seen: dict[str, SeenNote] = field(default_factory=dict[str, SeenNote])
    said: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    files: dict[str, bytes] = field(default_factory=dict[str, bytes])

    async def look(self) -> None:
        """Take in what changes, until the server ends."""
        data: list[str] = []
        with suppress(httpx.TransportError):
            async with self.client.stream(
                "GET", f"{self.root}events?since=0", timeout=_FOR_EVER
            ) as told:
                assert told.status_code == 200
                async for line in told.aiter_lines():
                    if line.startswith("data: "):
                        data.append(line.removeprefix("data: "))
                    elif not line and data:
                        await self._take(SeenNote("\n".join(data)))
                        data.clear()

    async def _take(self, note: SeenNote) -> None:
        for address in note.files:
            if address not in self.files:
                self.files[address] = (await self.client.get(self.root + address)).content
        self.seen[note.id] = note
        said = self.said.setdefault(note.id, [])
        if not said or said[-1] != note.text:
            said.append(note.text)
        self.changed.notify()

    async def send(
        self, action: str, values: Mapping[str, str], pictures: Mapping[str, bytes] | None = None
    ) -> httpx.Response:
        """Send a form as the script of the page does, with pictures by their names."""
        files = [("files", picture) for picture in (pictures or {}).items()]
        answer = await self.client.post(
            self.root + action,
            data=dict(values),
            files=files or [("files", ("", b""))],
            headers={"Origin": urljoin(self.root, "/").rstrip("/")},
        )
        answer.raise_for_status()
        return answer


@asynccontextmanager
async def opened_page(address: str, language: str = "en") -> AsyncGenerator[OpenPage]:
    """Open an address as a browser does, and look at the page."""
    headers = {"Accept-Language": language, "Accept": "*/*"}
    async with httpx.AsyncClient(trust_env=False, timeout=90, headers=headers) as client:
        entered = await client.get(address)
        room = entered.headers["refresh"].partition("url=")[2]
        page = OpenPage(client, urljoin(address, room), ChangeSignal())
        looking = asyncio.create_task(page.look())
        try:
            yield page
        finally:
            looking.cancel()
            await asyncio.wait([looking])


class PlaygroundDriver:
    """See `ChatDriver`."""

    user = User(platform=NAME, id=PERSON)
    edits = True

    def __init__(self, harness: EngineHarness, language: str) -> None:
        self._lab = harness
        self._language = language
        self._pages: list[OpenPage] = []
        self._changed = ChangeSignal()
        self._last: tuple[str, dict[str, str]] = ("", {})
        self._sent = 0

    @asynccontextmanager
    async def bot(self) -> AsyncGenerator[Engine]:
        platform = PlaygroundPlatform()
        self._lab.platforms = {NAME: platform}
        default = locale_of(self._language, Locale.EN)
        async with AsyncExitStack() as stack:
            engine = await stack.enter_async_context(self._lab.engine())
            address = await stack.enter_async_context(serve_playground(engine, platform, default))
            page = await stack.enter_async_context(opened_page(address, self._language))
            page.changed = self._changed
            self._pages.append(page)
            yield engine
            # The last words of the engine come after it, and are seen all the same.

    async def say(self, line: str, *pictures: bytes) -> None:
        self._sent += 1
        values = {"prompt": line, "event": f"said-{self._sent}"}
        named = {f"{number}.jpg": data for number, data in enumerate(pictures)}
        await self._page.send("say", values, named)

    async def fill_in(self, command: str, values: Mapping[str, str]) -> None:
        """Send the form of a command."""
        await self._page.send(f"order/{command}", values)

    async def opened(self, query: str) -> str:
        """What the page is made of, with that form."""
        answer = await self._page.client.get(self._page.root + query)
        answer.raise_for_status()
        return answer.text

    async def send_file(self, action: str, name: str, data: bytes) -> None:
        """Send a file with an order of something."""
        await self._page.send(action, {"prompt": "1s a cat"}, {name: data})

    async def complete(self, words: str) -> None:
        await self._answer(words)

    async def press(self, command: str, words: str = "") -> None:
        found = [
            (form.action, form.hidden | {"data": data})
            for note in self._page.seen.values()
            for form in note.forms
            for data in form.buttons
            if unpack(data).command == command
        ]
        self._last = found[-1]
        await self._page.send(*self._last)
        if words:
            await self._answer(words)

    async def _answer(self, words: str) -> None:
        question = await self.until(self._question)
        assert question
        self._last = question.action, question.hidden | {"words": words}
        await self._page.send(*self._last)

    def _question(self) -> SeenForm | None:
        asked = [
            form
            for note in self._page.seen.values()
            for form in note.forms
            if form.action.startswith("answer/")
        ]
        return asked[-1] if asked else None

    async def stranger_gets_on(self, command: str) -> None:
        del command

    async def repeat_press(self) -> None:
        await self._page.send(*self._last)

    async def share(self) -> str:
        raise NotImplementedError("nobody else is here")

    def others_see(self) -> bool:
        return False

    def buttons(self) -> Mapping[str, str]:
        return {
            unpack(data).command: label
            for note in self._page.seen.values()
            for form in note.forms
            for data, label in form.buttons.items()
        }

    def messages(self) -> Sequence[Sequence[str]]:
        """Those of an earlier process go on."""
        said: dict[str, list[str]] = {}
        for page in self._pages:
            for id_, versions in page.said.items():
                said.setdefault(id_, []).extend(versions)
        return list(said.values())

    def posts(self) -> Sequence[DeliveredPost]:
        return [
            DeliveredPost(data=page.files[address], caption=note.text)
            for page in self._pages
            for note in page.seen.values()
            for address in note.files
        ]

    async def until(self, predicate: Callable[[], Seen]) -> Seen:
        try:
            return await self._changed.until(predicate, PATIENCE_SECONDS)
        except TimeoutError as error:
            shown = [versions[-1] for versions in self.messages()[-10:]]
            error.add_note("The last messages:\n" + "\n".join(shown))
            raise

    @property
    def _page(self) -> OpenPage:
        return self._pages[-1]


@asynccontextmanager
async def playground_driver(harness: EngineHarness, language: str) -> AsyncGenerator[ChatDriver]:
    """The browser knows the language."""
    yield PlaygroundDriver(harness, language)
