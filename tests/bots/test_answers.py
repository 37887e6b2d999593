"""What is not a job's is said on every platform alike."""

import asyncio
from dataclasses import replace
from pathlib import Path

from bots.answers import Answers
from core.i18n import Locale
from core.platform import Button, ConversationRef, MessageLostError, SlowDownError, User, View
from tests.fakes.engine_harness import EngineHarness
from tests.fakes.memory_platform import NAME

HERE = ConversationRef(platform=NAME, chat="1")
BUTTON = Button(label="Again", command="again", given={"job": "1"})


async def test_a_long_answer_comes_in_parts_with_its_buttons_below_the_last(
    tmp_path: Path,
) -> None:
    harness = EngineHarness(folder=tmp_path, root="http://127.0.0.1:1")
    harness.chat.limits = replace(harness.chat.limits, text_chars=10)
    async with harness.engine() as engine:
        said = await Answers(engine.services, harness.chat, Locale.EN).say(
            HERE, View(text="one two\nthree\nfour five six", buttons=(BUTTON,))
        )

    parts = [(write.text, write.buttons) for write in harness.chat.writes]
    assert parts == [("one two", ()), ("three", ()), ("four five", ()), ("six", (BUTTON,))]
    assert said == harness.chat.writes[-1].message


async def test_a_pause_is_waited_out_and_a_lost_chat_is_left_in_silence(tmp_path: Path) -> None:
    harness = EngineHarness(folder=tmp_path, root="http://127.0.0.1:1")
    async with harness.engine() as engine:
        voice = Answers(engine.services, harness.chat, Locale.EN)
        conversation = harness.chat.conversation(HERE)
        harness.chat.refuse("send", SlowDownError(0.01))
        asked = await voice.send(HERE, lambda: conversation.send(View(text="what?")))
        harness.chat.refuse("send", *(MessageLostError("gone") for _ in range(2)))
        unsaid = await voice.say(HERE, View(text="hello"))
        unasked = await voice.send(HERE, lambda: conversation.send(View(text="what?")))

    assert asked == harness.chat.writes[0].message
    assert [write.text for write in harness.chat.writes] == ["what?"]
    assert (unsaid, unasked) == (None, None)


async def test_what_is_more_than_a_chat_can_take_is_left_out_and_that_is_said_once(
    tmp_path: Path,
) -> None:
    harness = EngineHarness(folder=tmp_path, root="http://127.0.0.1:1")
    harness.chat.limits = replace(harness.chat.limits, writes=4, window_seconds=0.1)
    chinese = User(platform=NAME, id="1", locale="zh-hans")
    async with harness.engine() as engine:
        voice = Answers(engine.services, harness.chat, Locale.EN)
        said = await asyncio.gather(
            *(voice.say(HERE, View(text=f"No. {number}"), user=chinese) for number in range(100))
        )
        later = await voice.say(HERE, View(text="later"))

    texts = [write.text for write in harness.chat.writes]
    assert texts[:13] == [f"No. {number}" for number in range(13)]
    assert "有些回复没有发出" in texts[13]
    assert texts[14:] == ["later"]
    assert later
    assert sum(ref is not None for ref in said) == 14


async def test_of_several_changes_that_wait_the_last_is_shown(tmp_path: Path) -> None:
    harness = EngineHarness(folder=tmp_path, root="http://127.0.0.1:1")
    async with harness.engine() as engine:
        voice = Answers(engine.services, harness.chat, Locale.EN)
        form = await voice.say(HERE, View(text="form"))
        assert form
        held = harness.chat.hold("edit", SlowDownError(0.01))
        changing = [asyncio.create_task(voice.change(form, View(text="portrait")))]
        await held.reached.wait()
        changing += [
            asyncio.create_task(voice.change(form, View(text=text))) for text in ("10 s", "15 s")
        ]
        await asyncio.wait(changing[1:])
        held.release.set()
        await asyncio.gather(*changing)

    assert [write.text for write in harness.chat.of("edit")] == ["15 s"]
