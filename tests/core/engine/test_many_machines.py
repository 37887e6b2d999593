"""Several machines on one database: each has its own disk, and what it keeps in memory."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from bots.attachments import LocalFile
from core.commands.dispatch import Answer, dispatch
from core.delivery.page import make_page
from core.engine.engine import Engine
from core.engine.order import Order
from core.errors import FaultKind
from core.exchanges import Exchange, ExchangeState
from core.files.media_info import look
from core.files.pictures import save_picture
from core.files.transcode import fitted_path
from core.i18n import Locale, translate
from core.invocation import Invocation, Voice
from core.jobs import JobState
from core.media import MediaKind, MediaRequest
from core.platform import ConversationRef, User
from sandbox.options import SandboxOptions
from sandbox.orders.ledger import read_ledger
from sandbox.server import serve
from storage.database import open_database
from storage.fleet.files import FleetFiles
from tests.fakes.engine_harness import EngineHarness, stored, stored_when
from tests.fakes.local_picture import picture
from tests.fakes.memory_platform import NAME, MemoryPlatform
from tests.fakes.movies import make_movie
from tests.fakes.page_lab import PUBLIC, finished_job
from tests.fakes.postgres import PostgresServer, own_server
from tests.fakes.raw_server import raw_server, reply
from tests.fakes.relay import Relay
from tests.fakes.sounds import sound
from tests.fakes.statements import asking, changing, listening, say
from tests.fakes.talk_gateway import talk_gateway

pytestmark = pytest.mark.fleet
ANN = User(platform=NAME, id="ann")
HERE = ConversationRef(platform=NAME, chat="1")
PICTURES = "sandbox/sandbox-image"
TAKE_UP = "UPDATE exchanges SET holder"
# After so many, whoever looks can tell who is there.
LOOKS = 6


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with own_server() as server:
        yield server


@pytest.fixture
def url(server: PostgresServer) -> str:
    return server.new_database()


def machine(folder: Path, address: str, root: str) -> EngineHarness:
    folder.mkdir()
    return EngineHarness(folder=folder, root=root, address=address, in_fleet=True)


async def ask(engine: Engine, command: str = "ask", text: str = "tell me") -> Answer:
    invocation = Invocation(command=command, text=text, user=ANN, conversation=HERE)
    return await dispatch(engine, invocation, Locale.EN)


async def latest(engine: Engine) -> Exchange:
    found = await engine.services.exchanges.latest(ANN, HERE)
    assert found
    return found


async def latest_when(engine: Engine, state: ExchangeState) -> Exchange:
    with changing() as changed:
        while (found := await latest(engine)).state is not state or not found.told:
            await changed.wait()
            changed.clear()
    return found


async def looked(times: int = LOOKS) -> None:
    """Wait until it was looked so often for what others have left."""
    with listening() as said, changing() as changed:
        while sum(sql.startswith(TAKE_UP) for sql, _ in said) < times:
            await changed.wait()
            changed.clear()


async def test_who_is_listened_to_for_longer_is_not_taken_for_left(
    tmp_path: Path, url: str
) -> None:
    asked, may_answer = asyncio.Event(), asyncio.Event()

    async def listen(_: bytes, writer: asyncio.StreamWriter) -> None:
        asked.set()
        await may_answer.wait()
        writer.write(reply(b'{"text": "Why is the sea salty?"}'))

    async with raw_server(listen) as server:
        bot = machine(tmp_path / "a", url, server.url)
        (said := tmp_path / "say.wav").write_bytes(sound())
        voice = Voice(attachment=LocalFile(path=said), seconds=2, is_own=True)
        hear = Invocation(
            command="hear", text="", user=ANN, conversation=HERE, voice=voice, is_alone=True
        )
        async with bot.engine() as engine:
            hearing = asyncio.create_task(dispatch(engine, hear, Locale.EN))
            await asked.wait()
            await looked()
            held = await latest(engine)
            may_answer.set()
            await hearing

    assert (held.state, held.told) == (ExchangeState.ASKING, False)


async def test_a_live_answer_is_left_alone_and_taken_up_when_its_process_is_silent(
    tmp_path: Path, url: str
) -> None:
    async with talk_gateway() as gateway, Relay(url) as relay:
        first = machine(tmp_path / "a", relay.url, gateway.root)
        second = replace(machine(tmp_path / "b", url, gateway.root), chat=first.chat)
        async with first.engine() as here, second.engine() as there:
            await ask(here)
            await gateway.say("The sea")
            await first.chat.until(lambda write: "The sea" in write.text)
            await looked()
            alive = await latest(there)

            relay.freeze()
            left = await latest_when(there, ExchangeState.BROKEN)
            relay.thaw()
            await gateway.say(" is salty.")
            await gateway.end()
            await here.answerer.idle()
            after = await latest(there)

    assert alive.state is ExchangeState.ASKING
    assert left.fault
    assert left.fault.kind is FaultKind.INTERRUPTED
    assert left.fault.maybe_billed
    assert after == left
    assert gateway.asked == 1


async def test_who_leaves_in_order_lets_go_of_its_answers(tmp_path: Path, url: str) -> None:
    async with talk_gateway() as gateway:
        first = replace(machine(tmp_path / "a", url, gateway.root), drain_seconds=0.0)
        second = replace(machine(tmp_path / "b", url, gateway.root), chat=first.chat)
        async with second.engine() as there:
            async with first.engine() as here:
                await ask(here)
                await gateway.say("The sea")
                await first.chat.until(lambda write: "The sea" in write.text)
            # It is not held for dead: it has said that it goes.
            left = await latest_when(there, ExchangeState.BROKEN)

    assert left.text == "The sea"


async def test_an_answer_is_stopped_wherever_it_is_given(tmp_path: Path, url: str) -> None:
    async with talk_gateway() as gateway:
        first = machine(tmp_path / "a", url, gateway.root)
        second = replace(machine(tmp_path / "b", url, gateway.root), chat=first.chat)
        async with first.engine() as here, second.engine() as there:
            await ask(here)
            await gateway.say("The sea")
            await first.chat.until(lambda write: "The sea" in write.text)
            await ask(there, "stop", f"--of {(await latest(there)).id}")
            stopped = await latest_when(there, ExchangeState.STOPPED)

            await ask(here)
            await ask(there, "stop", "")
            again = await latest_when(there, ExchangeState.STOPPED)

    assert stopped.text == "The sea"
    assert again.id != stopped.id


async def test_a_person_waits_for_as_many_answers_in_all_machines_as_in_one(
    tmp_path: Path, url: str
) -> None:
    async with talk_gateway() as gateway:
        first = machine(tmp_path / "a", url, gateway.root)
        second = replace(machine(tmp_path / "b", url, gateway.root), chat=first.chat)
        async with first.engine() as here, second.engine() as there:
            await asyncio.gather(ask(here), ask(here))
            refused = await ask(there)
            await ask(there, "stop", "")
            await here.answerer.idle()

    assert not refused.done
    assert refused.view
    assert "already waiting for 2 answers" in refused.view.text


@pytest.fixture
async def root(tmp_path: Path) -> AsyncIterator[str]:
    options = SandboxOptions(state_dir=tmp_path / "sandbox", speed=200, short_side=96, fps=8)
    async with serve(options) as root:
        yield root


async def with_picture(harness: EngineHarness) -> Order:
    """What is ordered with a picture that lies on the disk of that machine."""
    order = harness.order()
    sent = picture(harness.folder, "sent.png").path
    saved = await save_picture(sent, harness.media_dir / order.id, "input-1")
    request = MediaRequest(prompt="a cat", kind=MediaKind.IMAGE, model=PICTURES, images=(saved,))
    return replace(order, request=request)


async def test_a_picture_that_was_sent_to_one_machine_is_there_where_the_job_runs(
    tmp_path: Path, url: str, root: str
) -> None:
    first = machine(tmp_path / "a", url, root)
    second = replace(machine(tmp_path / "b", url, root), chat=first.chat)
    order = replace(await with_picture(first), is_draft=True)
    async with first.engine() as here:
        await here.submit(order)
    async with second.engine() as there:
        await there.confirm(order.id)
        await there.idle()
        made = await stored(there, order.id)
        asked_with = made.request.images[0]
        await there.services.shares.make(made.id)
        await there.services.files.prune(made.created_at + 3600)
        kept = await kept_files(there)
        await there.services.shares.end(made.id)
        await there.services.files.prune(made.created_at + 3600)
        left = await kept_files(there)

    assert made.state is JobState.DONE
    assert asked_with.path.is_relative_to(second.media_dir)
    assert (
        asked_with.path.read_bytes()
        == (first.media_dir / order.id / asked_with.path.name).read_bytes()
    )
    assert kept == [f"{order.id}/{asked_with.path.name}"]
    assert left == []


async def test_a_picture_that_no_machine_has_any_more_costs_nothing(
    tmp_path: Path, url: str, root: str
) -> None:
    first = machine(tmp_path / "a", url, root)
    second = replace(machine(tmp_path / "b", url, root), chat=first.chat)
    order = replace(await with_picture(first), is_draft=True)
    async with first.engine() as here:
        await here.submit(order)
    async with second.engine() as there:
        await there.services.files.forget([order.id])
        await there.confirm(order.id)
        await there.idle()
        ended = await stored(there, order.id)

    assert ended.state is JobState.FAILED
    assert ended.fault
    assert ended.fault.kind is FaultKind.PICTURES_GONE
    assert not ended.fault.maybe_billed
    assert ended.credits == 0
    assert not read_ledger(tmp_path / "sandbox")


async def test_a_result_inside_an_answer_is_delivered_by_whoever_is_left(
    tmp_path: Path, url: str, root: str
) -> None:
    async with Relay(url) as relay:
        first = machine(tmp_path / "a", relay.url, root)
        second = replace(machine(tmp_path / "b", url, root), chat=MemoryPlatform())
        held = first.chat.hold("deliver")
        order = first.order()
        request = MediaRequest(prompt="a cat #inline", kind=MediaKind.IMAGE, model=PICTURES)
        async with first.engine() as here:
            await here.submit(replace(order, request=request))
            await held.reached.wait()
            relay.freeze()
            async with second.engine() as there:
                made = await stored_when(there, order.id, lambda job: job.is_ended)
            relay.thaw()  # it ends with its post still on its way
    (delivered,) = [write for write in second.chat.writes if write.assets]

    assert made.state is JobState.DONE
    assert delivered.assets[0].path.is_relative_to(second.media_dir)
    assert len(read_ledger(tmp_path / "sandbox")) == 1
    assert not any(write.assets for write in first.chat.writes)


async def test_who_is_forgotten_by_one_machine_has_no_files_left_in_the_database(
    tmp_path: Path, url: str, root: str
) -> None:
    first, second = (machine(tmp_path / name, url, root) for name in "ab")
    async with first.engine() as here, second.engine() as there:
        order = await with_picture(first)
        await here.submit(order)
        await stored_when(there, order.id, lambda job: job.is_ended and job.told)
        before = await kept_files(there)

        await there.keeper.forget(order.user.party)

        assert before
        assert not await kept_files(here)


async def test_a_door_that_cannot_be_opened_for_now_is_no_failure_of_a_job(
    tmp_path: Path, url: str, root: str
) -> None:
    alone = machine(tmp_path / "a", url, root)
    async with alone.engine() as here, open_database(url) as beside:
        await say(beside, "ALTER TABLE procrastinate_jobs RENAME TO away")
        job = await here.submit(alone.order())
        waiting = await stored(here, job.id)
        await say(beside, "ALTER TABLE away RENAME TO procrastinate_jobs")
        made = await stored_when(here, job.id, lambda row: row.is_ended and row.told)

    assert (waiting.state, made.state, made.fault) == (JobState.WAITING, JobState.DONE, None)
    assert not any("wrong" in write.text for write in alone.chat.writes)


async def test_who_asks_for_the_same_file_at_the_same_time_gets_it(
    tmp_path: Path, url: str, root: str
) -> None:
    first, second = (machine(tmp_path / name, url, root) for name in "ab")
    here, there = (each.media_dir / "1" / "film.mp4" for each in (first, second))
    here.parent.mkdir(parents=True)
    here.write_bytes(bytes(4_000_000))
    async with first.engine() as one, second.engine() as other:
        all_kept = await one.services.files.keep("1", [here])
        await asyncio.gather(*(other.services.files.fetch([there]) for _ in range(20)))

    assert all_kept
    assert there.read_bytes() == here.read_bytes()
    assert list(there.parent.iterdir()) == [there]


async def test_it_is_known_what_could_be_brought_without_bringing_it(
    tmp_path: Path, url: str, root: str
) -> None:
    first, second = (machine(tmp_path / name, url, root) for name in "ab")
    kept, only_here, gone = (
        [each.media_dir / "1" / name for each in (first, second)]
        for name in ("kept.mp4", "only-here.mp4", "gone.mp4")
    )
    kept[0].parent.mkdir(parents=True)
    for path in (kept[0], only_here[0]):
        path.write_bytes(b"film")
    # Not in MEDIA_DIR, as what an earlier version has written may be.
    outside = tmp_path / "outside.mp4"
    outside.write_bytes(b"film")
    async with first.engine() as one, second.engine() as other:
        await one.services.files.keep("1", [kept[0]])
        here = await one.services.files.had([kept[0], only_here[0], gone[0], outside])
        there = await other.services.files.had([kept[1], only_here[1], gone[1], outside])

    assert set(here) == {kept[0], only_here[0], outside}
    assert set(there) == {kept[1], outside}
    assert not kept[1].exists()


async def test_nobody_waits_for_the_database_behind_a_file(
    tmp_path: Path, url: str, root: str
) -> None:
    bot = machine(tmp_path / "a", url, root)
    path = bot.media_dir / "1" / "film.mp4"
    locking = await psycopg.AsyncConnection.connect(url.replace("+psycopg", ""))
    async with bot.engine() as engine, locking as connection:
        await connection.execute("LOCK TABLE files")
        with asking("FROM files") as asked:
            fetching = asyncio.create_task(engine.services.files.fetch([path]))
            await asked.wait()
            await engine.services.store.get("1")
            still_fetching = not fetching.done()
        await connection.rollback()
        await fetching

    assert still_fetching


async def test_what_lies_in_the_database_is_not_sent_there_again(
    tmp_path: Path, url: str, root: str
) -> None:
    bot = machine(tmp_path / "a", url, root)
    path = bot.media_dir / "1" / "film.mp4"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"film")
    async with bot.engine() as engine:
        first = await engine.services.files.keep("1", [path])
        with listening() as said:
            again = await engine.services.files.keep("1", [path])

    assert first
    assert again
    assert not any("INSERT INTO files" in sql for sql, _ in said)


async def test_a_page_that_other_machines_could_not_show_is_told_to_nobody(
    tmp_path: Path, url: str
) -> None:
    bot = replace(machine(tmp_path / "a", url, "http://127.0.0.1:9"), public_url=PUBLIC)
    film = make_movie(tmp_path / "film.mp4", 64, 64, 0.2)
    async with bot.engine() as engine:
        job = await finished_job(bot, engine, film)
        os.truncate(job.assets[0].path, 100_000_001)
        address = await make_page(engine.services, job)
        answer = await ask(engine, "share", "")

    assert not address
    assert answer.view
    assert answer.view.text == translate(Locale.EN, "share-how")


async def test_what_plays_in_browsers_goes_along_with_the_original(
    tmp_path: Path, url: str
) -> None:
    bot = replace(machine(tmp_path / "a", url, "http://127.0.0.1:9"), public_url=PUBLIC)
    job = bot.job()
    (film := bot.media_dir / job.id / "1.mp4").parent.mkdir(parents=True)
    make_movie(film, 64, 64, 0.2)
    asset = replace(look(film), codec="hevc")
    fitted_path(film).write_bytes(film.read_bytes())
    async with bot.engine() as engine:
        assert await make_page(engine.services, replace(job, assets=(asset,)))
        kept = await kept_files(engine)

    assert {f"{job.id}/1-fit.mp4", f"{job.id}/1.mp4"} < set(kept)


async def kept_files(engine: Engine) -> list[str]:
    files = engine.services.files
    assert isinstance(files, FleetFiles)
    return [name for (name,) in await say(files.database, "SELECT name FROM files")]
