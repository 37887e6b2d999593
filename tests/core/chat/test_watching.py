"""Videos in a question: shown as a file, by an address, or as frames, as the models allow."""

from dataclasses import replace
from pathlib import Path

import pytest

from bots.attachments import LocalFile
from core.callbacks.lent_files import LentFiles
from core.catalog import Catalog, ChatModel
from core.commands.dispatch import Answer, dispatch
from core.engine.engine import Engine
from core.exchanges import Exchange
from core.i18n import Locale
from core.invocation import Invocation
from core.jobs import JobState
from core.media import MediaKind
from core.platform import ConversationRef, User
from tests.fakes.engine_harness import EngineHarness
from tests.fakes.memory_platform import NAME
from tests.fakes.movies import make_movie

ANN = User(platform=NAME, id="ann")
HERE = ConversationRef(platform=NAME, chat="1")


class ChattyHarness(EngineHarness):
    """Bots whose chat models are all like this."""

    def __init__(self, like: EngineHarness, **abilities: object) -> None:
        super().__init__(folder=like.folder, root=like.root)
        self.abilities = abilities

    @property
    def catalog(self) -> Catalog:
        catalog = super().catalog
        chats = tuple(self._changed(chat) for chat in catalog.data.chats)
        return replace(catalog, data=replace(catalog.data, chats=chats))

    def _changed(self, chat: ChatModel) -> ChatModel:
        return chat.model_copy(update=self.abilities)


async def say(engine: Engine, command: str, words: str, *files: Path) -> Answer:
    invocation = Invocation(
        command=command,
        text=words,
        user=ANN,
        conversation=HERE,
        attachments=tuple(LocalFile(path=file) for file in files),
    )
    answer = await dispatch(engine, invocation, Locale.EN)
    await engine.idle()
    return answer


async def ask(engine: Engine, words: str, *files: Path) -> tuple[Answer, Exchange | None]:
    answer = await say(engine, "ask", words, *files)
    return answer, await engine.services.exchanges.latest(ANN, HERE)


async def test_a_video_is_shown_as_it_is_to_a_model_that_takes_files(
    harness: EngineHarness, engine: Engine, tmp_path: Path
) -> None:
    _, exchange = await ask(engine, "what is this?", make_movie(tmp_path / "clip.mp4"))
    _, second = await ask(engine, "and now?")

    assert exchange
    assert "I watched 1 videos: 2.0 s." in exchange.text
    assert exchange.note == ""
    assert second
    assert "videos" not in second.text
    assert harness.paid == 2


async def test_where_nobody_watches_videos_frames_are_shown_and_that_is_said(
    harness: EngineHarness, tmp_path: Path
) -> None:
    chatty = ChattyHarness(harness, video="no")
    async with chatty.engine() as engine:
        _, exchange = await ask(engine, "what is this?", make_movie(tmp_path / "clip.mp4"))

    (shown,) = chatty.chat.shown.values()
    assert exchange
    assert "I see 8 pictures." in exchange.text
    assert "I looked at these moments of the video: 0.1 s, 0.4 s, 0.6 s, 0.9 s, 1.1 s" in shown


async def test_where_it_has_to_be_an_address_it_is_ours_for_a_while(
    harness: EngineHarness, tmp_path: Path
) -> None:
    chatty = ChattyHarness(harness, video="link")
    async with chatty.engine() as engine:
        links = LentFiles(public_url="https://bot.example")
        engine.services = replace(engine.services, links=links)
        _, exchange = await ask(engine, "what is this?", make_movie(tmp_path / "clip.mp4"))

    assert exchange
    assert "I watched 1 videos: unknown length." in exchange.text


async def test_an_address_that_somebody_types_is_shown(engine: Engine) -> None:
    _, exchange = await ask(engine, "what is https://clips.example/a.mp4?x=1 about?")

    assert exchange
    assert "I watched 1 videos: unknown length." in exchange.text


@pytest.mark.parametrize(("video", "notes"), [("inline", 0), ("no", 1)])
async def test_a_video_is_described_so_that_one_like_it_can_be_made(
    harness: EngineHarness, tmp_path: Path, video: str, notes: int
) -> None:
    chatty = ChattyHarness(harness, video=video)
    async with chatty.engine() as engine:
        await say(engine, "describe", "", make_movie(tmp_path / "clip.mp4"))
        (draft,) = await engine.jobs_of(ANN)

    (shown,) = chatty.chat.shown.values()
    assert (draft.state, draft.request.kind) == (JobState.DRAFT, MediaKind.VIDEO)
    assert draft.request.images == ()
    assert shown.count("I looked at these moments of the video: 0.1 s") == notes
    assert harness.paid == 1


async def test_what_is_no_video_is_refused_before_anything_is_asked(
    harness: EngineHarness, engine: Engine, tmp_path: Path
) -> None:
    broken = tmp_path / "clip.mp4"
    broken.write_bytes(b"\0\0\0\x20ftypisom" + b"\0" * 100)
    answer, exchange = await ask(engine, "what is this?", broken)

    assert answer.view
    assert answer.view.text == "clip.mp4 is not a video that I can read."
    assert exchange is None
    assert harness.paid == 0
    assert not list((tmp_path / "media").iterdir())


def test_an_address_of_ours_ends(tmp_path: Path) -> None:
    links = LentFiles(public_url="https://bot.example")
    url = links.lend(tmp_path / "a.mp4", 60)
    over = links.lend(tmp_path / "b.mp4", -1)

    assert url.startswith("https://bot.example/lent/")
    assert links.lent(url.rpartition("/")[2]) == tmp_path / "a.mp4"
    assert links.lent(over.rpartition("/")[2]) is None
    assert links.lent("guessed") is None
    assert LentFiles().lend(tmp_path / "a.mp4", 60) == ""
