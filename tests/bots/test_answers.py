"""What is not a job's is said on every platform alike."""

from dataclasses import replace
from pathlib import Path

from bots.answers import Answers
from core.platform import Button, ConversationRef, MessageLostError, SlowDownError, View
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
        said = await Answers(engine.services, harness.chat).say(
            HERE, View(text="one two\nthree\nfour five six", buttons=(BUTTON,))
        )

    parts = [(write.text, write.buttons) for write in harness.chat.writes]
    assert parts == [("one two", ()), ("three", ()), ("four five ", ()), ("six", (BUTTON,))]
    assert said == harness.chat.writes[-1].message


async def test_a_pause_is_waited_out_and_a_lost_chat_is_left_in_silence(tmp_path: Path) -> None:
    harness = EngineHarness(folder=tmp_path, root="http://127.0.0.1:1")
    async with harness.engine() as engine:
        voice = Answers(engine.services, harness.chat)
        conversation = harness.chat.conversation(HERE)
        harness.chat.refuse("send", SlowDownError(0.01))
        asked = await voice.send(HERE, lambda: conversation.send(View(text="what?")))
        harness.chat.refuse("send", *(MessageLostError("gone") for _ in range(2)))
        unsaid = await voice.say(HERE, View(text="hello"))
        unasked = await voice.send(HERE, lambda: conversation.send(View(text="what?")))

    assert asked == harness.chat.writes[0].message
    assert [write.text for write in harness.chat.writes] == ["what?"]
    assert (unsaid, unasked) == (None, None)
