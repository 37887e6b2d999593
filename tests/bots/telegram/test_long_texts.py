"""Texts that Telegram's apps have cut in pieces: one order, or none, but never half of one."""

from pathlib import Path

import pytest

from core.platform import User
from tests.fakes.telegram.bot import GROUP, TelegramBotHarness, telegram_bot
from tests.fakes.telegram.chat import TelegramChat

VIDEO = "/video --model sandbox-video 1s "
LIMIT = 4096
CUT = "has the maximum length"


def say(here: TelegramBotHarness, chat: TelegramChat, *pieces: str) -> None:
    for piece in pieces:
        here.telegram.say(chat, here.ada, piece)


@pytest.mark.parametrize(
    ("words", "cuts"),
    [
        ("猫" * 6000, [LIMIT]),
        ("🐈" * 3000, [(LIMIT - len(VIDEO)) // 2 + len(VIDEO)]),
        ("cat " * 2500, [LIMIT, 2 * LIMIT]),
    ],
)
async def test_the_pieces_of_a_long_prompt_are_one_order(
    tmp_path: Path, words: str, cuts: list[int]
) -> None:
    text = VIDEO + words.strip()
    begins, ends = [0, *cuts], [*cuts, len(text)]
    async with telegram_bot(tmp_path) as here, here.bot() as engine:
        pieces = [text[begin:end] for begin, end in zip(begins, ends, strict=True)]
        say(here, here.chat, *pieces)
        await here.until_shown("Done in")
        (job,) = await engine.jobs_of(User(platform="telegram", id=str(here.ada.id)))

        assert job.request.prompt == words.strip()
        assert not here.shows("Begin with a command")


async def test_a_cut_between_lines_keeps_the_shots_apart(tmp_path: Path) -> None:
    first = f"/storyboard 1s {'up ' * 1000}".rstrip()
    async with telegram_bot(tmp_path) as here, here.bot() as engine:
        say(here, here.chat, first, "1s down")
        await here.until_shown("This is the plan")
        (job,) = await engine.jobs_of(User(platform="telegram", id=str(here.ada.id)))

    assert job.request.seconds == 2
    assert "Shot 2:\nduration: 1sec\nScene: down" in job.request.prompt


async def test_what_others_write_in_between_is_no_part_of_it(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here:
        here.telegram.world.privacy = False
        async with here.bot() as engine:
            group, eve = here.telegram.group(GROUP), here.telegram.user(9, "Eve")
            say(here, group, VIDEO + "a" * (LIMIT - len(VIDEO)))
            here.telegram.say(group, eve, "hello")
            here.telegram.say(group, eve, "/status")
            say(here, group, "b")
            await here.until_shown("Done in", group)
            (job,) = await engine.jobs_of(User(platform="telegram", id=str(here.ada.id)))

        assert here.shows("You have no jobs running or waiting", group)
        assert job.request.prompt == "a" * (LIMIT - len(VIDEO)) + "b"


@pytest.mark.parametrize("behind", [(), ("/status",)])
async def test_a_text_without_its_rest_is_refused_before_anybody_pays(
    tmp_path: Path, behind: tuple[str, ...]
) -> None:
    async with telegram_bot(tmp_path) as here, here.bot():
        say(here, here.chat, VIDEO + "a" * (LIMIT - len(VIDEO)), *behind)
        await here.until_shown(CUT)

        assert here.harness.paid == 0


async def test_in_groups_the_rest_may_be_kept_back_and_a_long_prompt_there_is_refused(
    tmp_path: Path,
) -> None:
    almost = VIDEO + "a" * (LIMIT - len(VIDEO) - 200)
    async with telegram_bot(tmp_path) as here, here.bot():
        group = here.telegram.group(GROUP)
        say(here, group, almost, "the rest")
        await here.until_shown(CUT, group)
        assert here.harness.paid == 0

        say(here, here.chat, almost)
        await here.until_shown("Done in")
        assert here.harness.paid == 1


async def test_the_answer_to_a_question_may_be_long(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here, here.bot() as engine:
        say(here, here.chat, "/video")
        form = await here.until_shown("What should it look like?")
        here.telegram.press(form, "Write the prompt", here.ada)
        question = await here.until_shown("Reply to this message")
        here.telegram.say(here.chat, here.ada, "猫" * LIMIT, reply_to=question)
        say(here, here.chat, "和狗")
        await here.until_shown("Done in")
        (job,) = await engine.jobs_of(User(platform="telegram", id=str(here.ada.id)))

    assert job.request.prompt == "猫" * LIMIT + "和狗"
