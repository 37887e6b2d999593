"""Answers where the platform shows what is being written before it is a message."""

from dataclasses import replace
from functools import partial
from pathlib import Path

from core.commands.dispatch import dispatch
from core.i18n import Locale
from core.invocation import Invocation
from core.limits import PreviewLimits
from core.platform import ConversationRef, User
from tests.fakes.engine_harness import EngineHarness
from tests.fakes.memory_platform import NAME, PlatformWrite
from tests.fakes.talk_gateway import talk_gateway

ANN = User(platform=NAME, id="ann")
SEVERAL = 3
HERE = ConversationRef(platform=NAME, chat="1")


def ask(text: str) -> Invocation:
    return Invocation(command="ask", text=text, user=ANN, conversation=HERE)


def preview(harness: EngineHarness, shown_seconds: float) -> None:
    """Let the platform have previews."""
    limits = PreviewLimits(edit_seconds=0, shown_seconds=shown_seconds)
    harness.chat.limits = replace(harness.chat.limits, previews=limits)


def kinds(writes: list[PlatformWrite]) -> list[str]:
    """What was done, of several in a row only one."""
    return [
        write.kind
        for before, write in zip([None, *writes], writes, strict=False)
        if before is None or before.kind != write.kind
    ]


def shown_last(harness: EngineHarness) -> list[PlatformWrite]:
    """The latest previews that show the same."""
    found = harness.chat.of("preview")
    return [write for write in found if write.text == found[-1].text]


async def test_what_is_shown_for_a_while_only_is_shown_until_the_end(
    harness: EngineHarness,
) -> None:
    preview(harness, shown_seconds=0.01)
    async with harness.engine() as engine:
        await dispatch(engine, ask("#hang tell me a story"), Locale.EN)
        await harness.chat.until(lambda _: len(shown_last(harness)) > SEVERAL)
        assert engine.answerer.given_to(ANN.party)


async def test_what_is_shown_again_is_shown_no_more_when_it_has_ended(
    harness: EngineHarness,
) -> None:
    preview(harness, shown_seconds=0.01)
    async with harness.engine() as engine:
        await dispatch(engine, ask("#hang tell me a story"), Locale.EN)
        await harness.chat.until(lambda _: len(shown_last(harness)) > SEVERAL)
        await dispatch(engine, replace(ask(""), command="stop"), Locale.EN)
        await engine.idle()

    assert [write.kind for write in harness.chat.writes[-3:]] == ["preview", "send", "retract"]


async def test_pages_that_are_full_stay_and_the_next_is_previewed_below_a_stand_in(
    tmp_path: Path,
) -> None:
    async with talk_gateway() as gateway:
        harness = EngineHarness(folder=tmp_path, root=gateway.root)
        preview(harness, shown_seconds=30)
        async with harness.engine() as engine:
            await dispatch(engine, ask("--model sandbox-chat tell me"), Locale.EN)
            for words in ("sea " * 800, "sky " * 800):
                await gateway.say(words)
                await harness.chat.until(partial(previews, words[:4] * 100))
            await gateway.end()
            await engine.idle()
            exchange = await engine.services.exchanges.latest(ANN, HERE)

    assert exchange
    assert [message.id for message in exchange.messages] == list(harness.chat.shown) == ["1", "3"]
    assert "".join(harness.chat.shown.values()).count("sky") == 800
    assert kinds(harness.chat.writes) == [
        *("send", "preview", "edit", "send", "preview", "send", "retract")
    ]
    assert harness.chat.of("send")[1].text == "…"
    assert [button.command for button in harness.chat.of("send")[1].buttons] == ["stop"]


def previews(words: str, write: PlatformWrite) -> bool:
    """Whether that is previewed on a page of its own."""
    return write.kind == "preview" and write.text.startswith(words)
