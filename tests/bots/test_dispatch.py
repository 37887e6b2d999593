"""Commands as every platform sends them, on a real engine: answers, refusals, polite accidents."""

import sqlite3
from collections.abc import AsyncGenerator
from contextlib import closing
from pathlib import Path

import pytest

from bots.dispatch import Answer, dispatch
from core.chat import ConversationRef, Invocation, User
from core.engine import Engine
from core.i18n import Locale
from core.jobs import JobState
from sandbox.options import SandboxOptions
from sandbox.server import serve
from tests.fakes.chat_platform import NAME
from tests.fakes.lab import Lab

ANN = User(platform=NAME, id="ann")
BEN = User(platform=NAME, id="ben")


@pytest.fixture
async def lab(tmp_path: Path) -> AsyncGenerator[Lab]:
    options = SandboxOptions(
        state_dir=tmp_path / "sandbox", speed=200, short_side=96, fps=8, seconds_per_clip=6
    )
    async with serve(options) as root:
        yield Lab(folder=tmp_path, root=root)


async def say(engine: Engine, line: str, user: User = ANN, locale: Locale = Locale.EN) -> Answer:
    """What the bot answers to a line."""
    name, _, rest = line.partition(" ")
    return await dispatch(
        engine,
        Invocation(
            command=name,
            text=rest,
            user=user,
            conversation=ConversationRef(platform=NAME, chat="1"),
        ),
        locale,
    )


def text_of(answer: Answer) -> str:
    return answer.view.text if answer.view else ""


async def test_a_video_is_ordered_watched_and_cancelled(lab: Lab) -> None:
    async with lab.engine() as engine:
        ordered = await say(engine, "video -m sandbox-video 1s a cat #hang")
        await lab.chat.until(lambda write: "rendering" in write.text)
        status = text_of(await say(engine, "status"))
        stranger = await say(engine, "cancel", BEN)
        cancelled = await say(engine, "cancel")
        after = text_of(await say(engine, "status"))

    assert ordered == Answer(view=None, done=True)
    assert status.startswith("1. running for 0:0")
    assert status.endswith("sandbox-video · a cat #hang")
    assert text_of(stranger) == "Nothing of yours is running or waiting."
    assert not stranger.done
    assert cancelled.done
    assert lab.chat.writes[-1].text == "Cancelled. Nothing more will come from sandbox-video."
    assert after == "Nothing is running or waiting."


async def test_with_several_jobs_one_says_which(lab: Lab) -> None:
    lab.jobs_per_user = 1
    async with lab.engine() as engine:
        for prompt in ("first", "second", "third"):
            await say(engine, f"video -m sandbox-video 1s {prompt} #hang")
        status = text_of(await say(engine, "status")).splitlines()
        which = await say(engine, "cancel")
        unknown = await say(engine, "cancel 9")
        second = await say(engine, "cancel #2")
        left = text_of(await say(engine, "status")).splitlines()
        (job, *_) = await engine.jobs_of(ANN)
        by_id = await say(engine, f"cancel {job.id}")

    assert [line.split(" · ")[0] for line in status[1:]] == [
        "2. Waiting, number 1 in line",
        "3. Waiting, number 2 in line",
    ]
    assert text_of(which) == ("You have 3 jobs. /status numbers them; say which one: /cancel 1")
    assert text_of(unknown) == "There is no job 9. /status shows yours."
    assert (second.done, by_id.done) == (True, True)
    assert [line.rpartition(" · ")[2] for line in left] == ["first #hang", "third #hang"]


async def test_the_last_failed_job_is_retried(lab: Lab) -> None:
    async with lab.engine() as engine:
        nothing = await say(engine, "retry")
        await say(engine, "video -m sandbox-video 1s a cat #quota")
        await engine.idle()
        retried = await say(engine, "retry")
        await engine.idle()
        (job,) = await engine.jobs_of(ANN)

    assert text_of(nothing) == "No job of yours has failed."
    assert retried.done
    assert job.state is JobState.FAILED
    assert engine.failed == 2


async def test_the_last_video_is_made_again_and_paid_again(lab: Lab) -> None:
    async with lab.engine() as engine:
        nothing = await say(engine, "again")
        await say(engine, "video -m sandbox-video 1s a cat")
        await engine.idle()
        (first,) = await engine.jobs_of(ANN)
        other = await say(engine, f"again {first.id}", BEN)
        again = await say(engine, f"again {first.id}")
        await engine.idle()
        (second, _) = await engine.jobs_of(ANN)

    assert text_of(nothing) == "No video of yours is there to be made again."
    assert (other.done, again.done, lab.paid) == (False, True, 2)
    assert (second.state, second.request) == (JobState.DONE, first.request)


async def test_help_and_models_speak_the_users_language(lab: Lab) -> None:
    async with lab.engine() as engine:
        english = text_of(await say(engine, "help"))
        chinese = text_of(await say(engine, "models", locale=Locale.ZH))

    assert "/retry: try a failed job of mine again" in english
    assert "  length: 15s (--seconds, --dur)" in english
    assert "sora-2-pro（whatai）：16:9, 9:16 · 10/15/25 秒" in chinese
    assert "已被官方下线" in chinese


async def test_an_unknown_command_and_a_wrong_option_are_explained(lab: Lab) -> None:
    async with lab.engine() as engine:
        command = await say(engine, "modles")
        option = await say(engine, "video --ration 1:1 x")

    assert text_of(command) == (
        "There is no /modles. /help shows all commands.\nDid you mean /models?"
    )
    assert text_of(option).endswith("Did you mean --ratio?")
    assert (command.done, option.done) == (False, False)


async def test_what_cannot_be_stored_is_not_sent(lab: Lab) -> None:
    async with lab.engine() as engine:
        with closing(sqlite3.connect(lab.folder / "jobs.db")) as connection:
            connection.execute("DROP TABLE jobs")
        answer = await say(engine, "video -m sandbox-video a cat")

    assert "cannot store anything at the moment" in text_of(answer)
    assert (answer.done, lab.paid) == (False, 0)


async def test_an_accident_is_polite_and_has_an_id_that_the_log_knows(
    lab: Lab, caplog: pytest.LogCaptureFixture
) -> None:
    lab.chat.refuse("send", RuntimeError("sk-abcdefgh is wrong"))
    async with lab.engine() as engine:
        answer = await say(engine, "video -m sandbox-video a cat")

    incident = text_of(answer).rpartition(" ")[2].rstrip(".")
    assert len(incident) == 8
    assert incident in caplog.text
    assert "sk-abcdefgh" not in text_of(answer)
