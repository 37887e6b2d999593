"""What is not a job's is said on every platform alike."""

from dataclasses import replace
from pathlib import Path

from bots.answers import Answers
from core.platform import Button, ConversationRef, MessageLostError, SlowDownError, View
from tests.fakes.chat_platform import NAME
from tests.fakes.lab import Lab

HERE = ConversationRef(platform=NAME, chat="1")
BUTTON = Button(label="Again", command="again", argument="1")


async def test_a_long_answer_comes_in_parts_with_its_buttons_below_the_last(
    tmp_path: Path,
) -> None:
    lab = Lab(folder=tmp_path, root="http://127.0.0.1:1")
    lab.chat.limits = replace(lab.chat.limits, text_chars=10)
    async with lab.engine() as engine:
        said = await Answers(engine, lab.chat).say(
            HERE, View(text="one two\nthree\nfour five six", buttons=(BUTTON,))
        )

    parts = [(write.text, write.buttons) for write in lab.chat.writes]
    assert parts == [("one two", ()), ("three", ()), ("four five ", ()), ("six", (BUTTON,))]
    assert said == lab.chat.writes[-1].message


async def test_a_pause_is_waited_out_and_a_lost_chat_is_left_in_silence(tmp_path: Path) -> None:
    lab = Lab(folder=tmp_path, root="http://127.0.0.1:1")
    async with lab.engine() as engine:
        voice = Answers(engine, lab.chat)
        conversation = lab.chat.conversation(HERE)
        lab.chat.refuse("send", SlowDownError(0.01))
        asked = await voice.send(HERE, lambda: conversation.send(View(text="what?")))
        lab.chat.refuse("send", *(MessageLostError("gone") for _ in range(2)))
        unsaid = await voice.say(HERE, View(text="hello"))
        unasked = await voice.send(HERE, lambda: conversation.send(View(text="what?")))

    assert asked == lab.chat.writes[0].message
    assert [write.text for write in lab.chat.writes] == ["what?"]
    assert (unsaid, unasked) == (None, None)
