"""/share as a link to a page, and the way back from it."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import pytest

from core.commands.dispatch import Answer, dispatch
from core.engine.engine import Engine
from core.errors import UserError
from core.i18n import Locale, translate
from core.invocation import Invocation
from core.jobs import JobState
from core.people.access import Policy
from core.platform import ConversationRef, User
from tests.fakes.engine_harness import EngineHarness
from tests.fakes.memory_platform import NAME
from tests.fakes.movies import make_movie
from tests.fakes.page_lab import PUBLIC, finished_job

ANN, BEN, EVE = (User(platform=NAME, id=name) for name in ("ann", "ben", "eve"))
HERE = ConversationRef(platform=NAME, chat="1")
SHARE = Invocation(command="share", text="", user=ANN, conversation=HERE, is_alone=True)
NOWHERE = UserError("share-server-only")


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_movie(tmp_path_factory.mktemp("film") / "film.mp4", 64, 64, 0.5)


@pytest.fixture
def harness(tmp_path: Path) -> EngineHarness:
    return EngineHarness(
        folder=tmp_path,
        root="http://127.0.0.1:9",
        public_url=PUBLIC,
        policy=Policy(admins=frozenset({f"{NAME}:eve"})),
    )


@pytest.fixture
async def engine(harness: EngineHarness) -> AsyncGenerator[Engine]:
    async with harness.engine() as engine:
        yield engine


async def told(engine: Engine, invocation: Invocation) -> str:
    answer = await dispatch(engine, invocation, Locale.EN)
    assert answer.view
    return answer.view.text


def link_in(answer: Answer) -> str:
    """The secret of the link that was told."""
    assert answer.view
    (link,) = [word for word in answer.view.text.split() if word.startswith(PUBLIC)]
    return link.rpartition("/")[2]


async def works(engine: Engine, secret: str) -> bool:
    return await engine.services.shares.find(secret) is not None


async def test_share_gives_a_link_and_its_button_takes_it_back(
    harness: EngineHarness, engine: Engine, film: Path
) -> None:
    job = await finished_job(harness, engine, film)
    first = await dispatch(engine, SHARE, Locale.EN)
    second = await dispatch(engine, SHARE, Locale.EN)
    links = [link_in(answer) for answer in (first, second)]
    assert first.view
    buttons = {button.command: button for button in first.view.buttons}
    before = [await works(engine, each) for each in links]
    press = replace(SHARE, command="unshare", given=buttons["unshare"].given)
    said = [await told(engine, press) for _ in range(2)]
    after = [await works(engine, each) for each in links]

    assert list(buttons) == ["share", "unshare"]
    assert first.view.unfolds
    assert "for the next 7 days" in first.view.text
    assert buttons["unshare"].given == {"of": job.id}
    assert (before, after) == ([True, True], [False, False])
    assert said == [
        translate(Locale.EN, "unshare-done"),
        translate(Locale.EN, "unshare-none"),
    ]


async def test_without_pages_share_is_what_it_was(harness: EngineHarness, film: Path) -> None:
    harness.public_url = ""
    async with harness.engine() as engine:
        await finished_job(harness, engine, film)
        answer = await dispatch(engine, SHARE, Locale.EN)
        refused = await told(engine, replace(SHARE, place_objection=NOWHERE))

    assert answer.view
    assert answer.view.text == translate(Locale.EN, "share-how")
    assert [button.command for button in answer.view.buttons] == ["share"]
    assert refused == translate(Locale.EN, "share-server-only")


async def test_where_nothing_can_be_brought_there_is_the_link_all_the_same(
    harness: EngineHarness, engine: Engine, film: Path
) -> None:
    job = await finished_job(harness, engine, film)
    there = replace(SHARE, place_objection=NOWHERE)
    answer = await dispatch(engine, there, Locale.EN)
    asked = await told(engine, replace(there, given={"of": job.id}, asks="place"))
    brought = await told(engine, replace(there, given={"of": job.id, "place": "5"}))

    assert await works(engine, link_in(answer))
    assert answer.view
    assert [button.command for button in answer.view.buttons] == ["unshare"]
    assert asked == brought == translate(Locale.EN, "share-server-only")


async def test_what_is_private_gets_its_link_only_where_nobody_else_reads_it(
    harness: EngineHarness, engine: Engine, film: Path
) -> None:
    await finished_job(harness, engine, film, private=True)
    among_others = await told(engine, replace(SHARE, is_alone=False))
    alone = await dispatch(engine, SHARE, Locale.EN)
    hidden = await dispatch(engine, replace(SHARE, is_alone=False, is_private=True), Locale.EN)

    assert among_others == translate(Locale.EN, "share-privately")
    assert await works(engine, link_in(alone))
    assert await works(engine, link_in(hidden))


async def test_nobody_else_shares_it_and_only_who_decides_for_it_takes_it_back(
    harness: EngineHarness, engine: Engine, film: Path
) -> None:
    job = await finished_job(harness, engine, film)
    secret = link_in(await dispatch(engine, SHARE, Locale.EN))
    of = {"of": job.id}
    stolen = await told(engine, replace(SHARE, user=BEN, given=of))
    none = await told(engine, replace(SHARE, user=BEN))
    ended = await told(engine, replace(SHARE, command="unshare", user=BEN, given=of))
    lives = await works(engine, secret)
    by_admin = await told(engine, replace(SHARE, command="unshare", user=EVE, given=of))

    assert stolen == ended == translate(Locale.EN, "button-not-yours")
    assert none == translate(Locale.EN, "share-nothing")
    assert (lives, await works(engine, secret)) == (True, False)
    assert by_admin == translate(Locale.EN, "unshare-done")


async def test_what_is_gone_or_not_done_gets_no_link(
    harness: EngineHarness, engine: Engine, film: Path
) -> None:
    job = await finished_job(harness, engine, film)
    failed = replace(harness.job(), state=JobState.FAILED, told=True, ended_at=3.0)
    await engine.services.store.add(failed)
    of_failed = await told(engine, replace(SHARE, given={"of": failed.id}))
    job.assets[0].path.unlink()
    of_gone = await told(engine, SHARE)

    assert of_failed == of_gone == translate(Locale.EN, "share-gone")
