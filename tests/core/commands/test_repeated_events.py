"""Events that a platform tells twice: every command that pays, also after a restart."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

import pytest

from bots.attachments import LocalFile
from core.commands import COMMANDS, Command, Context
from core.commands.command import NoOptions
from core.commands.dispatch import Answer, dispatch
from core.engine.engine import Engine
from core.i18n import Locale
from core.invocation import Attachment, Invocation, Voice
from core.jobs import Job, JobState
from core.people.access import Policy
from core.platform import ConversationRef, Party, User, View
from sandbox.orders.ledger import read_ledger
from tests.fakes.engine_harness import EngineHarness
from tests.fakes.local_picture import picture
from tests.fakes.memory_platform import NAME
from tests.fakes.sounds import sound

ANN = User(platform=NAME, id="ann")
BOB = Party(platform=NAME, kind="user", id="bob")
HERE = ConversationRef(platform=NAME, chat="1")
VIDEO = "video --model sandbox-videos 1s a cat"
PLAN = "storyboard --model sandbox-video 1.5s up\n1.5s down"


def told(line: str, event: str, *along: Attachment) -> Invocation:
    """A line as it arrived."""
    name, _, rest = line.partition(" ")
    invocation = Invocation(command=name, text=rest, user=ANN, conversation=HERE, event=event)
    if name == "hear":
        return replace(invocation, voice=Voice(attachment=along[0], seconds=2, is_own=True))
    return replace(invocation, attachments=along)


async def say(engine: Engine, line: str, event: str, *along: Attachment) -> Answer:
    """What comes of it, when all that was ordered is done."""
    answer = await dispatch(engine, told(line, event, *along), Locale.EN)
    await engine.idle()
    return answer


async def jobs(engine: Engine) -> list[Job]:
    return list(await engine.jobs_of(ANN, limit=100))


# How each command that pays comes to something to pay for, and what is said then.
PAID: Mapping[str, tuple[str, str]] = {
    "video": ("", VIDEO),
    "image": ("", "image --model sandbox-image a cat"),
    "remix": (VIDEO, "remix in snow"),
    "storyboard": ("", PLAN),
    "confirm": (PLAN, "confirm {id}"),
    "character": (VIDEO, "character 0-1 tom"),
    "retry": ("video --model sandbox-video 1s a cat #fail-moderation", "retry"),
    "again": (VIDEO, "again"),
    "enhance": ("", "enhance a cat"),
    "describe": ("", "describe"),
    "suggest": ("enhance a cat", "suggest --of {id}"),
    "ask": ("", "ask why"),
    "talk": ("", "talk make_video of a cat"),
    "hear": ("", "hear"),
    "continue": ("ask why #talk-length", "continue"),
    "grant": ("", "grant 5 bob"),
    "reask": ("ask why #fail-quota", "reask"),
}


def _along(harness: EngineHarness, name: str) -> tuple[Attachment, ...]:
    if name == "describe":
        return (picture(harness.folder, "cat.png"),)
    if name != "hear":
        return ()
    said = harness.folder / "say.wav"
    said.write_bytes(sound())
    return (LocalFile(path=said),)


@pytest.mark.parametrize("name", [name for name, each in COMMANDS.items() if each.pays])
async def test_what_pays_is_done_once_also_at_the_same_time_and_after_a_restart(
    harness: EngineHarness, name: str
) -> None:
    before, line = PAID[name]
    if name == "grant":
        harness.policy = Policy(admins=frozenset({str(ANN.party)}))
    along = _along(harness, name)
    async with harness.engine() as engine:
        if before:
            await say(engine, before, "1")
        known = await jobs(engine)
        line = line.format(id=known[0].id) if known else line
        again = [dispatch(engine, told(line, "2", *along), Locale.EN) for _ in range(3)]
        await asyncio.gather(*again)
        await engine.idle()
        await say(engine, line, "2", *along)
        first = (len(read_ledger(harness.folder / "sandbox")), await jobs(engine))
        characters = await engine.services.characters.of_user(ANN)
        granted = await engine.services.credits.store.own(BOB)
    async with harness.engine() as engine:
        repeated = await say(engine, line, "2", *along)
        second = (len(read_ledger(harness.folder / "sandbox")), await jobs(engine))
        kept = await engine.services.characters.of_user(ANN)
        assert await engine.services.credits.store.own(BOB) == granted

    assert repeated == Answer(repeated=True)
    assert granted == (5000 if name == "grant" else 0)
    assert second == first
    assert list(kept) == list(characters)


async def test_two_messages_with_the_same_words_are_two_orders(harness: EngineHarness) -> None:
    async with harness.engine() as engine:
        await say(engine, VIDEO, "1")
        await say(engine, VIDEO, "2")

    assert harness.paid == 2


async def test_an_order_is_known_after_any_number_of_newer_ones(harness: EngineHarness) -> None:
    async with harness.engine() as engine:
        await say(engine, VIDEO, "1")
    for number in range(22):
        newer = replace(harness.job(), created_at=9e9 + number, state=JobState.DONE, told=True)
        await harness.leave(newer)
    async with harness.engine() as engine:
        await say(engine, VIDEO, "1")

    assert harness.paid == 1


async def test_what_was_refused_on_the_screen_is_not_done_later(harness: EngineHarness) -> None:
    harness.policy = Policy(allowed_chats=frozenset({"chat:2"}))
    async with harness.engine() as engine:
        refused = await say(engine, VIDEO, "1")
    harness.policy = Policy()
    async with harness.engine() as engine:
        repeated = await say(engine, VIDEO, "1")

    assert not refused.done
    assert repeated == Answer(repeated=True)
    assert harness.paid == 0


async def test_a_new_command_that_pays_by_itself_is_protected_by_its_fact_alone(
    harness: EngineHarness,
) -> None:
    done: list[str] = []

    async def run(context: Context, _: NoOptions) -> View:
        done.append(context.invocation.event)
        return View(text="paid")

    paying = Command(name="tip", options=NoOptions, run=run, pays=True)
    free = replace(paying, name="wave", pays=False)
    table = {**COMMANDS, "tip": paying, "wave": free}
    async with harness.engine() as engine:
        for name, event in (
            ("tip", "1"),
            ("tip", "1"),
            ("tip", "2"),
            ("wave", "3"),
            ("wave", "3"),
        ):
            await dispatch(engine, told(name, event), Locale.EN, table)
    async with harness.engine() as engine:
        await dispatch(engine, told("tip", "1"), Locale.EN, table)

    assert done == ["1", "2", "3", "3"]
